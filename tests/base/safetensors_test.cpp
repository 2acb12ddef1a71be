#include "model/safetensors.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "base/half.hpp"

using nst::Bytes;
using nst::DType;
using nst::ErrorCode;
using nst::float_to_half;
using nst::half_to_float;
using nst::SafeTensors;
using nst::test::contains;
using nst::test::expect_error;

namespace {

// Returns a file with the given header text and `data_bytes` bytes of data: 0, 1, 2, ….
std::vector<std::uint8_t> file_of(const std::string& header, std::size_t data_bytes) {
  std::vector<std::uint8_t> bytes(8 + header.size() + data_bytes);
  const std::uint64_t size = header.size();
  std::memcpy(bytes.data(), &size, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  for (std::size_t i = 0; i < data_bytes; ++i) {
    bytes[8 + header.size() + i] = static_cast<std::uint8_t>(i);
  }
  return bytes;
}

std::string refusal(const std::string& header, std::size_t data_bytes) {
  const auto bytes = file_of(header, data_bytes);
  return expect_error(ErrorCode::model, [&] { nst::parse_safetensors(bytes, "f"); });
}

}  // namespace

TEST_CASE("Safetensors come back as they were written, and the same contents give the same bytes") {
  const std::vector<float> f32 = {1.0f, -2.5f, 3.25f};
  const std::vector<std::uint16_t> f16 = {0x3c00};
  SafeTensors contents;
  contents.metadata = {{"format", "x"}, {"quote", "\"\n\xc3\xa9"}};
  contents.tensors["b/half"] = {
      DType::f16, {1}, {reinterpret_cast<const std::uint8_t*>(f16.data()), 2}};
  contents.tensors["a/single"] = {
      DType::f32, {1, 3}, {reinterpret_cast<const std::uint8_t*>(f32.data()), 12}};
  contents.tensors["c/none"] = {DType::f32, {0, 7}, {}};
  const auto bytes = nst::serialise_safetensors(contents);
  CHECK(nst::serialise_safetensors(contents) == bytes);
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), 8);
  CHECK(header_bytes % 8 == 0);
  const SafeTensors back = nst::parse_safetensors(bytes, "f");
  CHECK(back.metadata == contents.metadata);
  REQUIRE(back.tensors.size() == 3);
  CHECK(back.tensors.at("a/single").shape == std::vector<std::int64_t>{1, 3});
  CHECK(nst::to_float(back.tensors.at("a/single")) == f32);
  CHECK(nst::to_float(back.tensors.at("b/half")) == std::vector<float>{1.0f});
  CHECK(nst::to_float(back.tensors.at("c/none")).empty());
}

TEST_CASE("A header without tensors or metadata is a file") {
  CHECK(nst::parse_safetensors(file_of("{}", 0), "f").tensors.empty());
}

TEST_CASE("Safetensors with holes, overlaps or wrong sizes are refused with the reason") {
  CHECK_NOTHROW(nst::parse_safetensors(
      file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4), "f"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8), "hole"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                         R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                         4),
                 "overlap"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 6),
                 "has 6 data bytes"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4),
                 "its shape [2] needs 8"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 3),
                 "truncated?"));
  CHECK(contains(refusal(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                         R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                         4),
                 "'a' twice"));
}

TEST_CASE("Malformed safetensors headers are refused") {
  for (const char* header :
       {"[]", "1", "{\"a\":1}", R"({"a":{"dtype":"F32","shape":[1]}})",
        R"({"a":{"dtype":"X64","shape":[],"data_offsets":[0,8]}})",
        R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})",
        R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})",
        R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})",
        R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})",
        R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}})",
        R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})",
        R"({"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}})",
        R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})",
        R"({"__metadata__":{"a":1}})", R"({"__metadata__":[]})"}) {
    CAPTURE(header);
    refusal(header, 8);
  }
}

TEST_CASE("A safetensors header larger than 16 MiB or than the file is refused before reading it") {
  std::vector<std::uint8_t> bytes(16, 0xff);
  CHECK(contains(expect_error(ErrorCode::model, [&] { nst::parse_safetensors(bytes, "f"); }),
                 "not a safetensors file"));
  bytes.assign(16, 0);
  // The first 8 bytes now state a header of 256 bytes, but the whole file has only 16 bytes.
  bytes[1] = 1;
  CHECK(contains(expect_error(ErrorCode::model, [&] { nst::parse_safetensors(bytes, "f"); }),
                 "needs 256 bytes"));
  expect_error(ErrorCode::model, [&] { nst::parse_safetensors(Bytes(bytes).first(7), "f"); });
}

TEST_CASE("Every half converts to the float it means, and back to itself") {
  for (std::uint32_t h = 0; h < 65536; ++h) {
    const auto half = static_cast<std::uint16_t>(h);
    const float value = half_to_float(half);
    REQUIRE(float_to_half(value) == half);
    const int exponent = static_cast<int>((h >> 10) & 31);
    const int mantissa = static_cast<int>(h & 1023);
    const double sign = (h & 0x8000) ? -1.0 : 1.0;
    REQUIRE(std::signbit(value) == (sign < 0));
    if (exponent == 31) {
      REQUIRE((mantissa != 0 ? std::isnan(value) : std::isinf(value)));
    } else if (exponent == 0) {
      REQUIRE(value == sign * std::ldexp(mantissa, -24));
    } else {
      REQUIRE(value == sign * std::ldexp(1024 + mantissa, exponent - 25));
    }
  }
}

TEST_CASE("A float between two halves rounds to the nearer, and midway to the even one") {
  // Every positive finite half but the largest, with the next half.
  for (std::uint16_t h = 0; h < 0x7bff; ++h) {
    const auto next = static_cast<std::uint16_t>(h + 1);
    const float low = half_to_float(h);
    const float high = half_to_float(next);
    const float middle = 0.5f * (low + high);  // exact: a float's mantissa has 13 more bits
    REQUIRE(float_to_half(std::nextafterf(middle, low)) == h);
    REQUIRE(float_to_half(std::nextafterf(middle, high)) == next);
    REQUIRE(float_to_half(middle) == ((h & 1) == 0 ? h : next));
    REQUIRE(float_to_half(-middle) == (0x8000 | ((h & 1) == 0 ? h : next)));
  }
  CHECK(float_to_half(65519.996f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(3.0e38f) == 0x7c00);
  CHECK(float_to_half(std::nextafterf(0x1p-25f, 1.0f)) == 1);
  CHECK(float_to_half(0x1p-25f) == 0);
  CHECK(float_to_half(1e-40f) == 0);
  CHECK(std::isnan(half_to_float(float_to_half(std::bit_cast<float>(0x7f800001u)))));
}
