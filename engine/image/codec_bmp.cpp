// Reads BMP pictures of Windows (headers of 40 to 124 bytes) and of OS/2 (12, and 16 to 64 bytes).
// Supports palettes of 1 to 8 bits per pixel, run lengths and bit masks. Sources:
// https://learn.microsoft.com/windows/win32/gdi/bitmap-storage, and for OS/2
// https://www.fileformat.info/format/os2bmp/egff.htm.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <vector>

#include "image/codec_impl.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

constexpr const char* kFormat = "BMP";
constexpr std::uint64_t kFileHeaderBytes = 14;
constexpr std::uint64_t kNoBound = ~std::uint64_t{0};
enum Compression : std::uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kMasks = 3, kMasksAlpha = 6 };

struct Header {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  bool top_down = false;
  unsigned bits = 0;
  std::uint32_t compression = kPlain;
  std::uint64_t colours = 0;             // number of palette colours; 0 means 2^bits
  std::array<std::uint32_t, 4> masks{};  // bit masks of red, green, blue and alpha
  std::uint64_t end = 0;                 // offset of the first byte after the header and its masks
  std::uint64_t pixels = 0;              // offset of the pixels in the file; 0 if not stated
  unsigned colour_bytes = 4;             // size of a palette colour in bytes
};

void check_compression(const Input& input, const Header& h, bool os2) {
  switch (h.compression) {
    case kPlain:
      return;
    case kRle8:
    case kRle4:
      if (h.bits != (h.compression == kRle8 ? 8u : 4u)) {
        input.fail_damaged(kFormat, "run lengths at " + std::to_string(h.bits) + " bits");
      }
      return;
    case kMasks:
      if (os2) input.fail_unread("BMP with OS/2's Huffman compression");
      [[fallthrough]];
    case kMasksAlpha:
      if (h.bits != 16 && h.bits != 24 && h.bits != 32) {
        input.fail_damaged(kFormat, "masks at " + std::to_string(h.bits) + " bits");
      }
      return;
    case 4:
      input.fail_unread(os2 ? "BMP with OS/2's 24-bit run lengths"
                            : "BMP with a JPEG picture inside");
    case 5:
      input.fail_unread("BMP with a PNG picture inside");
    default:
      input.fail_unread("BMP of compression " + std::to_string(h.compression));
  }
}

// Reads the bit masks. They are inside the header or, for a header of 40 bytes, directly after it.
// If the file has none, sets the usual masks for 16, 24 or 32 bits per pixel.
void read_masks(const ByteReader& reader, std::uint32_t size, Header& h) {
  if (h.compression == kMasks || h.compression == kMasksAlpha) {
    const std::size_t count = h.compression == kMasksAlpha || size >= 56 ? 4 : 3;
    for (std::size_t i = 0; i < count; ++i) {
      h.masks[i] = reader.read_at<std::uint32_t>(54 + 4 * i, "the masks");
    }
    h.end = std::max(h.end, 54 + 4 * std::uint64_t{count});
  } else if (h.bits == 16) {
    h.masks = {0x7c00, 0x03e0, 0x001f, 0};
  } else {
    // Without an alpha mask, the fourth byte of a 32-bit pixel is ignored.
    h.masks = {0xff0000, 0x00ff00, 0x0000ff, 0};
  }
}

Header read_header(const Input& input) {
  const ByteReader reader = input.reader();
  Header h;
  h.pixels = reader.read_at<std::uint32_t>(10, "the header");
  const std::uint32_t size = reader.read_at<std::uint32_t>(kFileHeaderBytes, "the header");
  h.end = kFileHeaderBytes + size;
  const bool windows = size == 40 || size == 52 || size == 56 || size == 108 || size == 124;
  const bool os2 = !windows && size >= 16 && size <= 64;
  if (size == 12) {
    h.width = reader.read_at<std::uint16_t>(18, "the size");
    h.height = reader.read_at<std::uint16_t>(20, "the size");
    h.bits = reader.read_at<std::uint16_t>(24, "the header");
    h.colour_bytes = 3;
  } else if (windows || os2) {
    reader.at(0, h.end, "the header");
    const std::int64_t width = reader.read_at<std::int32_t>(18, "the size");
    const std::int64_t height = reader.read_at<std::int32_t>(22, "the size");
    if (width < 0) input.fail_damaged(kFormat, "negative width");
    h.width = static_cast<std::uint64_t>(width);
    h.height = static_cast<std::uint64_t>(height < 0 ? -height : height);
    h.top_down = height < 0;
    h.bits = reader.read_at<std::uint16_t>(28, "the header");
    if (size >= 20) h.compression = reader.read_at<std::uint32_t>(30, "the header");
    if (size >= 36) h.colours = reader.read_at<std::uint32_t>(46, "the header");
  } else {
    input.fail_unread("BMP with a header of " + std::to_string(size) + " bytes");
  }
  check_compression(input, h, os2);
  const bool indexed = h.bits == 1 || h.bits == 2 || h.bits == 4 || h.bits == 8;
  if (!indexed && h.bits != 16 && h.bits != 24 && h.bits != 32) {
    input.fail_unread("BMP of " + std::to_string(h.bits) + " bits a pixel");
  }
  read_masks(reader, size, h);
  return h;
}

