// TGA (Truevision TGA File Format Specification 2.0): palette, colour and grey pictures, with or
// without run lengths, from any corner.
#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <vector>

#include "image/codec_impl.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

constexpr unsigned kRunLength = 8;  // this bit of the image type is set if the file has run lengths
enum Kind : unsigned { kPalette = 1, kColour = 2, kGrey = 3 };

struct Header {
  unsigned id_bytes, map_type, type, map_first, map_entries, map_bits, width, height, bits,
      descriptor;

  unsigned kind() const { return type & ~kRunLength; }
  bool run_length() const { return (type & kRunLength) != 0; }
  bool from_right() const { return (descriptor & 0x10) != 0; }
  bool from_top() const { return (descriptor & 0x20) != 0; }
  unsigned pixel_bytes() const { return (bits + 7) / 8; }
};

Header read_header(ByteReader& reader) {
  Header h{};
  const auto byte = [&] { return unsigned{reader.read<std::uint8_t>("the header")}; };
  const auto word = [&] { return unsigned{reader.read<std::uint16_t>("the header")}; };
  h.id_bytes = byte();
  h.map_type = byte();
  h.type = byte();
  h.map_first = word();
  h.map_entries = word();
  h.map_bits = byte();
  reader.skip(4, "the header");  // the picture's position on a screen
  h.width = word();
  h.height = word();
  h.bits = byte();
  h.descriptor = byte();
  return h;
}

using Colour = std::array<std::uint8_t, 4>;

// Converts a stored colour to RGBA. Colours of 15 and 16 bits have 5 bits per channel. Their 16th
// bit is ignored: most programs do not store alpha there.
Colour colour_of(const std::uint8_t* p, unsigned bits) {
  if (bits >= 24) return {p[2], p[1], p[0], bits == 32 ? p[3] : std::uint8_t{255}};
  const unsigned word = p[0] | unsigned{p[1]} << 8;
  const auto five = [&](int shift) { return scale_to_byte(word >> shift & 31, 31); };
  return {five(10), five(5), five(0), 255};
}

// The palette: colours by their index. An index that the file does not define gives black.
struct Map {
  std::vector<Colour> colours;
  unsigned first = 0;

  Colour at(unsigned index) const {
    // If index < first, the unsigned difference wraps around to a number beyond the palette.
    const unsigned entry = index - first;
    return entry < colours.size() ? colours[entry] : Colour{0, 0, 0, 255};
  }
};

Map read_map(ByteReader& reader, const Header& h) {
  Map map;
  if (h.map_type != 1) return map;
  const unsigned entry_bytes = (h.map_bits + 7) / 8;
  const Bytes table = reader.take(std::uint64_t{h.map_entries} * entry_bytes, "the colours");
  if (h.kind() != kPalette) return map;
  map.first = h.map_first;
  map.colours.resize(h.map_entries);
  for (std::size_t i = 0; i < map.colours.size(); ++i) {
    map.colours[i] = colour_of(table.data() + entry_bytes * i, h.map_bits);
  }
  return map;
}

// Reads the pixels in their stored order. A packet may continue in the next row.
class Pixels {
 public:
  Pixels(ByteReader& reader, const Header& h)
      : reader_(reader), h_(h), missing_(std::uint64_t{h.width} * h.height) {
    if (!h.run_length()) take(missing_);
  }

  const std::uint8_t* next() {
    if (left_ == 0) read_packet();
    --left_;
    const std::uint8_t* pixel = pixel_;
    pixel_ += step_;
    return pixel;
  }

 private:
  void take(std::uint64_t count) {
    left_ = count;
    step_ = h_.pixel_bytes();
    pixel_ = reader_.take(count * step_, "the pixels").data();
  }
  // Reads the header of the next packet. The last packet may have more pixels than the picture
  // needs.
  void read_packet() {
    const unsigned packet = reader_.read<std::uint8_t>("the pixels");
    const std::uint64_t count = std::min<std::uint64_t>((packet & 0x7f) + 1, missing_);
    missing_ -= count;
    if ((packet & 0x80) == 0) {
      take(count);
      return;
    }
    take(1);
    left_ = count;
    step_ = 0;
  }

