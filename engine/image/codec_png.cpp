// Reads PNG by libpng. libpng gets only the chunks that contribute to the picture. Comments,
// profiles and other chunks could inflate to gigabytes, so they never reach libpng.
//
// libpng reports errors by longjmp. All calls of libpng that can fail are in functions that begin
// with setjmp. These functions have only trivial local objects, so a jump skips no destructor.
// Objects that own memory are in the callers.
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <climits>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "image/codec_impl.hpp"
#include "image/exif.hpp"
#include "image/file_colours.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

struct Escape {
  std::jmp_buf target;
  char message[128] = "out of memory";
  bool out_of_memory = false;
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* escape = static_cast<Escape*>(png_get_error_ptr(png));
  std::snprintf(escape->message, sizeof escape->message, "%s", message);
  std::longjmp(escape->target, 1);
}

// Ignores libpng's warnings, which never concern the samples.
void on_warning(png_structp, png_const_charp) {}

// Allocates memory for libpng. If that fails, sets Escape::out_of_memory, because libpng reports a
// lack of memory in the same way as a damaged file.
png_voidp allocate(png_structp png, png_alloc_size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) static_cast<Escape*>(png_get_mem_ptr(png))->out_of_memory = true;
  return memory;
}
void release(png_structp, png_voidp memory) { std::free(memory); }

struct Decoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  Escape escape;
  const std::vector<Bytes>* stream = nullptr;
  std::size_t part = 0;
  // The next byte that libpng reads is at `offset` in (*stream)[part].
  std::size_t offset = 0;
  int passes = 1;  // passes over the rows: 7 for an interlaced picture, else 1
  int pass = 0;    // index of the pass that is being read; `row` is its row
  png_uint_32 row = 0;

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
};

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto* decoder = static_cast<Decoder*>(png_get_io_ptr(png));
  while (count > 0) {
    if (decoder->part == decoder->stream->size()) png_error(png, "the pixels end early");
    const Bytes part = (*decoder->stream)[decoder->part].subspan(decoder->offset);
    const std::size_t now = count < part.size() ? count : part.size();
    std::memcpy(out, part.data(), now);
    out += now;
    count -= now;
    decoder->offset += now;
    if (now == part.size()) {
      ++decoder->part;
      decoder->offset = 0;
    }
  }
}

// How 16-bit samples are read: rounded to 8 bits, cut to 8 bits, or with all bits.
enum class Wide { rounded, cut, kept };

// Reads the file up to the pixels and requests RGB or RGBA: bytes, or 16-bit samples in the
// machine's byte order. Returns false on failure.
bool read_header(Decoder& decoder, std::size_t row_bytes, Wide wide) {
  if (setjmp(decoder.escape.target) != 0) return false;
  decoder.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &decoder.escape, on_error,
                                         on_warning, &decoder.escape, allocate, release);
  if (decoder.png == nullptr) return false;
  png_structp png = decoder.png;
  decoder.info = png_create_info_struct(png);
  if (decoder.info == nullptr) return false;
  png_set_read_fn(png, &decoder, read_bytes);
  // libpng need not check the CRCs, because walk_png has checked them.
  png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  // Removes libpng's own limits, because check_png_size limits the size.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info(png, decoder.info);
  // Converts palette colours to RGB, grey of 1, 2 or 4 bits to 8 bits, and the chunk tRNS to alpha.
  png_set_expand(png);
  if (wide == Wide::cut) png_set_strip_16(png);
  if (wide == Wide::rounded) png_set_scale_16(png);
  if (wide == Wide::kept && std::endian::native == std::endian::little) png_set_swap(png);
  png_set_gray_to_rgb(png);
  decoder.passes = png_set_interlace_handling(png);
  png_read_update_info(png, decoder.info);
  if (png_get_rowbytes(png, decoder.info) != row_bytes) png_error(png, "its row length");
  return true;
}

// Decodes all rows and checks the rest of the file. Returns false on failure.
bool read_pixels(Decoder& decoder, png_bytep* rows) {
  if (setjmp(decoder.escape.target) != 0) return false;
  const png_uint_32 height = png_get_image_height(decoder.png, decoder.info);
  for (decoder.pass = 0; decoder.pass < decoder.passes; ++decoder.pass) {
    for (decoder.row = 0; decoder.row < height; ++decoder.row) {
      // The first passes of an interlaced picture give only some pixels. libpng repeats each of
      // them over a block, so that a file that ends early gives a coarse picture without holes.
      const bool blocks = decoder.passes > 1;
      png_read_row(decoder.png, blocks ? nullptr : rows[decoder.row],
                   blocks ? rows[decoder.row] : nullptr);
    }
  }
  png_read_end(decoder.png, nullptr);
  return true;
}

// Fills a picture of `bytes` bytes with grey, opaque pixels, which remain where a damaged file has
// no pixels.
void fill_grey(std::uint8_t* stored, std::size_t bytes, std::size_t sample, int channels) {
  std::memset(stored, kMissingGrey, bytes);
  for (std::size_t at = 3 * sample; channels == 4 && at < bytes; at += 4 * sample) {
    std::memset(stored + at, 255, sample);
  }
}

// Warns about the pixels that were not read before libpng failed.
void warn_damage(const Input& input, const Decoder& decoder, std::uint32_t height) {
  // The number of pixels in each pass of Adam7 (PNG 1.2, 8.2), in 64ths of the picture.
  constexpr unsigned kShares[7] = {1, 1, 2, 4, 8, 16, 32};
  std::uint64_t read = 0;
  const bool interlaced = decoder.passes > 1;
  for (int pass = 0; interlaced && pass < decoder.pass; ++pass)
    read += kShares[pass] * std::uint64_t{height};
  const bool all = decoder.pass == decoder.passes;
  if (!all) read += (interlaced ? kShares[decoder.pass] : 64u) * std::uint64_t{decoder.row};
  const std::uint64_t total = 64 * std::uint64_t{height};
  if (all) {
    input.warn("damaged: the checksum of the pixels is wrong; some may be");
  } else {
    input.warn_missing(total - read, total);
  }
}

