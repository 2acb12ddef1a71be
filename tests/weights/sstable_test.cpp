#include "weights_tool/sstable.hpp"

#include "base/expect_error.hpp"
#include "support/table_writer.hpp"

using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::TableEntry;
using nst::test::TableWriter;

namespace {

constexpr std::uint8_t kSnappy = 1;

nst::weights::SortedTable read(const std::string& table) {
  return nst::weights::read_sstable(nst::test::as_bytes(table), "f.index");
}

std::string refusal(const std::vector<TableEntry>& entries, std::uint8_t type = 0) {
  TableWriter writer;
  const std::string handle = writer.block(entries, type);
  const std::string table = writer.table({handle});
  return expect_error(ErrorCode::model, [&] { read(table); });
}

}  // namespace

TEST_CASE("A table's keys are restored from their shared prefixes, over several blocks") {
  TableWriter writer;
  const std::string first = writer.block({{0, "", "header"}, {0, "abc", "1"}, {2, "d", "2"}});
  const std::string second = writer.block({{0, "abd1", ""}, {4, "2", "4"}});
  const std::string table = writer.table({first, second});
  const auto read_table = read(table);
  const auto& entries = read_table.entries;
  CHECK(nst::weights::is_sstable(nst::test::as_bytes(table)));
  REQUIRE(entries.size() == 5);
  CHECK(entries.count("abc") == 1);
  CHECK(entries.count("abd") == 1);
  CHECK(entries.count("abd12") == 1);
  CHECK(entries.at("").size() == 6);
  CHECK(entries.at("abd1").empty());
}

TEST_CASE("A table with well-formed checksums but impossible contents is refused") {
  CHECK(contains(refusal({{0, "b", ""}, {0, "a", ""}}), "not sorted"));
  CHECK(contains(refusal({{0, "a", ""}, {1, "", ""}}), "not sorted"));
  CHECK(contains(refusal({{1, "a", ""}}), "damaged key"));
  CHECK(contains(refusal({{0, std::string(5000, 'k'), ""}}), "damaged key"));
  CHECK(contains(refusal({{0, "a", ""}}, 2), "compressed in an unknown way (type 2)"));
}

TEST_CASE("A short prefix repeated at length does not use more memory than allowed") {
  // Tests the limit of 64 MiB for all keys of a table together. Every entry takes 10 bytes in the
  // file, but its key would take 4 KB in memory.
  std::vector<TableEntry> entries = {{0, std::string(4090, 'k'), ""}};
  for (int i = 0; i < 20'000; ++i) {
    std::string digits = std::to_string(100'000 + i);
    entries.push_back({4090, digits, ""});
  }
  CHECK(contains(refusal(entries), "more than 64 MiB"));
}

TEST_CASE("A block listed twice is refused") {
  TableWriter writer;
  const std::string handle = writer.block({{0, "a", ""}});
  const std::string table = writer.table({handle, handle});
  CHECK(contains(expect_error(ErrorCode::model, [&] { read(table); }), "not sorted"));
}

TEST_CASE("A block without entries, listed again and again, is not read as often") {
  TableWriter writer;
  // This block has 100 restart points and no entries. A table that lists it many times is small but
  // would take long to read.
  const std::string empty = writer.raw_block(std::string(400, '\0') + std::string("d\0\0\0", 4), 0);
  CHECK(read(writer.table({empty})).entries.empty());
  TableWriter again;
  again.raw_block(std::string(400, '\0') + std::string("d\0\0\0", 4), 0);
  const std::string table = again.table({empty, empty, empty});
  const std::string message = expect_error(ErrorCode::model, [&] { read(table); });
  CHECK_MESSAGE(contains(message, "its blocks overlap"), message);
}

TEST_CASE("Limit: 4096 bytes of a key") {
  for (const std::size_t length : {4096, 4097}) {
    TableWriter writer;
    const std::string block = writer.block({{0, std::string(length, 'k'), "value"}});
    const std::string table = writer.table({block});
    if (length == 4096) {
      CHECK(read(table).entries.size() == 1);
    } else {
      expect_error(ErrorCode::model, [&] { read(table); });
    }
  }
}

TEST_CASE("Limit: 64 MiB of unpacked blocks") {
  if (!NST_WEIGHTS_READ_SNAPPY) {
    MESSAGE("skipped: this build has no libsnappy");
    return;
  }
  // Besides the value, a block with one short key takes 15 bytes: three numbers of 1, 1 and 4
  // bytes, the key, one restart point and the number of restart points.
  constexpr std::size_t kMost = std::size_t{64} << 20, kAround = 15;
  for (const std::size_t size : {kMost, kMost + 1}) {
    TableWriter writer;
    const std::string block = writer.block({{0, "k", std::string(size - kAround, 'v')}}, kSnappy);
    const std::string table = writer.table({block});
    if (size == kMost) {
      CHECK(read(table).entries.at("k").size() == kMost - kAround);
    } else {
      CHECK(contains(expect_error(ErrorCode::model, [&] { read(table); }), "more than 64 MiB"));
    }
  }
}

TEST_CASE("Blocks that snappy has compressed are unpacked, and never to more than is allowed") {
  TableWriter writer;
  const std::string first = writer.block({{0, "a", "1"}, {0, "b", "2"}}, kSnappy);
  const std::string second = writer.block({{0, "c", "3"}}, kSnappy);
  const std::string third = writer.block({{0, "d", "4"}});
  const std::string table = writer.table({first, second, third});
  if (!NST_WEIGHTS_READ_SNAPPY) {
    MESSAGE("skipped: this build has no libsnappy");
    CHECK(
        contains(expect_error(ErrorCode::model, [&] { read(table); }), "build NST with libsnappy"));
    return;
  }
  const nst::weights::SortedTable unpacked = read(table);
  REQUIRE(unpacked.entries.size() == 4);
  CHECK(unpacked.entries.at("b")[0] == '2');
  CHECK(unpacked.entries.at("c")[0] == '3');
  CHECK(unpacked.entries.at("d")[0] == '4');

  const auto refusal_of = [](const std::string& block) {
    TableWriter damaged;
    const std::string handle = damaged.raw_block(block, kSnappy);
    const std::string bytes = damaged.table({handle});
    return expect_error(ErrorCode::model, [&] { read(bytes); });
  };
  CHECK(contains(refusal_of(TableWriter::snappy_literal("text", 1 << 30)), "more than 64 MiB"));
  CHECK(contains(refusal_of(TableWriter::snappy_literal("text", 5)), "snappy cannot unpack it"));
  // The 8 compressed bytes cannot unpack to 1000 bytes: three bytes in snappy's format stand for at
  // most 64.
  CHECK(contains(refusal_of(TableWriter::snappy_literal("text", 1000)), "than snappy can store"));
  CHECK(contains(refusal_of("\xff\xff\xff\xff\xff\xff"), "damaged block"));
}
