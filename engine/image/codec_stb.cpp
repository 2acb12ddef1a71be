// stb_image: the pixels of BMP, TGA and GIF, and JPEG and PNG in builds without their libraries.
// Its implementation is private to this file, so a program that embeds both NST and stb_image
// links.
#include <climits>
#include <cstddef>
#include <cstring>
#include <memory>

#include "image/codec_impl.hpp"

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_PIC
#define STBI_NO_PNM
#define STBI_NO_PSD
#ifdef NST_HAVE_JPEG
#define STBI_NO_JPEG
#endif
#ifdef NST_HAVE_PNG
#define STBI_NO_PNG
#endif
#include <stb_image.h>
#if !defined(NST_HAVE_JPEG) || !defined(NST_HAVE_PNG)
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace nst::codec {
namespace {

struct Decoded {
  std::unique_ptr<stbi_uc, void (*)(void*)> pixels{nullptr, stbi_image_free};
  int width = 0;
  int height = 0;
  int file_channels = 0;
};

Decoded decode(Bytes bytes, int channels, const char* format, const std::string& name) {
  if (bytes.size() > INT_MAX) {
    throw Error(ErrorCode::limit, name + ": larger than 2 GiB; convert it to PNG or JPEG");
  }
  Decoded d;
  d.pixels.reset(stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &d.width,
                                       &d.height, &d.file_channels, channels));
  if (d.pixels) return d;
  const std::string reason = stbi_failure_reason() != nullptr ? stbi_failure_reason() : "unknown";
  if (reason == "outofmem") throw Error(ErrorCode::limit, name + ": not enough memory");
  fail_damaged(name, format, reason);
}

#if !defined(NST_HAVE_JPEG) || !defined(NST_HAVE_PNG)
// stb_image_write's sink; out of memory is remembered, as no exception may pass through C.
struct Sink {
  std::vector<std::uint8_t> file;
  bool failed = false;

  static void write(void* context, void* data, int size) {
    auto* sink = static_cast<Sink*>(context);
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    try {
      sink->file.insert(sink->file.end(), bytes, bytes + size);
    } catch (const std::bad_alloc&) {
      sink->failed = true;
    }
  }
};

std::vector<std::uint8_t> written(Sink sink, bool ok, const char* format) {
  if (!ok || sink.failed) {
    throw Error(ErrorCode::output,
                std::string("cannot encode as ") + format + "; try a smaller picture");
  }
  return std::move(sink.file);
}
#endif

}  // namespace

Image decode_stb(Bytes bytes, const char* format, const std::string& name) {
  // Grey + alpha cannot be told from RGBA before decoding, so four channels are always asked for.
  const Decoded d = decode(bytes, 4, format, name);
  const bool alpha = d.file_channels == 2 || d.file_channels == 4;
  Image image(d.width, d.height, alpha ? 4 : 3, SampleType::u8);
  const std::size_t pixels = static_cast<std::size_t>(d.width) * static_cast<std::size_t>(d.height);
  if (alpha) {
    std::memcpy(image.u8(), d.pixels.get(), 4 * pixels);
  } else {
    for (std::size_t i = 0; i < pixels; ++i) {
      std::memcpy(image.u8() + 3 * i, d.pixels.get() + 4 * i, 3);
    }
  }
  return image;
}

#ifndef NST_HAVE_JPEG
namespace {

// stb_image 2.27 writes past its tables if a Huffman table has more than 256 codes.
void check_huffman_tables(Bytes segment, const std::string& name) {
  ByteReader reader(segment, name, ErrorCode::input);
  while (!reader.at_end()) {
    reader.skip(1, "a Huffman table");
    unsigned codes = 0;
    for (const std::uint8_t count : reader.take(16, "a Huffman table")) codes += count;
    if (codes > 256) fail_damaged(name, "JPEG", "Huffman table");
    reader.skip(codes, "a Huffman table");
  }
}

// Walks the segments and scans up to the end marker: the file is whole and its tables are sound.
void check_jpeg_segments(Bytes bytes, const std::string& name) {
  constexpr std::uint8_t kHuffman = 0xc4, kRestart0 = 0xd0, kRestart7 = 0xd7, kEnd = 0xd9;
  ByteReader reader(bytes, name, ErrorCode::input);
  reader.skip(2, "the signature");
  while (true) {
    // Skips a scan's data, in which 0xff is followed by 0 or a restart marker.
    std::uint8_t marker = 0;
    while (marker == 0 || (marker >= kRestart0 && marker <= kRestart7)) {
      while (reader.read<std::uint8_t>("a marker") != 0xff) {
      }
      do {
        marker = reader.read<std::uint8_t>("a marker");
      } while (marker == 0xff);
    }
    if (marker == kEnd) return;
    const Bytes length = reader.take(2, "a segment");
    const unsigned size = length[0] * 256u + length[1];
    if (size < 2) fail_damaged(name, "JPEG", "segment length");
    const Bytes segment = reader.take(size - 2, "a segment");
    if (marker == kHuffman) check_huffman_tables(segment, name);
  }
}

}  // namespace

Image decode_jpeg(Bytes bytes, const std::string& name) {
  int width = 0, height = 0, channels = 0;
  if (bytes.size() > INT_MAX || !stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()),
                                                       &width, &height, &channels)) {
    fail_damaged(name, "JPEG", "header");
  }
  // A Huffman coded 8×8 block takes at least one bit.
  check_claimed_size(static_cast<unsigned>(width), static_cast<unsigned>(height),
                     std::uint64_t{bytes.size()} * 512, name);
  check_jpeg_segments(bytes, name);
  return decode_stb(bytes, "JPEG", name);
}

std::vector<std::uint8_t> encode_jpeg(const ImageView& image, int quality) {
  std::vector<std::uint8_t> rgb(std::size_t{3} * static_cast<std::size_t>(image.width) *
                                static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    copy_rgb_row(image, y, rgb.data() + std::ptrdiff_t{3} * image.width * y);
  }
  Sink sink;
  const bool ok = stbi_write_jpg_to_func(Sink::write, &sink, image.width, image.height, 3,
                                         rgb.data(), quality) != 0;
  return written(std::move(sink), ok, "JPEG");
}
#endif

#ifndef NST_HAVE_PNG
Image decode_png(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::input);
  const auto big_endian = [&](std::uint64_t offset) {
    const Bytes b = reader.at(offset, 4, "a PNG chunk");
    return std::uint64_t{b[0]} << 24 | b[1] << 16 | b[2] << 8 | b[3];
  };
  // Deflate stores at most 258 bytes in 2 bits; a pixel has at least one bit.
  check_claimed_size(big_endian(16), big_endian(20), std::uint64_t{bytes.size()} * 1032 * 8, name);
  for (std::uint64_t offset = 8;;) {
    const std::uint64_t next = offset + 12 + big_endian(offset);
    const Bytes type = reader.at(offset + 4, 4, "a PNG chunk");
    reader.at(offset, next - offset, "a PNG chunk");
    if (std::memcmp(type.data(), "IEND", 4) == 0) break;
    offset = next;
  }
  return decode_stb(bytes, "PNG", name);
}

std::vector<std::uint8_t> encode_png(const ImageView& image) {
  Sink sink;
  const std::ptrdiff_t stride = row_u8(image, 1) - row_u8(image, 0);
  const bool ok = stride <= INT_MAX && stride > 0 &&
                  stbi_write_png_to_func(Sink::write, &sink, image.width, image.height,
                                         image.channels, image.data, static_cast<int>(stride)) != 0;
  return written(std::move(sink), ok, "PNG");
}
#endif

}  // namespace nst::codec
