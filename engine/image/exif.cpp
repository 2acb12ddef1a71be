#include "image/exif.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

#include "image/tiff_reader.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

// Returns the integer value of a TIFF directory entry. Returns 0 if the entry has a type that is
// not an integer type, or more than one value. EXIF requires SHORT, but all integer types are
// accepted, because some programs write others.
std::int64_t integer_of(const TiffReader& tiff, std::uint64_t entry) {
  enum Type {
    kByte = 1,
    kShort = 3,
    kLong = 4,
    kSignedByte = 6,
    kSignedShort = 8,
    kSignedLong = 9
  };
  if (tiff.u32(entry + 4) != 1) return 0;
  switch (tiff.u16(entry + 2)) {
    case kByte:
    case kSignedByte:
      return tiff.u8(entry + 8);
    case kShort:
    case kSignedShort:
      return tiff.u16(entry + 8);
    case kLong:
    case kSignedLong:
      return tiff.u32(entry + 8);
    default:
      return 0;
  }
}

// Returns the orientation stated in a TIFF block (TIFF 6.0 §2: a header, then directories of
// 12-byte entries).
int tiff_orientation(Bytes block) {
  constexpr std::uint16_t kOrientationTag = 0x0112;
  const TiffReader tiff(block);
  const std::uint64_t directory = tiff.u32(4);
  const int entries = tiff.u16(directory);
  for (int i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + std::uint64_t{12} * static_cast<unsigned>(i);
    if (tiff.u16(entry) != kOrientationTag) continue;
    const std::int64_t value = integer_of(tiff, entry);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// The operations that make a picture upright: first an optional transposition (mirroring at the
// main diagonal), then an optional reversal of columns or rows.
struct Turn {
  bool transpose, flip_x, flip_y;
};
constexpr Turn kTurns[8] = {
    {false, false, false},  // EXIF orientation 1: stored upright
    {false, true, false},   // EXIF orientation 2: stored mirrored, left to right
    {false, true, true},    // EXIF orientation 3: stored upside down
    {false, false, true},   // EXIF orientation 4: stored mirrored, top to bottom
    {true, false, false},   // EXIF orientation 5: stored mirrored at the main diagonal
    {true, true, false},    // EXIF orientation 6: must be turned by 90° clockwise
    {true, true, true},     // EXIF orientation 7: stored mirrored at the other diagonal
    {true, false, true},    // EXIF orientation 8: must be turned by 90° anticlockwise
};

}  // namespace

Bytes without_exif_prefix(Bytes block) {
  constexpr std::string_view kPrefix("Exif\0\0", 6);
  const bool has_prefix = block.size() > kPrefix.size() &&
                          std::memcmp(block.data(), kPrefix.data(), kPrefix.size()) == 0;
  return has_prefix ? block.subspan(kPrefix.size()) : block;
}

int exif_orientation(Bytes block) {
  block = without_exif_prefix(block);
  if (block.empty()) return 1;
  try {
    return tiff_orientation(block);
  } catch (const Error&) {
    return 1;
  }
}

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
