// Binary PPM (P6) and PGM (P5), 8 and 16 bits: https://netpbm.sourceforge.net/doc/ppm.html
#include <cstddef>
#include <cstring>

#include "image/codec_impl.hpp"

namespace nst::codec {
namespace {

// Skips white space and comments, reads a decimal number and the one white space after it.
std::uint64_t read_number(ByteReader& reader, const char* what) {
  const auto is_space = [](std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::uint8_t c = reader.read<std::uint8_t>(what);
  while (is_space(c) || c == '#') {
    if (c == '#') {
      while (c != '\n' && c != '\r') c = reader.read<std::uint8_t>("a comment");
    }
    c = reader.read<std::uint8_t>(what);
  }
  std::uint64_t value = 0;
  bool digits = false;
  for (; c >= '0' && c <= '9'; c = reader.read<std::uint8_t>(what)) {
    value = value * 10 + (c - '0');
    digits = true;
    if (value > UINT32_MAX) reader.fail(std::string(what) + " is too large");
  }
  if (!digits || !is_space(c)) reader.fail(std::string("damaged PPM header (") + what + ")");
  return value;
}

}  // namespace

Image decode_pnm(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::input);
  const int channels = reader.take(2, "the signature")[1] == '6' ? 3 : 1;
  const std::uint64_t width = read_number(reader, "width");
  const std::uint64_t height = read_number(reader, "height");
  const std::uint64_t maximum = read_number(reader, "largest value");
  if (maximum < 1 || maximum > 65535) reader.fail("damaged PPM header (largest value)");
  const unsigned sample_bytes = maximum > 255 ? 2 : 1;
  check_claimed_size(width, height,
                     reader.remaining() / (static_cast<unsigned>(channels) * sample_bytes), name);

  Image image(static_cast<int>(width), static_cast<int>(height), 3, SampleType::u8);
  const std::size_t count =
      static_cast<std::size_t>(width * height) * static_cast<std::size_t>(channels);
  const Bytes data = reader.take(std::uint64_t{count} * sample_bytes, "the pixels");
  const auto sample = [&](std::size_t i) {
    const unsigned value = sample_bytes == 1 ? data[i] : data[2 * i] * 256u + data[2 * i + 1];
    if (value > maximum) reader.fail("a sample exceeds the largest value");
    return static_cast<std::uint8_t>((value * 255u + maximum / 2) / maximum);
  };
  std::uint8_t* out = image.u8();
  if (channels == 3 && maximum == 255) {
    std::memcpy(out, data.data(), count);
  } else if (channels == 3) {
    for (std::size_t i = 0; i < count; ++i) out[i] = sample(i);
  } else {
    for (std::size_t i = 0; i < count; ++i) std::memset(out + 3 * i, sample(i), 3);
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
