// PBM, PGM and PPM, as text (P1 to P3) and binary (P4 to P6), 1 to 16 bits:
// https://netpbm.sourceforge.net/doc/ppm.html, pgm.html and pbm.html.
#include <cstddef>
#include <cstring>

#include "image/codec_impl.hpp"

namespace nst::codec {
namespace {

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }

// Reads the text part of a file: numbers, white space and comments. A comment runs from # to the
// end of the line and counts as a line break.
class Text {
 public:
  explicit Text(ByteReader& reader) : reader_(reader) {}

  // Skips white space, then reads a number and one white-space character after it. At the end of
  // the file that character may be missing.
  std::uint64_t number(const char* what) {
    std::uint8_t c = first_of(what);
    if (!is_digit(c)) fail(what);
    std::uint64_t value = 0;
    while (is_digit(c)) {
      value = value * 10 + (c - '0');
      if (value > UINT32_MAX) reader_.fail(std::string(what) + " is too large");
      if (reader_.at_end()) return value;
      c = next(what);
    }
    if (!is_space(c)) fail(what);
    return value;
  }
  // Reads one sample 0 or 1 of a text bitmap. White space between samples is optional.
  bool bit() {
    const std::uint8_t c = first_of("a pixel");
    if (c != '0' && c != '1') fail("a pixel");
    return c == '1';
  }

 private:
  std::uint8_t next(const char* what) {
    std::uint8_t c = reader_.read<std::uint8_t>(what);
    if (c != '#') return c;
    while (c != '\n' && c != '\r') c = reader_.read<std::uint8_t>("a comment");
    return c;
  }
  std::uint8_t first_of(const char* what) {
    std::uint8_t c = next(what);
    while (is_space(c)) c = next(what);
    return c;
  }
  [[noreturn]] void fail(const char* what) {
    reader_.fail(std::string("damaged PPM picture (") + what + " is no number); save it again");
  }

  ByteReader& reader_;
};

struct Header {
  int type = 0;  // digit of the signature: 1 for "P1" to 6 for "P6"
  std::uint64_t width = 0, height = 0, maximum = 1;

  bool text() const { return type <= 3; }
  bool bits() const { return type == 1 || type == 4; }
  std::uint64_t channels() const { return type == 3 || type == 6 ? 3 : 1; }
  std::uint64_t samples() const { return width * height * channels(); }
  unsigned sample_bytes() const { return maximum > 255 ? 2 : 1; }
};

Header read_header(ByteReader& reader) {
  Header h;
  h.type = reader.take(2, "the signature")[1] - '0';
  Text text(reader);
  h.width = text.number("width");
  h.height = text.number("height");
  if (!h.bits()) h.maximum = text.number("largest value");
  if (h.maximum < 1 || h.maximum > 65535) reader.fail("damaged PPM header (largest value)");
  return h;
}

// Returns the largest number of pixels that `bytes` bytes of pixel data can contain.
std::uint64_t most_pixels(const Header& h, std::uint64_t bytes) {
  if (h.type == 1) return bytes;
  if (h.type == 4) return bytes * 8;
  // A sample has at least a digit and a space. The last sample needs no space.
  if (h.text()) return (bytes + 1) / 2 / h.channels();
  return bytes / (h.channels() * h.sample_bytes());
}

// Fills an RGB picture. Calls next(), which returns 0..255, for every sample of the file.
template <typename Next>
void fill(const Header& h, Image& image, Next next) {
  std::uint8_t* out = image.u8();
  const std::uint64_t samples = h.samples();
  if (h.channels() == 3) {
    for (std::uint64_t i = 0; i < samples; ++i) out[i] = next();
  } else {
    for (std::uint64_t i = 0; i < samples; ++i) std::memset(out + 3 * i, next(), 3);
  }
}

// Decodes the rows of a binary bitmap. Rows are padded to whole bytes; a bit of 1 is black.
void unpack_bits(const Header& h, ByteReader& reader, Image& image) {
  const std::uint64_t row_bytes = (h.width + 7) / 8;
  std::uint8_t* out = image.u8();
  for (std::uint64_t y = 0; y < h.height; ++y) {
    const Bytes row = reader.take(row_bytes, "the pixels");
    for (std::uint64_t x = 0; x < h.width; ++x, out += 3) {
      const bool black = (row[x / 8] >> (7 - x % 8) & 1) != 0;
      std::memset(out, black ? 0 : 255, 3);
    }
  }
}

}  // namespace

bool is_pnm(Bytes bytes) {
  return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         (is_space(bytes[2]) || bytes[2] == '#');
}

Image decode_pnm(const Input& input) {
  ByteReader reader = input.reader();
  const Header h = read_header(reader);
  input.check_size(h.width, h.height, most_pixels(h, reader.remaining()));
  input.check_memory(3 * h.width * h.height);
  Image image(static_cast<int>(h.width), static_cast<int>(h.height), 3, SampleType::u8);
  const auto scaled = [&](std::uint64_t value) {
    if (value > h.maximum) reader.fail("a sample exceeds the largest value");
    return scale_to_byte(value, h.maximum);
  };
  if (h.text()) {
    Text text(reader);
    if (h.bits()) {
      fill(h, image, [&] { return text.bit() ? std::uint8_t{0} : std::uint8_t{255}; });
    } else {
      fill(h, image, [&] { return scaled(text.number("a pixel")); });
    }
    return image;
  }
  if (h.bits()) {
    unpack_bits(h, reader, image);
    return image;
  }
  const Bytes data = reader.take(h.samples() * h.sample_bytes(), "the pixels");
  const std::uint8_t* p = data.data();
  if (h.sample_bytes() == 2) {
    fill(h, image, [&] {
      p += 2;
      return scaled(std::uint64_t{p[-2]} << 8 | p[-1]);
    });
  } else if (h.channels() == 3 && h.maximum == 255) {
    std::memcpy(image.u8(), data.data(), data.size());
  } else {
    fill(h, image, [&] { return scaled(*p++); });
  }
  return image;
}

std::vector<std::uint8_t> encode_pnm(const ImageView& image) {
  const std::string header =
      "P6\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
  const std::size_t stride = std::size_t{3} * static_cast<std::size_t>(image.width);
  std::vector<std::uint8_t> file(header.size() + stride * static_cast<std::size_t>(image.height));
  std::memcpy(file.data(), header.data(), header.size());
  std::uint8_t* row = file.data() + header.size();
  for (int y = 0; y < image.height; ++y, row += stride) copy_rgb_row(image, y, row);
  return file;
}

}  // namespace nst::codec
