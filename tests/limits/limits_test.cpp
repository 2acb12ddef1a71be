// Tests the table of limits in the README: what is exactly as large as allowed is accepted, and one
// more is refused.
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "base/strict_json.hpp"
#include "image/codec.hpp"
#include "image/npy.hpp"
#include "image/pictures.hpp"
#include "model/safetensors.hpp"
#include "nst/nst.hpp"

namespace nst::test {
namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer buffer(const std::string& text) { return {text.begin(), text.end()}; }

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string refusal(ErrorCode code, const Buffer& picture, const ReadOptions& options = {}) {
  return expect_error(code, [&] { decode_image(picture, "picture", options); });
}

void append_segment(Buffer& file, std::uint8_t marker, const Buffer& body) {
  const std::size_t length = body.size() + 2;
  for (const std::size_t byte :
       {std::size_t{0xff}, std::size_t{marker}, length >> 8, length & 255}) {
    file.push_back(static_cast<std::uint8_t>(byte));
  }
  file.insert(file.end(), body.begin(), body.end());
}

// Returns a grey progressive JPEG of 8×8 pixels with the given number of scans (ITU-T T.81, annex
// G). The first scan stores the DC coefficient. Each later scan either begins the next AC
// coefficient or refines the current one by one bit.
Buffer jpeg_of_scans(int scans) {
  Buffer file = {0xff, 0xd8};
  Buffer quantisation(65, 1);
  quantisation[0] = 0;
  append_segment(file, 0xdb, quantisation);
  append_segment(file, 0xc2, {8, 0, 8, 0, 8, 1, 1, 0x11, 0});
  // Each Huffman table has one symbol, coded in one bit. For the DC coefficient the symbol means
  // "no difference"; for the others it means "end of the block".
  for (const std::uint8_t kind : {std::uint8_t{0x00}, std::uint8_t{0x10}}) {
    Buffer table(18, 0);
    table[0] = kind;
    table[1] = 1;
    append_segment(file, 0xc4, table);
  }
  // Number of low bits of an AC coefficient that are left to refining scans. Each of these scans
  // adds one bit.
  constexpr std::uint8_t kTop = 3;
  for (int scan = 0; scan < scans; ++scan) {
    const auto coefficient = static_cast<std::uint8_t>(scan == 0 ? 0 : 1 + (scan - 1) / (kTop + 1));
    const int step = (scan - 1) % (kTop + 1);
    const int high = step == 0 ? 0 : kTop - step + 1, low = kTop - step;
    const auto bits = static_cast<std::uint8_t>(scan == 0 ? 0 : high << 4 | low);
    append_segment(file, 0xda, {1, 1, 0, coefficient, coefficient, bits});
    file.push_back(0x7f);
  }
  file.push_back(0xff);
  file.push_back(0xd9);
  return file;
}

Buffer npy_of_sides(int sides) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                       repeated("1, ", static_cast<std::size_t>(sides)) + "), }\n";
  std::string text = std::string("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size());
  text += '\0';
  return buffer(text + header + std::string(4, '\0'));
}

Buffer safetensors_of(std::string header, std::size_t header_bytes, std::size_t data_bytes) {
  header.resize(header_bytes, ' ');
  std::string text;
  for (int i = 0; i < 8; ++i) text += static_cast<char>(header_bytes >> (8 * i));
  return buffer(text + header + std::string(data_bytes, '\0'));
}

std::string tensor_of_rank(std::size_t rank) {
  return R"({"a":{"dtype":"U8","shape":[1)" + repeated(",1", rank - 1) +
         R"(],"data_offsets":[0,1]}})";
}

}  // namespace

TEST_CASE("Limit: 2^28 pixels of a picture") {
  // A picture of 16384×16384 pixels is allowed, so its error must be about the missing pixels. One
  // more column is too much, so the second error must be about the limit.
  CHECK(contains(refusal(ErrorCode::input, buffer("P6 16384 16384 255 ")), "too short"));
  CHECK(contains(refusal(ErrorCode::limit, buffer("P6 16385 16384 255 ")), "268435456"));
}