[[noreturn]] void fail(const Input& input, const Escape& escape) {
  if (escape.out_of_memory) {
    throw Error(ErrorCode::limit, input.name +
                                      ": no memory to decode it; free some, or make the "
                                      "picture smaller");
  }
  input.fail_damaged("PNG", escape.message, true);
}

// Returns the whole chunk, given its body. In the file, length and type precede the body, and a
// checksum follows it.
Bytes whole(Bytes body) { return {body.data() - 8, body.size() + 12}; }

// Returns the parts of the file that libpng reads, in order. If the file ends within its last chunk
// of pixels, this chunk gets a new header with its real length. The new header is stored in
// `cut_header`.
std::vector<Bytes> stream_of(const Input& input, const PngChunks& chunks,
                             std::array<std::uint8_t, 8>& cut_header) {
  static constexpr std::uint8_t kEnd[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
  std::vector<Bytes> stream{input.bytes.first(8), whole(chunks.header)};
  if (!chunks.palette.empty()) stream.push_back(whole(chunks.palette));
  if (!chunks.trans.empty()) stream.push_back(whole(chunks.trans));
  const std::size_t whole_chunks = chunks.pixels.size() - (chunks.is_cut ? 1 : 0);
  for (std::size_t i = 0; i < whole_chunks; ++i) {
    const Bytes chunk = whole(chunks.pixels[i]);
    Bytes& last = stream.back();
    if (last.data() + last.size() == chunk.data()) {
      last = {last.data(), last.size() + chunk.size()};
    } else {
      stream.push_back(chunk);
    }
  }
  if (chunks.is_cut) {
    // Stands for the missing CRC of the cut chunk. Its value does not matter, because libpng does
    // not check CRCs here.
    static constexpr std::uint8_t kNoChecksum[4] = {};
    const Bytes body = chunks.pixels.back();
    for (std::size_t i = 0; i < 4; ++i) {
      cut_header[i] = static_cast<std::uint8_t>(body.size() >> (24 - 8 * i));
    }
    std::memcpy(cut_header.data() + 4, "IDAT", 4);
    stream.insert(stream.end(), {Bytes(cut_header), body, Bytes(kNoChecksum)});
  }
  stream.emplace_back(kEnd);
  return stream;
}

}  // namespace

Image decode_png(const Input& input) {
  const PngChunks chunks = walk_png(input);
  check_png_size(input, chunks);
  const int channels = chunks.has_alpha() ? 4 : 3;
  const std::size_t row_bytes = std::size_t{chunks.width} * static_cast<unsigned>(channels);
  const int orientation = input.orientation(chunks.exif());
  const std::size_t pictures = orientation > 1 ? 2 : 1;
  // If a 16-bit picture has a colour profile, its samples are converted to sRGB with 16 bits. Only
  // the result is rounded to 8 bits.
  const SrgbConversion to_srgb = png_conversion(input, chunks, chunks.depth == 16);
  const bool wide = to_srgb && chunks.depth == 16;
  input.check_memory(((wide ? 2 : 0) * row_bytes + pictures * row_bytes + sizeof(png_bytep)) *
                     std::uint64_t{chunks.height});

  Decoder decoder;
  std::array<std::uint8_t, 8> cut_header;
  const std::vector<Bytes> stream = stream_of(input, chunks, cut_header);
  decoder.stream = &stream;
  const Wide kind = wide ? Wide::kept : input.options.as_tensorflow ? Wide::cut : Wide::rounded;
  const std::size_t stored_row_bytes = wide ? 2 * row_bytes : row_bytes;
  if (!read_header(decoder, stored_row_bytes, kind)) fail(input, decoder.escape);
  Image image(static_cast<int>(chunks.width), static_cast<int>(chunks.height), channels,
              SampleType::u8);
  std::vector<std::uint16_t> samples(wide ? row_bytes * chunks.height : 0);
  std::uint8_t* stored = wide ? reinterpret_cast<std::uint8_t*>(samples.data()) : image.u8();
  std::vector<png_bytep> rows(chunks.height);
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = stored + stored_row_bytes * y;
  const bool damaged = input.options.damaged;
  if (damaged) fill_grey(stored, stored_row_bytes * rows.size(), wide ? 2 : 1, channels);
  const bool read = read_pixels(decoder, rows.data());
  if (!read && (!damaged || decoder.escape.out_of_memory)) fail(input, decoder.escape);
  if (!read) warn_damage(input, decoder, chunks.height);
  for (std::size_t y = 0; wide && y < rows.size(); ++y) {
    to_srgb.convert(rows[y], image.u8() + row_bytes * y, chunks.width);
  }
  if (!wide) convert_to_srgb(image, to_srgb);
  keep_metadata(input, png_metadata(chunks, orientation));
  if (!chunks.has_end && read) input.warn(kNoEnd);
  return apply_orientation(std::move(image), orientation);
}

std::size_t inflate_prefix(Bytes stream, std::uint8_t* out, std::size_t size) {
  z_stream z{};
  if (inflateInit(&z) != Z_OK) return 0;
  z.next_in = const_cast<Bytef*>(stream.data());
  z.avail_in = static_cast<uInt>(std::min<std::size_t>(stream.size(), UINT_MAX));
  z.next_out = out;
  z.avail_out = static_cast<uInt>(size);
  (void)inflate(&z, Z_SYNC_FLUSH);
  inflateEnd(&z);
  return size - z.avail_out;
}

}  // namespace nst::codec