  ByteReader& reader_;
  const Header& h_;
  std::uint64_t missing_;  // pixels of the picture that no packet has given yet
  std::uint64_t left_ = 0;
  std::size_t step_ = 0;
  const std::uint8_t* pixel_ = nullptr;
};

// Writes the stored pixels to their places in the picture. put(stored, out) converts and writes one
// pixel.
template <typename Put>
void fill(const Header& h, Pixels& pixels, Image& image, Put put) {
  const auto channels = static_cast<std::ptrdiff_t>(image.channels);
  const std::ptrdiff_t step = h.from_right() ? -channels : channels;
  for (std::ptrdiff_t y = 0; y < image.height; ++y) {
    const std::ptrdiff_t row = h.from_top() ? y : image.height - 1 - y;
    std::uint8_t* out = image.u8() + channels * image.width * row;
    if (h.from_right()) out += channels * (image.width - 1);
    for (int x = 0; x < image.width; ++x, out += step) put(pixels.next(), out);
  }
}

bool is_one_of(unsigned value, std::initializer_list<unsigned> list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

bool looks_like_tga(Bytes bytes) {
  constexpr std::size_t kHeaderBytes = 18;
  if (bytes.size() <= kHeaderBytes) return false;
  ByteReader reader(bytes, "", ErrorCode::input);
  const Header h = read_header(reader);
  if (h.width == 0 || h.height == 0 || h.map_type > 1) return false;
  switch (h.kind()) {
    case kPalette:
      return h.map_type == 1 && h.map_entries > 0 && is_one_of(h.map_bits, {15, 16, 24, 32}) &&
             is_one_of(h.bits, {8, 16});
    case kColour:
      return is_one_of(h.bits, {15, 16, 24, 32});
    case kGrey:
      return is_one_of(h.bits, {8, 16});
    default:
      return false;
  }
}

Image decode_tga(const Input& input) {
  ByteReader reader = input.reader();
  const Header h = read_header(reader);
  if ((h.descriptor & 0xc0) != 0) input.fail_unread("TGA with interleaved rows");
  reader.skip(h.id_bytes, "the comment");
  const Map map = read_map(reader, h);
  // The file's length limits the size that the header may state: a run of 128 pixels takes one byte
  // plus the bytes of one pixel.
  const std::uint64_t most = h.run_length() ? reader.remaining() * 128 / (1 + h.pixel_bytes()) + 128
                                            : reader.remaining() / h.pixel_bytes();
  input.check_size(h.width, h.height, most);
  const bool alpha = h.kind() == kPalette  ? h.map_bits == 32
                     : h.kind() == kColour ? h.bits == 32
                                           : h.bits == 16;
  input.check_memory(std::uint64_t{h.width} * h.height * (alpha ? 4 : 3));

  Image image(static_cast<int>(h.width), static_cast<int>(h.height), alpha ? 4 : 3, SampleType::u8);
  Pixels pixels(reader, h);
  const auto put_colour = [&](const Colour& colour, std::uint8_t* out) {
    std::copy_n(colour.data(), alpha ? 4 : 3, out);
  };
  if (h.kind() == kPalette) {
    fill(h, pixels, image, [&](const std::uint8_t* p, std::uint8_t* out) {
      put_colour(map.at(h.bits == 8 ? p[0] : p[0] | unsigned{p[1]} << 8), out);
    });
  } else if (h.kind() == kGrey) {
    fill(h, pixels, image, [&](const std::uint8_t* p, std::uint8_t* out) {
      put_colour({p[0], p[0], p[0], alpha ? p[1] : std::uint8_t{255}}, out);
    });
  } else if (h.bits == 24) {
    fill(h, pixels, image, [](const std::uint8_t* p, std::uint8_t* out) {
      out[0] = p[2];
      out[1] = p[1];
      out[2] = p[0];
    });
  } else {
    fill(h, pixels, image,
         [&](const std::uint8_t* p, std::uint8_t* out) { put_colour(colour_of(p, h.bits), out); });
  }
  return opaque_if_invisible(std::move(image));
}

}  // namespace nst::codec