TEST_CASE("Limit: memory for decoding, to the byte") {
  const Buffer picture =
      encode_image(random_image(40, 30, 3, SampleType::u8).view(), OutputFormat::ppm, 95);
  std::size_t least = 0;
  for (std::size_t step = 1 << 20; step > 0; step /= 2) {
    try {
      decode_image(picture, "picture", {least + step});
    } catch (const Error&) {
      least += step;
    }
  }
  CHECK(least == 3 * 40 * 30 - 1);
  CHECK_NOTHROW(decode_image(picture, "picture", {least + 1}));
  refusal(ErrorCode::limit, picture, {least});
}

TEST_CASE("Limit: 200 scans of a JPEG") {
  if (NST_JPEG_BY_STB) {
    MESSAGE("skipped: JPEG is not decoded by libjpeg");
    return;
  }
  CHECK(decode_image(jpeg_of_scans(200), "picture").image.width == 8);
  CHECK(contains(refusal(ErrorCode::input, jpeg_of_scans(201)), "more than 200 scans"));
}

TEST_CASE("Limit: 8 sides of an array and of a tensor") {
  CHECK(decode_npy(npy_of_sides(8), "array").shape.size() == 8);
  expect_error(ErrorCode::input, [] { decode_npy(npy_of_sides(9), "array"); });
  CHECK_NOTHROW(parse_safetensors(safetensors_of(tensor_of_rank(8), 96, 1), "file"));
  expect_error(ErrorCode::model,
               [] { parse_safetensors(safetensors_of(tensor_of_rank(9), 96, 1), "file"); });
}

TEST_CASE("Limit: 16 MiB of a safetensors header") {
  constexpr std::size_t kMost = std::size_t{16} << 20;
  const std::string header = tensor_of_rank(1);
  const Buffer largest = safetensors_of(header, kMost, 1);
  CHECK(parse_safetensors(largest, "file").tensors.size() == 1);
  const Buffer larger = safetensors_of(header, kMost + 1, 1);
  expect_error(ErrorCode::model, [&] { parse_safetensors(larger, "file"); });
}

TEST_CASE("Limit: nesting, values and members of JSON") {
  const auto parse = [](const std::string& text, const JsonLimits& limits = {}) {
    return parse_json_strictly(buffer(text), "file", ErrorCode::model, limits);
  };
  CHECK_NOTHROW(parse(repeated("[", 8) + repeated("]", 8)));
  expect_error(ErrorCode::model, [&] { parse(repeated("[", 9) + repeated("]", 9)); });
  // A JSON text may have 1,000,000 values. The array itself counts as one of them.
  CHECK_NOTHROW(parse("[0" + repeated(",0", 999'998) + "]"));
  expect_error(ErrorCode::model, [&] { parse("[0" + repeated(",0", 999'999) + "]"); });
  const JsonLimits more{.max_values = 5'000'000};
  CHECK_NOTHROW(parse("[0" + repeated(",0", 999'999) + "]", more));
  expect_error(ErrorCode::model, [&] { parse("[0" + repeated(",0", 1'000'000) + "]", more); });
}

TEST_CASE("Limit: 4096 values of a style, 1024 threads") {
  const std::vector<float> values(4097);
  CHECK(StyleVector::decode(encode_npy({4096}, values.data()), "style").size() == 4096);
  const Buffer longer = encode_npy({4097}, values.data());
  expect_error(ErrorCode::input, [&] { StyleVector::decode(longer, "style"); });
  const Model model = Model::default_model();
  const Image picture = random_image(8, 8, 3, SampleType::u8);
  expect_error(ErrorCode::usage,
               [&] { model.encode_style(picture.view(), {}, {.threads = 1025}); });
}

}  // namespace nst::test
