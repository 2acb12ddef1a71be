// Decodes the first frame of a GIF (https://www.w3.org/Graphics/GIF/spec-gif89a.txt). Files that
// differ from the specification are decoded as browsers decode them.
//
// NST has a decoder of its own, because the format is small. The decoder treats an end code before
// the last pixel as damage. A missing end code after the last pixel is no damage.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <vector>

#include "image/codec.hpp"
#include "image/codec_impl.hpp"

namespace nst::codec {
namespace {

constexpr const char* kFormat = "GIF";

struct Palette {
  bool given = false;
  // The file may store fewer than 256 colours. The others are black.
  std::array<std::array<std::uint8_t, 3>, 256> colours{};
};

Palette read_palette(ByteReader& reader, unsigned flags) {
  Palette palette;
  palette.given = (flags & 0x80) != 0;
  if (!palette.given) return palette;
  const std::size_t count = std::size_t{2} << (flags & 7);
  const Bytes table = reader.take(3 * count, "the colours");
  std::memcpy(palette.colours.data(), table.data(), table.size());
  return palette;
}

struct Frame {
  unsigned left = 0, top = 0, width = 0, height = 0;
  bool interlaced = false;
  std::optional<unsigned> transparent;  // palette index of transparent pixels; nullopt: none
};

// Reads LZW codes from a chain of data blocks, beginning at the lowest bits.
class Codes {
 public:
  explicit Codes(ByteReader& reader) : reader_(reader) {}

  unsigned next(unsigned bits) {
    while (held_ < bits) {
      if (at_ == block_.size()) {
        block_ = reader_.take(reader_.read<std::uint8_t>("the pixels"), "the pixels");
        at_ = 0;
        if (block_.empty()) reader_.fail("the pixels end early; the GIF is cut or damaged");
      }
      buffer_ |= std::uint32_t{block_[at_++]} << held_;
      held_ += 8;
    }
    const unsigned code = buffer_ & ((1u << bits) - 1);
    buffer_ >>= bits;
    held_ -= bits;
    return code;
  }

 private:
  ByteReader& reader_;
  Bytes block_;
  std::size_t at_ = 0;
  std::uint32_t buffer_ = 0;
  unsigned held_ = 0;
};

// The LZW decoder of GIF. Codes grow from `root_bits + 1` to 12 bits. A full table stays unchanged
// until the next clear code. A table entry is a string of palette indices: an earlier entry plus
// one index.
class Lzw {
 public:
  Lzw(unsigned root_bits, ByteReader& reader, const Input& input)
      : root_bits_(root_bits), clear_(1u << root_bits), codes_(reader), input_(input) {
    for (unsigned i = 0; i < clear_; ++i) {
      last_[i] = first_[i] = static_cast<std::uint8_t>(i);
      length_[i] = 1;
    }
    reset();
  }

  // Decodes until `out` is full. Further indices of the last string are dropped.
  void decode(std::vector<std::uint8_t>& out) {
    std::size_t done = 0;
    while (done < out.size()) {
      const unsigned code = codes_.next(bits_);
      if (code == clear_) {
        reset();
        continue;
      }
      if (code == clear_ + 1) input_.fail_damaged(kFormat, "it ends early: pixels are missing");
      if (code > next_ || (code == next_ && previous_ == kNone)) {
        input_.fail_damaged(kFormat, "a code that is not in the table");
      }
      add(code);
      done += write(code, out.data() + done, out.size() - done);
      previous_ = code;
    }
  }

 private:
  static constexpr unsigned kMaxCodes = 4096;
  static constexpr unsigned kNone = kMaxCodes;

  void reset() {
    next_ = clear_ + 2;
    bits_ = root_bits_ + 1;
    previous_ = kNone;
  }
  // Adds the table entry that the encoder added before it wrote `code`. The entry is the previous
  // code's string plus the first index of the string of `code`.
  void add(unsigned code) {
    if (previous_ == kNone || next_ == kMaxCodes) return;
    prefix_[next_] = static_cast<std::uint16_t>(previous_);
    first_[next_] = first_[previous_];
    last_[next_] = code == next_ ? first_[previous_] : first_[code];
    length_[next_] = static_cast<std::uint16_t>(length_[previous_] + 1);
    ++next_;
    if (next_ == (1u << bits_) && bits_ < 12) ++bits_;
  }
  // Writes the string of `code` to `out`, from the string's end to its start. Indices beyond `room`
  // are left out. Returns the number of indices written.
  std::size_t write(unsigned code, std::uint8_t* out, std::size_t room) const {
    const std::size_t length = length_[code];
    for (std::size_t i = length; i-- > 0; code = prefix_[code]) {
      if (i < room) out[i] = last_[code];
    }
    return std::min(length, room);
  }

