// JPEG and PNG by stb_image, for builds without libjpeg or libpng. stb_image's functions are
// private to this file, so that a program may link both NST and its own stb_image.
//
// stb_image reads zeros beyond the end of its input, as if they were data, and may leave memory
// uninitialised. So it does not report that a JPEG is cut off. To find out, each JPEG is decoded
// twice, with filler byte 0 and then with 0xa5. The filler byte fills new memory and follows the
// file's data. If the two pictures differ, the filler has become pixels, so the file is damaged.
// For a PNG, the checksums are verified before decoding.
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "image/codec_impl.hpp"
#include "image/exif.hpp"
#include "image/file_colours.hpp"
#include "image/file_metadata.hpp"
#include "image/stb_files.hpp"
#include "nst/error.hpp"

namespace {

// The byte with which memory is filled before stb_image gets it. decode_jpeg decodes with two
// different bytes: where the two pictures differ, the file lacks pixels.
thread_local std::uint8_t stb_filler = 0;

void* stb_allocate(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory != nullptr) std::memset(memory, stb_filler, size);
  return memory;
}
[[maybe_unused]] void* stb_reallocate(void* old, std::size_t old_size, std::size_t size) {
  auto* memory = static_cast<unsigned char*>(std::realloc(old, size));
  if (memory != nullptr && size > old_size) {
    std::memset(memory + old_size, stb_filler, size - old_size);
  }
  return memory;
}

}  // namespace

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#endif
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_PIC
#define STBI_NO_PNM
#define STBI_NO_PSD
#define STBI_NO_BMP
#define STBI_NO_TGA
#define STBI_NO_GIF
#define STBI_MALLOC(size) stb_allocate(size)
#define STBI_REALLOC_SIZED(old, old_size, size) stb_reallocate(old, old_size, size)
#define STBI_REALLOC(old, size) std::realloc(old, size)
#define STBI_FREE(memory) std::free(memory)
#ifdef NST_HAVE_JPEG
#define STBI_NO_JPEG
#endif
#ifdef NST_HAVE_PNG
#define STBI_NO_PNG
#endif
#include <stb_image.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace nst::codec {
namespace {

// Decodes a file to RGB or RGBA. The file has been checked before.
Image decode_stb(const Input& input, Bytes file, int channels, const char* format) {
  if (file.size() > INT_MAX) {
    throw Error(ErrorCode::limit, input.name + ": larger than 2 GiB; make the picture smaller");
  }
  int width = 0, height = 0, file_channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &width, &height,
                            &file_channels, channels),
      stbi_image_free);
  if (!pixels) {
    const std::string reason = stbi_failure_reason() != nullptr ? stbi_failure_reason() : "unknown";
    if (reason == "outofmem") {
      throw Error(ErrorCode::limit, input.name +
                                        ": no memory to decode it; free some, or make the "
                                        "picture smaller");
    }
    input.fail_damaged(format, reason);
  }
  Image image(width, height, channels, SampleType::u8);
  std::memcpy(image.u8(), pixels.get(), image.bytes.size());
  return image;
}

// Collects the bytes that stb_image_write makes. Records a lack of memory instead of throwing,
// because no exception may pass through C code.
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
    throw Error(sink.failed ? ErrorCode::limit : ErrorCode::output,
                std::string("cannot encode as ") + format + "; try a smaller picture");
  }
  return std::move(sink.file);
}

}  // namespace

