// PNG by libpng.
//
// libpng reports errors by longjmp. All its calls that can fail sit in the functions marked
// [escapes] below: they hold trivial objects only, so a jump skips no destructor, and everything
// that owns memory lives in their callers.
#include <png.h>
#include <zlib.h>

#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <new>

#include "image/codec_impl.hpp"

namespace nst::codec {
namespace {

struct Escape {
  std::jmp_buf target;
  char message[128] = "out of memory";
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* escape = static_cast<Escape*>(png_get_error_ptr(png));
  std::snprintf(escape->message, sizeof escape->message, "%s", message);
  std::longjmp(escape->target, 1);
}

// Warnings concern chunks that do not change the samples.
void on_warning(png_structp, png_const_charp) {}

struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  Escape escape;
  Bytes rest;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  int channels = 0;
  std::uint64_t raw_bits_per_pixel = 0;

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto* decoder = static_cast<Decoder*>(png_get_io_ptr(png));
  if (count > decoder->rest.size()) png_error(png, "the file ends early");
  std::memcpy(out, decoder->rest.data(), count);
  decoder->rest = decoder->rest.subspan(count);
}

// [escapes] Reads up to the pixels and asks for 8-bit RGB or RGBA.
bool read_header(Decoder& decoder) {
  if (setjmp(decoder.escape.target) != 0) return false;
  decoder.png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder.escape, on_error, on_warning);
  if (decoder.png == nullptr) return false;
  png_structp png = decoder.png;
  decoder.info = png_create_info_struct(png);
  if (decoder.info == nullptr) return false;
  png_set_read_fn(png, &decoder, read_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_claimed_size decides
  png_read_info(png, decoder.info);
  decoder.width = png_get_image_width(png, decoder.info);
  decoder.height = png_get_image_height(png, decoder.info);
  decoder.raw_bits_per_pixel =
      std::uint64_t{png_get_bit_depth(png, decoder.info)} * png_get_channels(png, decoder.info);
  png_set_expand(png);  // palette to RGB, small grey to 8 bits, tRNS to alpha
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, decoder.info);
  decoder.channels = png_get_channels(png, decoder.info);
  return true;
}

// [escapes] Decodes all rows and checks the rest of the file.
bool read_pixels(Decoder& decoder, png_bytep* rows) {
  if (setjmp(decoder.escape.target) != 0) return false;
  png_read_image(decoder.png, rows);
  png_read_end(decoder.png, nullptr);
  return true;
}

struct Encoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  Escape escape;
  std::vector<std::uint8_t> file;

  Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() { png_destroy_write_struct(&png, &info); }
};

void write_bytes(png_structp png, png_bytep data, std::size_t count) {
  auto* encoder = static_cast<Encoder*>(png_get_io_ptr(png));
  bool stored = true;
  try {
    encoder->file.insert(encoder->file.end(), data, data + count);
  } catch (const std::bad_alloc&) {
    stored = false;
  }
  if (!stored) png_error(png, "out of memory");
}

void flush_bytes(png_structp) {}

// [escapes] Compresses the picture into encoder.file.
bool write_pixels(Encoder& encoder, const ImageView& image) {
  if (setjmp(encoder.escape.target) != 0) return false;
  encoder.png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, &encoder.escape, on_error, on_warning);
  if (encoder.png == nullptr) return false;
  png_structp png = encoder.png;
  encoder.info = png_create_info_struct(png);
  if (encoder.info == nullptr) return false;
  png_set_write_fn(png, &encoder, write_bytes, flush_bytes);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR(png, encoder.info, static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height), 8,
               image.channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  // Painted pictures have texture everywhere and hardly a repeated string: after the average filter
  // run lengths and Huffman codes alone give files 3 % larger than level 6 with all filters, in a
  // fifth of the time.
  png_set_compression_strategy(png, Z_RLE);
  png_set_compression_level(png, 1);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_AVG);
  png_write_info(png, encoder.info);
  for (int y = 0; y < image.height; ++y) png_write_row(png, row_u8(image, y));
  png_write_end(png, encoder.info);
  return true;
}

}  // namespace

Image decode_png(Bytes bytes, const std::string& name) {
  Decoder decoder;
  decoder.rest = bytes;
  if (!read_header(decoder)) fail_damaged(name, "PNG", decoder.escape.message);
  // Deflate stores at most 258 bytes in 2 bits: 1032 to 1.
  const std::uint64_t most_bits = 1032 * 8 * std::uint64_t{bytes.size()};
  check_claimed_size(decoder.width, decoder.height, most_bits / decoder.raw_bits_per_pixel, name);

  Image image(static_cast<int>(decoder.width), static_cast<int>(decoder.height), decoder.channels,
              SampleType::u8);
  const std::size_t stride =
      std::size_t{decoder.width} * static_cast<std::size_t>(decoder.channels);
  std::vector<png_bytep> rows(decoder.height);
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = image.u8() + stride * y;
  if (!read_pixels(decoder, rows.data())) fail_damaged(name, "PNG", decoder.escape.message);
  return image;
}

std::vector<std::uint8_t> encode_png(const ImageView& image) {
  Encoder encoder;
  if (!write_pixels(encoder, image)) {
    throw Error(ErrorCode::output, std::string("cannot encode as PNG: ") + encoder.escape.message +
                                       "; try a smaller picture");
  }
  return std::move(encoder.file);
}

}  // namespace nst::codec