  unsigned root_bits_, clear_;
  Codes codes_;
  const Input& input_;
  unsigned next_ = 0, bits_ = 0, previous_ = kNone;
  std::array<std::uint16_t, kMaxCodes> prefix_{}, length_{};
  std::array<std::uint8_t, kMaxCodes> first_{}, last_{};
};

void skip_blocks(ByteReader& reader) {
  while (const unsigned size = reader.read<std::uint8_t>("a block")) reader.skip(size, "a block");
}

// Reads the file up to the first frame's header. Bytes between blocks that do not begin a block are
// skipped, as in Pillow, ImageMagick and browsers.
Frame find_frame(ByteReader& reader, const Input& input) {
  Frame frame;
  while (true) {
    const unsigned kind = reader.read<std::uint8_t>("the first frame");
    if (kind == ';') input.fail_damaged(kFormat, "it has no frame");
    if (kind == ',') break;
    if (kind != '!') continue;
    const unsigned label = reader.read<std::uint8_t>("an extension");
    constexpr unsigned kGraphicControl = 0xf9;
    if (label == kGraphicControl && reader.remaining() > 5 &&
        reader.at(reader.position(), 1, "an extension")[0] >= 4) {
      const Bytes control = reader.at(reader.position() + 1, 4, "an extension");
      frame.transparent =
          (control[0] & 1) != 0 ? std::optional<unsigned>(control[3]) : std::nullopt;
    }
    skip_blocks(reader);
  }
  frame.left = reader.read<std::uint16_t>("the first frame");
  frame.top = reader.read<std::uint16_t>("the first frame");
  frame.width = reader.read<std::uint16_t>("the first frame");
  frame.height = reader.read<std::uint16_t>("the first frame");
  return frame;
}

// Returns the row numbers of a frame in the order in which the file stores the rows.
std::vector<unsigned> row_order(const Frame& frame) {
  std::vector<unsigned> order;
  order.reserve(frame.height);
  const auto every = [&](unsigned first, unsigned step) {
    for (unsigned y = first; y < frame.height; y += step) order.push_back(y);
  };
  if (!frame.interlaced) {
    every(0, 1);
  } else {
    every(0, 8);
    every(4, 8);
    every(2, 4);
    every(1, 2);
  }
  return order;
}

// Returns the whole screen (the GIF's picture area) with the frame at its place. Pixels outside the
// frame, and those with the transparent index, are transparent black.
Image on_screen(const Frame& frame, unsigned width, unsigned height, const Palette& palette,
                const std::vector<std::uint8_t>& indices) {
  bool alpha = frame.width != width || frame.height != height;
  if (frame.transparent && *frame.transparent < 256 && !alpha) {
    alpha = std::memchr(indices.data(), static_cast<int>(*frame.transparent), indices.size());
  }
  const std::size_t channels = alpha ? 4 : 3;
  Image image(static_cast<int>(width), static_cast<int>(height), static_cast<int>(channels),
              SampleType::u8);
  const std::uint8_t* index = indices.data();
  for (const unsigned y : row_order(frame)) {
    std::uint8_t* out = image.u8() + channels * (std::size_t{width} * (frame.top + y) + frame.left);
    for (unsigned x = 0; x < frame.width; ++x, ++index, out += channels) {
      if (frame.transparent && *index == *frame.transparent) continue;
      std::memcpy(out, palette.colours[*index].data(), 3);
      if (alpha) out[3] = 255;
    }
  }
  return image;
}

}  // namespace

Image decode_gif(const Input& input) {
  ByteReader reader = input.reader();
  reader.skip(6, "the signature");
  const unsigned screen_width = reader.read<std::uint16_t>("the size");
  const unsigned screen_height = reader.read<std::uint16_t>("the size");
  const unsigned flags = reader.read<std::uint8_t>("the header");
  reader.skip(2, "the header");
  Palette palette = read_palette(reader, flags);
  Frame frame = find_frame(reader, input);
  const unsigned frame_flags = reader.read<std::uint8_t>("the first frame");
  frame.interlaced = (frame_flags & 0x40) != 0;
  const Palette own = read_palette(reader, frame_flags);
  if (own.given) palette = own;
  if (!palette.given) input.fail_damaged(kFormat, "it has no colours");
  const unsigned root_bits = reader.read<std::uint8_t>("the pixels");
  if (root_bits < 1 || root_bits > 8) input.fail_damaged(kFormat, "the size of its codes");

  // If the frame extends beyond the screen (the GIF's picture area), the screen is enlarged, as in
  // browsers. The file's size limits the frame: one byte stands for at most 4096 pixels.
  const unsigned width = std::max(screen_width, frame.left + frame.width);
  const unsigned height = std::max(screen_height, frame.top + frame.height);
  const std::uint64_t frame_pixels = std::uint64_t{frame.width} * frame.height;
  input.check_size(frame.width, frame.height, std::uint64_t{input.bytes.size()} * 4096);
  input.check_size(width, height, kMaxPixels);
  input.check_memory(frame_pixels + std::uint64_t{width} * height * 4);
  std::vector<std::uint8_t> indices(frame_pixels);
  Lzw(root_bits, reader, input).decode(indices);
  return on_screen(frame, width, height, palette, indices);
}

}  // namespace nst::codec
