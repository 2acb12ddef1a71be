#include "image/stb_files.hpp"

#include <array>
#include <cstring>
#include <string_view>

#include "nst/error.hpp"

namespace nst::codec {
namespace {

// The standard Huffman tables (ITU-T T.81, K.3.3), which Motion JPEG pictures omit. Each table
// consists of a byte with class and number, 16 counts (the number of codes of each length), and the
// values. All bytes are written in hexadecimal.
constexpr std::string_view kStandardTables =
    "000001050101010101010000000000000000010203040506"
    "0708090a0b"
    "100002010303020403050504040000017d01020300041105"
    "122131410613516107227114328191a1082342b1c11552d1"
    "f02433627282090a161718191a25262728292a3435363738"
    "393a434445464748494a535455565758595a636465666768"
    "696a737475767778797a838485868788898a929394959697"
    "98999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4"
    "c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9"
    "eaf1f2f3f4f5f6f7f8f9fa"
    "010003010101010101010101000000000000010203040506"
    "0708090a0b"
    "110002010204040304070504040001027700010203110405"
    "2131061241510761711322328108144291a1b1c109233352"
    "f0156272d10a162434e125f11718191a262728292a353637"
    "38393a434445464748494a535455565758595a6364656667"
    "68696a737475767778797a82838485868788898a92939495"
    "969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2"
    "c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8"
    "e9eaf2f3f4f5f6f7f8f9fa";

void append(std::vector<std::uint8_t>& file, Bytes bytes) {
  const std::size_t at = file.size();
  file.resize(at + bytes.size());
  if (!bytes.empty()) std::memcpy(file.data() + at, bytes.data(), bytes.size());
}
void append(std::vector<std::uint8_t>& file, std::initializer_list<unsigned> bytes) {
  for (const unsigned byte : bytes) file.push_back(static_cast<std::uint8_t>(byte));
}

void append_standard_tables(std::vector<std::uint8_t>& file) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  const std::size_t length = 2 + kStandardTables.size() / 2;
  append(file, {0xff, 0xc4, static_cast<unsigned>(length >> 8), static_cast<unsigned>(length)});
  for (std::size_t i = 0; i < kStandardTables.size(); i += 2) {
    append(file, {digit(kStandardTables[i]) * 16 + digit(kStandardTables[i + 1])});
  }
}

// Throws Error{input} if a Huffman table has more than 256 codes. For such a file, stb_image 2.27
// would write beyond its own tables.
void check_huffman_tables(const Input& input, Bytes segment) {
  ByteReader reader(segment, input.name, ErrorCode::input);
  while (!reader.at_end()) {
    reader.skip(1, "a Huffman table");
    unsigned codes = 0;
    for (const std::uint8_t count : reader.take(16, "a Huffman table")) codes += count;
    if (codes > 256) input.fail_damaged("JPEG", "a Huffman table");
    reader.skip(codes, "a Huffman table");
  }
}

}  // namespace

std::vector<std::uint8_t> jpeg_for_stb(const Input& input, const JpegSegments& segments,
                                       std::uint8_t filler) {
  constexpr std::size_t kFillerBytes = 64;
  for (const Bytes table : segments.huffman) check_huffman_tables(input, table);
  const Bytes picture = segments.picture;
  std::vector<std::uint8_t> file;
  file.reserve(picture.size() + 1024 + kFillerBytes * segments.scans.size());
  append(file, picture.first(2));
  if (segments.huffman.empty()) append_standard_tables(file);
  if (segments.components == 4 && !segments.adobe) {
    append(file, {0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0});
  }
  std::size_t done = 2;
  for (const JpegScan& scan : segments.scans) {
    append(file, picture.subspan(done, scan.parameters - done));
    if (segments.progressive) {
      append(file, picture.subspan(scan.parameters, 3));
    } else {
      append(file, {0, 63, 0});
    }
    append(file, picture.subspan(scan.parameters + 3, scan.end - scan.parameters - 3));
    file.insert(file.end(), kFillerBytes, filler);
    done = scan.end;
  }
  append(file, {0xff, 0xd9});
  return file;
}

std::vector<std::uint8_t> png_for_stb(const PngChunks& chunks) {
  constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);
  std::vector<std::uint8_t> file(kSignature.begin(), kSignature.end());
  append_chunk(file, "IHDR", chunks.header);
  if (!chunks.palette.empty()) {
    std::vector<std::uint8_t> palette(chunks.palette.begin(), chunks.palette.end());
    palette.resize(768);
    append_chunk(file, "PLTE", palette);
  }
  if (!chunks.trans.empty()) append_chunk(file, "tRNS", chunks.trans);
  for (const Bytes body : chunks.pixels) append_chunk(file, "IDAT", body);
  append_chunk(file, "IEND", {});
  return file;
}

}  // namespace nst::codec