#ifndef NST_HAVE_JPEG
Image decode_jpeg(const Input& input) {
  const JpegSegments segments = walk_jpeg(input);
  if (segments.arithmetic) input.fail_unread("arithmetic JPEG", "convert it to ordinary JPEG");
  // The file's length limits the size that the header may state: Huffman coding takes at least one
  // bit for an 8×8 block.
  input.check_size(segments.width, segments.height, std::uint64_t{input.bytes.size()} * 512);
  // Counts the memory that decoding takes: the planes, their interleaved copy, the pictures of the
  // two decodings, and for progressive files all coefficients.
  const std::uint64_t pixel_bytes = 4 + 3 + 2 * 3 + (segments.progressive ? 2 * 4 : 0);
  input.check_memory(pixel_bytes * segments.width * segments.height);

  const auto decode_over = [&](std::uint8_t filler) {
    stb_filler = filler;
    return decode_stb(input, jpeg_for_stb(input, segments, filler), 3, "JPEG");
  };
  Image image = decode_over(0);
  if (decode_over(0xa5).bytes != image.bytes) {
    if (!input.options.damaged) {
      input.fail_damaged("JPEG", "it ends early: pixels are missing", true);
    }
    input.warn("damaged: a part of the picture is missing");
  }
  const bool grey = segments.components == 1;
  convert_to_srgb(image, jpeg_conversion(input, segments,
                                         {.model = grey ? ColourModel::grey : ColourModel::rgb}));
  const int orientation = input.orientation(segments.exif);
  keep_metadata(input, jpeg_metadata(segments, orientation));
  if (!segments.has_end) input.warn(kNoEnd);
  return apply_orientation(std::move(image), orientation);
}

std::vector<std::uint8_t> encode_jpeg(const ImageView& image, const EncodeOptions& options) {
  if (options.progressive || options.subsampling != Subsampling::automatic) {
    throw Error(
        ErrorCode::usage,
        "progressive JPEG and a choice of subsampling need libjpeg, which this build lacks");
  }
  std::vector<std::uint8_t> rgb(std::size_t{3} * static_cast<std::size_t>(image.width) *
                                static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    copy_rgb_row(image, y, rgb.data() + std::ptrdiff_t{3} * image.width * y);
  }
  Sink sink;
  const bool ok = stbi_write_jpg_to_func(Sink::write, &sink, image.width, image.height, 3,
                                         rgb.data(), options.quality) != 0;
  return with_metadata(written(std::move(sink), ok, "JPEG"),
                       metadata_to_write(options, image.width, image.height));
}
#endif

