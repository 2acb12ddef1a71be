// BMP, TGA and GIF: the extent of each is walked here, the pixels come from stb_image.
//
// stb_image reads zeros past the end of its input, so a file that is cut short must never reach it;
// and the claimed size is checked before it allocates.
#include <algorithm>
#include <cstddef>
#include <initializer_list>

#include "image/codec_impl.hpp"

namespace nst::codec {
namespace {

struct TgaHeader {
  unsigned id_bytes, map_type, type, map_entries, map_bits, width, height, bits;
};

TgaHeader read_tga_header(ByteReader& reader) {
  TgaHeader h{};
  h.id_bytes = reader.read<std::uint8_t>("the header");
  h.map_type = reader.read<std::uint8_t>("the header");
  h.type = reader.read<std::uint8_t>("the header");
  reader.skip(2, "the header");
  h.map_entries = reader.read<std::uint16_t>("the header");
  h.map_bits = reader.read<std::uint8_t>("the header");
  reader.skip(4, "the header");
  h.width = reader.read<std::uint16_t>("the header");
  h.height = reader.read<std::uint16_t>("the header");
  h.bits = reader.read<std::uint8_t>("the header");
  reader.skip(1, "the header");
  return h;
}

constexpr unsigned kTgaRunLength = 8;  // bit of the type

void skip_gif_blocks(ByteReader& reader) {
  while (const unsigned size = reader.read<std::uint8_t>("a block")) reader.skip(size, "a block");
}

void skip_gif_colours(ByteReader& reader, unsigned flags) {
  if (flags & 0x80) reader.skip(3u << ((flags & 7) + 1), "the colours");
}

}  // namespace

bool looks_like_tga(Bytes bytes) {
  constexpr std::size_t kHeaderBytes = 18;
  if (bytes.size() <= kHeaderBytes) return false;
  ByteReader reader(bytes, "", ErrorCode::input);
  const TgaHeader h = read_tga_header(reader);
  const unsigned kind = h.type & ~kTgaRunLength;  // 1 palette, 2 colour, 3 grey
  const auto one_of = [](unsigned value, std::initializer_list<unsigned> list) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (h.width == 0 || h.height == 0 || kind < 1 || kind > 3) return false;
  if (kind == 1) {
    return h.map_type == 1 && h.map_entries > 0 && one_of(h.map_bits, {15, 16, 24, 32}) &&
           one_of(h.bits, {8, 16});
  }
  return h.map_type <= 1 &&
         one_of(h.bits, kind == 2 ? std::initializer_list<unsigned>{15, 16, 24, 32}
                                  : std::initializer_list<unsigned>{8, 16});
}

Image decode_tga(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::input);
  const TgaHeader h = read_tga_header(reader);
  reader.skip(h.id_bytes, "the comment");
  if (h.map_type == 1) reader.skip(h.map_entries * ((h.map_bits + 7) / 8), "the colours");
  const unsigned pixel_bytes = (h.bits + 7) / 8;
  const std::uint64_t pixels = std::uint64_t{h.width} * h.height;
  const bool run_length = (h.type & kTgaRunLength) != 0;
  // A run of 128 pixels takes one byte and a pixel.
  check_claimed_size(h.width, h.height, reader.remaining() * (run_length ? 128 : 1) / pixel_bytes,
                     name);
  for (std::uint64_t done = 0; run_length && done < pixels;) {
    const unsigned packet = reader.read<std::uint8_t>("a run of pixels");
    const unsigned count = (packet & 0x7f) + 1;
    reader.skip((packet & 0x80 ? 1 : count) * pixel_bytes, "a run of pixels");
    done += count;
  }
  return decode_stb(bytes, "TGA", name);
}

Image decode_bmp(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::input);
  const std::uint32_t data_offset = reader.read_at<std::uint32_t>(10, "the header");
  const std::uint32_t header_bytes = reader.read_at<std::uint32_t>(14, "the header");
  const bool os2 = header_bytes == 12;
  std::uint64_t width = 0, height = 0;
  unsigned bits = 0;
  if (os2) {
    width = reader.read_at<std::uint16_t>(18, "the size");
    height = reader.read_at<std::uint16_t>(20, "the size");
    bits = reader.read_at<std::uint16_t>(24, "the header");
  } else {
    const std::int64_t w = reader.read_at<std::int32_t>(18, "the size");
    const std::int64_t h = reader.read_at<std::int32_t>(22, "the size");
    if (w < 0) fail_damaged(name, "BMP", "negative width");
    width = static_cast<std::uint64_t>(w);
    height = static_cast<std::uint64_t>(h < 0 ? -h : h);  // negative: rows from the top
    bits = reader.read_at<std::uint16_t>(28, "the header");
    const std::uint32_t compression = reader.read_at<std::uint32_t>(30, "the header");
    if (compression == 1 || compression == 2) {
      reader.fail("run-length coded BMP is not supported; convert it to PNG");
    }
  }
  if (bits == 0 || bits > 32) fail_damaged(name, "BMP", "bits per pixel");
  check_claimed_size(width, height, std::uint64_t{bytes.size()} * 8 / bits, name);
  const std::uint64_t row_bytes = (width * bits + 31) / 32 * 4;
  reader.at(data_offset, row_bytes * height, "the pixels");
  return decode_stb(bytes, "BMP", name);
}

Image decode_gif(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::input);
  reader.skip(6, "the signature");
  const unsigned width = reader.read<std::uint16_t>("the size");
  const unsigned height = reader.read<std::uint16_t>("the size");
  // A code of at most 12 bits stands for at most 4096 pixels.
  check_claimed_size(width, height, std::uint64_t{bytes.size()} * 4096, name);
  const unsigned flags = reader.read<std::uint8_t>("the header");
  reader.skip(2, "the header");
  skip_gif_colours(reader, flags);
  while (true) {
    const unsigned kind = reader.read<std::uint8_t>("the first frame");
    if (kind == 0x21) {  // extension
      reader.skip(1, "an extension");
      skip_gif_blocks(reader);
    } else if (kind == 0x2c) {  // frame
      reader.skip(8, "the first frame");
      skip_gif_colours(reader, reader.read<std::uint8_t>("the first frame"));
      reader.skip(1, "the first frame");
      skip_gif_blocks(reader);
      break;
    } else {
      fail_damaged(name, "GIF", "no frame");
    }
  }
  Image image = decode_stb(bytes, "GIF", name);
  const std::size_t pixels = image.sample_count() / 4;
  bool opaque = true;
  for (std::size_t i = 0; i < pixels; ++i) opaque = opaque && image.u8()[4 * i + 3] == 255;
  if (!opaque) return image;
  Image rgb(image.width, image.height, 3, SampleType::u8);
  for (int y = 0; y < image.height; ++y) {
    copy_rgb_row(image.view(), y, rgb.u8() + std::ptrdiff_t{3} * image.width * y);
  }
  return rgb;
}

}  // namespace nst::codec