using Palette = std::array<std::array<std::uint8_t, 3>, 256>;

// Reads the palette colours between the header and the pixels. Missing colours are black. Returns
// the offset after the palette.
std::uint64_t read_palette(const Input& input, const Header& h, Palette& palette) {
  const std::uint64_t room =
      (h.pixels > h.end ? h.pixels - h.end : input.bytes.size() - h.end) / h.colour_bytes;
  const std::uint64_t named = std::uint64_t{1} << h.bits;
  const std::uint64_t count =
      std::min({h.colours == 0 ? named : h.colours, named, std::uint64_t{256}, room});
  const Bytes table = input.reader().at(h.end, count * h.colour_bytes, "the colours");
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < 3; ++c) palette[i][c] = table[h.colour_bytes * i + 2 - c];
  }
  return h.end + count * h.colour_bytes;
}

// Returns the row of the picture to which the `stored`-th row of the file belongs.
std::uint8_t* row_of(Image& image, const Header& h, std::uint64_t stored) {
  const std::uint64_t y = h.top_down ? stored : h.height - 1 - stored;
  return image.u8() + static_cast<std::uint64_t>(image.channels) * h.width * y;
}

// Decodes palette pixels of 1, 2, 4 or 8 bits. The first pixel is in the highest bits of a byte.
void unpack_indices(const Header& h, Bytes data, const Palette& palette, Image& image) {
  const std::uint64_t stride = (h.width * h.bits + 31) / 32 * 4;
  const unsigned top = (1u << h.bits) - 1;
  for (std::uint64_t y = 0; y < h.height; ++y) {
    const std::uint8_t* row = data.data() + stride * y;
    std::uint8_t* out = row_of(image, h, y);
    for (std::uint64_t x = 0; x < h.width; ++x, out += 3) {
      const unsigned shift = static_cast<unsigned>(8 - h.bits - x * h.bits % 8);
      const std::array<std::uint8_t, 3>& colour = palette[row[x * h.bits / 8] >> shift & top];
      std::copy(colour.begin(), colour.end(), out);
    }
  }
}

// Decodes run lengths to palette indices, one byte each, with rows in their stored order. Pixels
// that a jump skips get colour 0, as in other programs.
class RunLengths {
 public:
  RunLengths(const Input& input, const Header& h, Bytes data)
      : input_(input), h_(h), reader_(data, input.name, ErrorCode::input) {}

  std::vector<std::uint8_t> decode() {
    indices_.resize(h_.width * h_.height);
    while (y_ < h_.height) {
      // The last row is complete, so the end code may be missing.
      if (y_ + 1 == h_.height && x_ >= h_.width) break;
      const unsigned count = reader_.read<std::uint8_t>("a run of pixels");
      const unsigned value = reader_.read<std::uint8_t>("a run of pixels");
      if (count > 0) {
        for (unsigned i = 0; i < count; ++i) put(nibble_or_byte(value, i));
      } else if (value == 0) {
        x_ = 0;
        ++y_;
      } else if (value == 1) {
        input_.fail_damaged(kFormat, "it ends early: pixels are missing");
      } else if (value == 2) {
        x_ += reader_.read<std::uint8_t>("a jump");
        y_ += reader_.read<std::uint8_t>("a jump");
      } else {
        copy(value);
      }
    }
    return std::move(indices_);
  }

 private:
  bool packed() const { return h_.compression == kRle4; }
  unsigned nibble_or_byte(unsigned byte, unsigned i) const {
    if (!packed()) return byte;
    return i % 2 == 0 ? byte >> 4 : byte & 15;
  }
  void put(unsigned index) {
    if (x_ < h_.width) indices_[h_.width * y_ + x_] = static_cast<std::uint8_t>(index);
    ++x_;
  }
  // Copies `count` pixels that are stored one by one, without run lengths. In the file they are
  // padded to an even number of bytes.
  void copy(unsigned count) {
    const unsigned bytes = packed() ? (count + 1) / 2 : count;
    const Bytes data = reader_.take(bytes, "a run of pixels");
    for (unsigned i = 0; i < count; ++i) put(nibble_or_byte(data[packed() ? i / 2 : i], i));
    if (bytes % 2 != 0 && !reader_.at_end()) reader_.skip(1, "a run of pixels");
  }

  const Input& input_;
  const Header& h_;
  ByteReader reader_;
  std::vector<std::uint8_t> indices_;
  std::uint64_t x_ = 0;
  std::uint64_t y_ = 0;
};