#ifndef NST_HAVE_PNG
namespace {

// Returns the number of bytes of all filtered rows of a picture of this size.
std::uint64_t rows_bytes(const PngChunks& chunks, std::uint64_t width, std::uint64_t height) {
  return width == 0 ? 0 : height * (1 + (width * chunks.bits_per_pixel() + 7) / 8);
}

std::uint64_t raw_bytes(const PngChunks& chunks) {
  if (!chunks.interlaced) return rows_bytes(chunks, chunks.width, chunks.height);
  // The passes of Adam7 interlacing (PNG 1.2, 8.2): x and y of each pass's first pixel, then the
  // distances between its pixels.
  constexpr unsigned kPasses[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                      {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  std::uint64_t bytes = 0;
  for (const auto& [x, y, step_x, step_y] : kPasses) {
    const auto count = [](std::uint64_t side, unsigned first, unsigned step) {
      return side > first ? (side - first + step - 1) / step : std::uint64_t{0};
    };
    bytes += rows_bytes(chunks, count(chunks.width, x, step_x), count(chunks.height, y, step_y));
  }
  return bytes;
}

// Inflates the pixels and checks their Adler-32. stb_image ignores this checksum and would decode a
// truncated stream to wrong pixels.
void check_stream(const Input& input, const PngChunks& chunks, std::uint64_t raw_size) {
  // Number of bytes that may follow the pixels in the stream. Adler-32 covers these surplus bytes,
  // so they are inflated too.
  constexpr std::uint64_t kMostBehind = 1 << 16;
  std::vector<std::uint8_t> stream;
  for (const Bytes body : chunks.pixels) stream.insert(stream.end(), body.begin(), body.end());
  std::vector<std::uint8_t> raw(raw_size + kMostBehind);
  if (stream.size() < 6 || stream.size() > INT_MAX || raw.size() > INT_MAX) {
    input.fail_damaged("PNG", "its pixels");
  }
  const int size = stbi_zlib_decode_buffer(
      reinterpret_cast<char*>(raw.data()), static_cast<int>(raw.size()),
      reinterpret_cast<const char*>(stream.data()), static_cast<int>(stream.size()));
  if (size < 0 || static_cast<std::uint64_t>(size) < raw_size) {
    input.fail_damaged("PNG", "it ends early: pixels are missing");
  }
  std::uint32_t a = 1, b = 0;  // the two sums of Adler-32 (RFC 1950), modulo 65521
  for (int i = 0; i < size; ++i) {
    a = (a + raw[static_cast<std::size_t>(i)]) % 65521;
    b = (b + a) % 65521;
  }
  const std::uint8_t* stored = stream.data() + stream.size() - 4;
  const std::uint32_t expected = std::uint32_t{stored[0]} << 24 | std::uint32_t{stored[1]} << 16 |
                                 std::uint32_t{stored[2]} << 8 | stored[3];
  if ((b << 16 | a) != expected) input.fail_damaged("PNG", "wrong checksum of the pixels");
}

}  // namespace

Image decode_png(const Input& input) {
  const PngChunks chunks = walk_png(input);
  check_png_size(input, chunks);
  const int channels = chunks.has_alpha() ? 4 : 3;
  const std::uint64_t raw_size = raw_bytes(chunks);
  // Counts the memory that decoding takes: two copies of the file, the inflated rows, and three
  // copies of the picture. These are the samples as stored, the samples expanded to RGB or RGBA,
  // and the returned Image.
  const std::uint64_t pixel_bytes = (chunks.depth == 16 ? 8 : 4) + 2 * 4;
  input.check_memory(2 * std::uint64_t{input.bytes.size()} + raw_size +
                     pixel_bytes * chunks.width * chunks.height);
  stb_filler = 0;
  check_stream(input, chunks, raw_size);
  Image image = decode_stb(input, png_for_stb(chunks), channels, "PNG");
  convert_to_srgb(image, png_conversion(input, chunks, false));
  const int orientation = input.orientation(chunks.exif());
  keep_metadata(input, png_metadata(chunks, orientation));
  if (!chunks.has_end) input.warn(kNoEnd);
  return apply_orientation(std::move(image), orientation);
}

namespace {

// Returns the PNG file with the given chunks inserted behind its header.
std::vector<std::uint8_t> with_chunks(const std::vector<std::uint8_t>& png,
                                      const std::vector<PngChunk>& chunks) {
  constexpr std::ptrdiff_t kHeaderEnd = 8 + 25;  // bytes of the signature and the chunk IHDR
  std::vector<std::uint8_t> file(png.begin(), png.begin() + kHeaderEnd);
  for (const PngChunk& chunk : chunks) append_chunk(file, chunk.type, chunk.body);
  file.insert(file.end(), png.begin() + kHeaderEnd, png.end());
  return file;
}

}  // namespace

std::vector<std::uint8_t> encode_png(const ImageView& image, const EncodeOptions& options) {
  if (options.depth != 8) {
    throw Error(ErrorCode::usage, "a PNG of 16 bits needs libpng, which this build lacks");
  }
  Sink sink;
  const std::ptrdiff_t stride = row_u8(image, 1) - row_u8(image, 0);
  const bool ok = stride <= INT_MAX && stride > 0 &&
                  stbi_write_png_to_func(Sink::write, &sink, image.width, image.height,
                                         image.channels, image.data, static_cast<int>(stride)) != 0;
  return with_chunks(written(std::move(sink), ok, "PNG"),
                     metadata_chunks(metadata_to_write(options, image.width, image.height)));
}

std::size_t inflate_prefix(Bytes stream, std::uint8_t* out, std::size_t size) {
  // If stb_image fails or runs out of room, the buffer keeps what has been inflated before. Zeros
  // follow it.
  std::memset(out, 0, size);
  if (stream.size() > INT_MAX || size > INT_MAX) return 0;
  const int done = stbi_zlib_decode_buffer(reinterpret_cast<char*>(out), static_cast<int>(size),
                                           reinterpret_cast<const char*>(stream.data()),
                                           static_cast<int>(stream.size()));
  return done < 0 ? size : static_cast<std::size_t>(done);
}
#endif

}  // namespace nst::codec
