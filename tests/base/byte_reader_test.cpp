#include "base/byte_reader.hpp"

#include <array>
#include <cstdint>
#include <limits>

#include "base/expect_error.hpp"
#include "base/text.hpp"

using nst::ByteReader;
using nst::Bytes;
using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;

TEST_CASE("ByteReader reads little-endian scalars in order and at offsets") {
  const std::array<std::uint8_t, 7> bytes = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xff};
  ByteReader reader(bytes, "f", ErrorCode::model);
  CHECK(reader.read<std::uint16_t>("a") == 0x0201);
  CHECK(reader.read<std::uint32_t>("b") == 0x06050403);
  CHECK(reader.read<std::int8_t>("c") == -1);
  CHECK(reader.at_end());
  CHECK(reader.read_at<std::uint8_t>(2, "d") == 3);
  reader.seek(7, "end");
  CHECK(reader.remaining() == 0);
}

TEST_CASE("ByteReader refuses every step past the end, also where offset + count overflows") {
  const std::array<std::uint8_t, 4> bytes = {1, 2, 3, 4};
  ByteReader reader(bytes, "file\nname", ErrorCode::model);
  const std::string message =
      expect_error(ErrorCode::model, [&] { reader.read<std::uint64_t>("the size"); });
  CHECK(message == "file\\x0aname: the size needs 8 bytes at offset 0, the file has 4");
  CHECK(reader.position() == 0);
  constexpr auto kHuge = std::numeric_limits<std::uint64_t>::max();
  expect_error(ErrorCode::model, [&] { reader.at(kHuge, 2, "x"); });
  expect_error(ErrorCode::model, [&] { reader.at(2, kHuge, "x"); });
  expect_error(ErrorCode::model, [&] { reader.at(5, 0, "x"); });
  expect_error(ErrorCode::model, [&] { reader.seek(5, "x"); });
  CHECK(reader.at(4, 0, "x").empty());
}

TEST_CASE("A varint holds at most 64 bits and is as short as it can be") {
  const auto decode = [](std::initializer_list<std::uint8_t> list) {
    const std::vector<std::uint8_t> bytes(list);
    ByteReader reader(bytes, "f", ErrorCode::input);
    return reader.read_varint("v");
  };
  CHECK(decode({0x00}) == 0);
  CHECK(decode({0xac, 0x02}) == 300);
  CHECK(decode({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}) ==
        std::numeric_limits<std::uint64_t>::max());
  expect_error(ErrorCode::input, [&] {
    decode({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02});
  });
  expect_error(ErrorCode::input, [&] {
    decode({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00});
  });
  expect_error(ErrorCode::input, [&] { decode({0x80}); });
  expect_error(ErrorCode::input, [&] { decode({0x81, 0x00}); });
}

TEST_CASE("Checked arithmetic throws the given code instead of wrapping") {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  CHECK(nst::checked_add(kMax - 1, 1, ErrorCode::limit, "x") == kMax);
  CHECK(nst::checked_mul(1u << 31, 1u << 31, ErrorCode::limit, "x") == std::uint64_t{1} << 62);
  expect_error(ErrorCode::limit, [] { nst::checked_add(kMax, 1, ErrorCode::limit, "x"); });
  const std::string message = expect_error(
      ErrorCode::model, [] { nst::checked_mul(kMax, 2, ErrorCode::model, "tensor 'a'"); });
  CHECK(contains(message, "tensor 'a'"));
}

TEST_CASE("Foreign text is escaped and shortened for messages") {
  CHECK(nst::one_line("a\tb\x7f") == "a\\x09b\\x7f");
  CHECK(nst::one_line(std::string(1000, 'x')).size() == 203);
  CHECK(nst::shape_text(std::array<int, 3>{1, 2, 3}) == "[1, 2, 3]");
  CHECK(nst::shape_text(std::array<int, 0>{}) == "[]");
}
