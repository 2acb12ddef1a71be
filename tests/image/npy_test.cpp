#include "image/npy.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "base/expect_error.hpp"
#include "image/codec.hpp"
#include "image/pictures.hpp"

using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;

namespace {

std::vector<std::uint8_t> npy_file(std::string header, std::size_t data_bytes, int version = 1) {
  std::string text = "\x93NUMPY";
  text += static_cast<char>(version);
  text += '\0';
  const int length_bytes = version == 1 ? 2 : 4;
  for (int i = 0; i < length_bytes; ++i) text += static_cast<char>(header.size() >> (8 * i));
  text += header;
  text.append(data_bytes, '\0');
  return {text.begin(), text.end()};
}

void expect_refused(const std::string& header, std::size_t data_bytes, const std::string& why) {
  CAPTURE(header);
  const auto file = npy_file(header, data_bytes);
  CHECK(
      contains(expect_error(ErrorCode::input, [&] { (void)nst::decode_npy(file, "a.npy"); }), why));
}

}  // namespace

TEST_CASE("Floats go through a .npy file to the bit") {
  std::vector<float> values = {0.0f,
                               -0.0f,
                               1.0f,
                               std::numeric_limits<float>::denorm_min(),
                               std::bit_cast<float>(0x7fc12345u),
                               -3.4e38f};
  const auto file = nst::encode_npy({1, 2, 3}, values.data());
  CHECK(file.size() % 8 == 0);
  const nst::NpyArray back = nst::decode_npy(file, "a.npy");
  CHECK(back.shape == std::vector<std::int64_t>{1, 2, 3});
  REQUIRE(back.values.size() == values.size());
  CHECK(std::memcmp(back.values.data(), values.data(), 24) == 0);
}

TEST_CASE("Headers of every version and order of keys that NumPy may write are read") {
  const char* header = "{'shape': (2, 2,), \"fortran_order\": False, 'descr': '<f4'}   \n";
  for (const int version : {1, 2, 3}) {
    CHECK(nst::decode_npy(npy_file(header, 16, version), "a").values.size() == 4);
  }
  const auto scalar = npy_file("{'descr': '<f4', 'fortran_order': False, 'shape': (), }\n", 4);
  CHECK(nst::decode_npy(scalar, "a").values.size() == 1);
  const auto empty = npy_file("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5), }\n", 0);
  CHECK(nst::decode_npy(empty, "a").values.empty());
}

TEST_CASE("Arrays that are not float32 in C order, or not whole, are refused") {
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 16, "float32");
  expect_refused("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", 8, "float32");
  expect_refused("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", 8, "C order");
  expect_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7, "needs 8 bytes");
  expect_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 9, "needs 8 bytes");
  expect_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, "header");
  expect_refused("{'descr': '<f4', 'fortran_order': False}", 8, "header");
  expect_refused("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", 4,
                 "header");
  expect_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8, "header");
  expect_refused("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", 8,
                 "too long");
  expect_refused(
      "{'descr': '<f4', 'fortran_order': False, "
      "'shape': (2147483647, 2147483647, 2147483647), }",
      8, "size");
  expect_refused("", 8, "header");
}

TEST_CASE("Every cut of a .npy file is refused") {
  const std::vector<float> values(12);
  const auto file = nst::encode_npy({4, 3}, values.data());
  for (std::size_t size = 0; size < file.size(); ++size) {
    CAPTURE(size);
    expect_error(ErrorCode::input,
                 [&] { (void)nst::decode_npy(nst::Bytes(file).first(size), "a.npy"); });
  }
}

TEST_CASE("A .npy that is no picture is not read as one") {
  const std::vector<float> values(400);
  for (const std::vector<std::int64_t>& shape : std::vector<std::vector<std::int64_t>>{
           {100}, {10, 10}, {10, 10, 4}, {1, 10, 10, 3}, {0, 5, 3}}) {
    const auto file = nst::encode_npy(shape, values.data());
    expect_error(ErrorCode::input, [&] { (void)nst::decode_image(file, "a.npy"); });
  }
  std::vector<float> with_nan(12);
  with_nan[7] = std::numeric_limits<float>::quiet_NaN();
  const auto file = nst::encode_npy({2, 2, 3}, with_nan.data());
  CHECK(contains(expect_error(ErrorCode::input, [&] { (void)nst::decode_image(file, "a.npy"); }),
                 "channel 1 is nan, which is not finite"));
}

TEST_CASE("A comment stands in the header's padding and is read back") {
  const std::vector<float> values(100);
  const auto file = nst::encode_npy({100}, values.data(), "nst-space: a-b");
  CHECK(file.size() == nst::encode_npy({100}, values.data()).size());
  const nst::NpyArray array = nst::decode_npy(file, "a.npy");
  CHECK(array.comment == "nst-space: a-b");
  CHECK(array.shape == std::vector<std::int64_t>{100});
  CHECK(nst::decode_npy(nst::encode_npy({100}, values.data()), "a.npy").comment.empty());
  const std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
  CHECK(nst::decode_npy(npy_file(dict + "#x y  \n", 4), "a.npy").comment == "x y");
  CHECK(nst::decode_npy(npy_file(dict + " # \n", 4), "a.npy").comment.empty());
  expect_refused(dict + " # a\nb\n", 4, "damaged .npy header");
  expect_refused(dict + " # \xff\n", 4, "damaged .npy header");
  expect_refused(dict + " x # a\n", 4, "damaged .npy header");
}
