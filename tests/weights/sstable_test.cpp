#include "weights_tool/sstable.hpp"

#include "base/expect_error.hpp"
#include "base/hash.hpp"

using nst::Bytes;
using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;

namespace {

struct Entry {
  std::uint64_t shared;
  std::string suffix;
  std::string value;
};

// Builds tables byte by byte, with proper checksums: what damage looks like when it is deliberate.
class TableWriter {
 public:
  // Appends a block and returns its handle.
  std::string block(const std::vector<Entry>& entries, std::uint8_t type = 0) {
    std::string text;
    for (const Entry& entry : entries) {
      text += varint(entry.shared) + varint(entry.suffix.size()) + varint(entry.value.size()) +
              entry.suffix + entry.value;
    }
    text += std::string(4, '\0') + std::string("\1\0\0\0", 4);  // one restart point, at 0
    const std::string handle = varint(bytes_.size()) + varint(text.size());
    text += static_cast<char>(type);
    const std::uint32_t crc = nst::mask_crc32c(nst::crc32c(as_bytes(text)));
    for (int i = 0; i < 4; ++i) text += static_cast<char>(crc >> (8 * i));
    bytes_ += text;
    return handle;
  }

  std::string table(const std::vector<std::string>& data_handles) {
    const std::string meta = block({});
    std::vector<Entry> index;
    for (std::size_t i = 0; i < data_handles.size(); ++i) {
      index.push_back({0, std::string(1, static_cast<char>('a' + i)), data_handles[i]});
    }
    std::string footer = meta + block(index);
    footer.resize(40);
    return bytes_ + footer + "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
  }

  static std::string varint(std::uint64_t value) {
    std::string text;
    for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
    return text + static_cast<char>(value);
  }
  static Bytes as_bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

 private:
  std::string bytes_;
};

std::map<std::string, Bytes> read(const std::string& table) {
  return nst::weights::read_sstable(TableWriter::as_bytes(table), "f.index");
}

std::string refusal(const std::vector<Entry>& entries, std::uint8_t type = 0) {
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
  const auto entries = read(table);
  CHECK(nst::weights::is_sstable(TableWriter::as_bytes(table)));
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
  CHECK(contains(refusal({{0, "a", ""}}, 1), "compressed blocks (type 1) are not supported"));
}

TEST_CASE("A short prefix repeated at length does not use more memory than allowed") {
  // Every entry costs three bytes and a digit in the file, and would cost 4 KB in memory.
  std::vector<Entry> entries = {{0, std::string(4090, 'k'), ""}};
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