void colour_runs(const Input& input, const Header& h, const Palette& palette, Image& image) {
  const std::uint64_t begin = std::min<std::uint64_t>(h.pixels, input.bytes.size());
  const std::vector<std::uint8_t> indices =
      RunLengths(input, h, input.bytes.subspan(begin)).decode();
  const std::uint8_t* index = indices.data();
  for (std::uint64_t y = 0; y < h.height; ++y) {
    std::uint8_t* out = row_of(image, h, y);
    for (std::uint64_t x = 0; x < h.width; ++x, out += 3) {
      const std::array<std::uint8_t, 3>& colour = palette[*index++];
      std::copy(colour.begin(), colour.end(), out);
    }
  }
}

// One colour channel. It extracts the bits of its mask from a pixel and scales them to 0..255.
struct Channel {
  std::uint32_t mask = 0;
  int shift = 0;
  std::uint32_t top = 0;

  explicit Channel(std::uint32_t m) : mask(m) {
    if (mask == 0) return;
    shift = std::countr_zero(mask);
    top = mask >> shift;
  }
  bool is_sound() const { return (std::uint64_t{top} & (std::uint64_t{top} + 1)) == 0; }
  std::uint8_t of(std::uint32_t pixel) const {
    return top == 0 ? std::uint8_t{0} : scale_to_byte((pixel & mask) >> shift, top);
  }
};

void unpack_masked(const Input& input, const Header& h, Bytes data, Image& image) {
  std::vector<Channel> channels;
  for (int c = 0; c < image.channels; ++c) channels.emplace_back(h.masks[c]);
  for (const Channel& channel : channels) {
    if (!channel.is_sound()) input.fail_damaged(kFormat, "a mask with gaps");
  }
  const std::uint64_t stride = (h.width * h.bits + 31) / 32 * 4;
  const unsigned pixel_bytes = h.bits / 8;
  for (std::uint64_t y = 0; y < h.height; ++y) {
    const std::uint8_t* in = data.data() + stride * y;
    std::uint8_t* out = row_of(image, h, y);
    for (std::uint64_t x = 0; x < h.width; ++x, in += pixel_bytes) {
      std::uint32_t pixel = 0;
      for (unsigned i = 0; i < pixel_bytes; ++i) pixel |= std::uint32_t{in[i]} << 8 * i;
      for (const Channel& channel : channels) *out++ = channel.of(pixel);
    }
  }
}

// Decodes pixels of 24 or 32 bits with the usual masks: blue, green and red, then an unused byte if
// there are 32 bits.
void unpack_bgr(const Header& h, Bytes data, Image& image) {
  const std::uint64_t stride = (h.width * h.bits + 31) / 32 * 4;
  const unsigned pixel_bytes = h.bits / 8;
  for (std::uint64_t y = 0; y < h.height; ++y) {
    const std::uint8_t* in = data.data() + stride * y;
    std::uint8_t* out = row_of(image, h, y);
    for (std::uint64_t x = 0; x < h.width; ++x, in += pixel_bytes, out += 3) {
      out[0] = in[2];
      out[1] = in[1];
      out[2] = in[0];
    }
  }
}

}  // namespace

Image decode_bmp(const Input& input) {
  Header h = read_header(input);
  const bool run_lengths = h.compression == kRle8 || h.compression == kRle4;
  const std::uint64_t size = input.bytes.size();
  // A small hostile file must not claim a giant picture. So a picture with run lengths may have at
  // most 64 rows for each byte of the file: a jump of four bytes can skip 255 rows. The width has
  // no such limit, because skipped pixels take no bytes of the file.
  const std::uint64_t most_by_runs = h.height <= size * 64 ? kNoBound : 0;
  input.check_size(h.width, h.height, run_lengths ? most_by_runs : size * 8 / h.bits);
  Palette palette{};
  const std::uint64_t unsaid = h.bits <= 8 ? read_palette(input, h, palette) : h.end;
  if (h.pixels == 0) h.pixels = unsaid;
  if (h.pixels < h.end) input.fail_damaged(kFormat, "the pixels begin in the header");

  const int channels = h.masks[3] != 0 ? 4 : 3;
  const std::uint64_t pixels = h.width * h.height;
  input.check_memory(pixels * static_cast<unsigned>(channels + (run_lengths ? 1 : 0)));
  // Rows are padded to multiples of 4 bytes. A file that ends before the last row's padding is
  // accepted.
  const std::uint64_t stride = (h.width * h.bits + 31) / 32 * 4;
  const std::uint64_t needed = stride * (h.height - 1) + (h.width * h.bits + 7) / 8;
  const Bytes data = run_lengths ? Bytes{} : input.reader().at(h.pixels, needed, "the pixels");
  Image image(static_cast<int>(h.width), static_cast<int>(h.height), channels, SampleType::u8);
  if (run_lengths) {
    colour_runs(input, h, palette, image);
    return image;
  }
  if (h.bits <= 8) {
    unpack_indices(h, data, palette, image);
  } else if (h.compression == kPlain && h.bits != 16) {
    unpack_bgr(h, data, image);
  } else {
    unpack_masked(input, h, data, image);
  }
  return opaque_if_invisible(std::move(image));
}

}  // namespace nst::codec
