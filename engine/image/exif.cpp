#include "image/exif.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace nst {
namespace {

// Reads numbers of either byte order at absolute offsets.
class TiffReader {
 public:
  explicit TiffReader(Bytes block) : reader_(block, "EXIF", ErrorCode::input) {
    const Bytes order = reader_.at(0, 2, "byte order");
    big_endian_ = order[0] == 'M';
    if (order[0] != order[1] || (order[0] != 'M' && order[0] != 'I')) reader_.fail("byte order");
    if (u16(2) != 42) reader_.fail("not a TIFF header");
  }
  std::uint16_t u16(std::uint64_t offset) const {
    const Bytes b = reader_.at(offset, 2, "number");
    return static_cast<std::uint16_t>(big_endian_ ? b[0] << 8 | b[1] : b[1] << 8 | b[0]);
  }
  std::uint32_t u32(std::uint64_t offset) const {
    const std::uint32_t a = u16(offset);
    const std::uint32_t b = u16(offset + 2);
    return big_endian_ ? a << 16 | b : b << 16 | a;
  }

 private:
  ByteReader reader_;
  bool big_endian_ = false;
};

// The orientation in a TIFF block (TIFF 6.0 §2: header, then directories of 12-byte entries).
int tiff_orientation(Bytes block) {
  constexpr std::uint16_t kOrientationTag = 0x0112;
  constexpr std::uint16_t kShort = 3;
  const TiffReader tiff(block);
  const std::uint64_t directory = tiff.u32(4);
  const int entries = tiff.u16(directory);
  for (int i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + std::uint64_t{12} * static_cast<unsigned>(i);
    if (tiff.u16(entry) != kOrientationTag) continue;
    const int value = tiff.u16(entry + 8);
    return tiff.u16(entry + 2) == kShort && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

std::uint32_t big_endian_u16(Bytes b) { return static_cast<std::uint32_t>(b[0] << 8 | b[1]); }

// The TIFF block of the first EXIF segment before the scans; empty if there is none.
Bytes find_jpeg_exif(Bytes file) {
  constexpr std::string_view kHeader("Exif\0\0", 6);
  constexpr std::uint8_t kApp1 = 0xe1;
  constexpr std::uint8_t kStartOfScan = 0xda;
  ByteReader reader(file, "JPEG", ErrorCode::input);
  reader.skip(2, "signature");
  while (true) {
    if (reader.read<std::uint8_t>("marker") != 0xff) return {};
    std::uint8_t marker = 0xff;
    while (marker == 0xff) marker = reader.read<std::uint8_t>("marker");  // fill bytes
    if (marker == kStartOfScan) return {};
    const std::uint32_t length = big_endian_u16(reader.take(2, "length"));
    if (length < 2) return {};
    const Bytes body = reader.take(length - 2, "segment");
    if (marker == kApp1 && body.size() > kHeader.size() &&
        std::memcmp(body.data(), kHeader.data(), kHeader.size()) == 0) {
      return body.subspan(kHeader.size());
    }
  }
}

Bytes find_png_exif(Bytes file) {
  ByteReader reader(file, "PNG", ErrorCode::input);
  reader.skip(8, "signature");
  while (!reader.at_end()) {
    const Bytes length = reader.take(4, "length");
    const std::uint64_t size =
        std::uint64_t{big_endian_u16(length)} << 16 | big_endian_u16(length.subspan(2));
    const Bytes type = reader.take(4, "type");
    const Bytes body = reader.take(size, "chunk");
    reader.skip(4, "checksum");
    if (std::memcmp(type.data(), "eXIf", 4) == 0) return body;
  }
  return {};
}

template <typename Find>
int orientation_or_upright(Find find, Bytes file) {
  try {
    const Bytes block = find(file);
    return block.empty() ? 1 : tiff_orientation(block);
  } catch (const Error&) {
    return 1;
  }
}

// How the pixels move: first the sides are swapped (mirrored at the main diagonal), then rows or
// columns reversed.
struct Turn {
  bool transpose, flip_x, flip_y;
};
constexpr Turn kTurns[8] = {
    {false, false, false},  // 1 upright
    {false, true, false},   // 2 mirrored
    {false, true, true},    // 3 upside down
    {false, false, true},   // 4 upside down and mirrored
    {true, false, false},   // 5 mirrored at the main diagonal
    {true, true, false},    // 6 needs a quarter turn clockwise
    {true, true, true},     // 7 mirrored at the other diagonal
    {true, false, true},    // 8 needs a quarter turn anticlockwise
};

}  // namespace

int jpeg_orientation(Bytes file) { return orientation_or_upright(find_jpeg_exif, file); }
int png_orientation(Bytes file) { return orientation_or_upright(find_png_exif, file); }

Image apply_orientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const Turn turn = kTurns[orientation - 1];
  const int width = turn.transpose ? image.height : image.width;
  const int height = turn.transpose ? image.width : image.height;
  Image upright(width, height, image.channels, image.type);

  const std::size_t sample = image.type == SampleType::f32 ? sizeof(float) : 1;
  const std::size_t pixel = static_cast<std::size_t>(image.channels) * sample;
  const auto source_row = static_cast<std::ptrdiff_t>(pixel) * image.width;
  const std::ptrdiff_t step_x = turn.transpose ? source_row : static_cast<std::ptrdiff_t>(pixel);
  const std::ptrdiff_t step_y = turn.transpose ? static_cast<std::ptrdiff_t>(pixel) : source_row;
  std::uint8_t* out = upright.bytes.data();
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* row = image.bytes.data() + step_y * (turn.flip_y ? height - 1 - y : y);
    for (int x = 0; x < width; ++x, out += pixel) {
      std::memcpy(out, row + step_x * (turn.flip_x ? width - 1 - x : x), pixel);
    }
  }
  return upright;
}

}  // namespace nst
