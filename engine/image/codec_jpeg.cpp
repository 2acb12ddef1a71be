// JPEG by libjpeg(-turbo).
//
// libjpeg reports errors by longjmp. All calls of libjpeg that can fail are in functions that begin
// with setjmp. These functions have only trivial local objects, so a jump skips no destructor.
// Objects that own memory are in the callers.
#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

// jpeglib.h must follow the headers that define size_t and FILE; jerror.h must follow jpeglib.h.
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <string>

#include "image/codec_impl.hpp"
#include "image/exif.hpp"
#include "image/file_colours.hpp"
#include "image/file_metadata.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

// The target of libjpeg's jump after an error, and the error's message. libjpeg's objects point to
// this struct by client_data.
struct Escape {
  std::jmp_buf target;
  char message[JMSG_LENGTH_MAX] = "";
  bool out_of_memory = false;
  // true: after damage in the file, note_damage records where it is and decoding continues. false:
  // decoding ends with an error.
  bool goes_on = false;
  struct {
    bool found = false;
    // true: the damage was found in the first scan, before any row of pixels was decoded. In a file
    // with several scans, libjpeg decodes rows only after it has read all scans.
    bool in_first_scan = false;
    // Row where the damage begins: a row of pixels or, if in_first_scan, of coded blocks (iMCUs).
    unsigned row = 0;
  } damage;
};

[[noreturn]] void on_error(j_common_ptr object) {
  auto* escape = static_cast<Escape*>(object->client_data);
  object->err->format_message(object, escape->message);
  escape->out_of_memory = object->err->msg_code == JERR_OUT_OF_MEMORY;
  std::longjmp(escape->target, 1);
}

// Returns true for warnings about damage that changes no pixel. After other damage libjpeg
// continues and fills in grey. These warnings are harmless:
//
// - stray bytes between markers
// - unknown version or colour codes
// - a missing end marker (missing pixels cause another warning)
// - a sequential scan with wrong parameters Ss, Se, Ah or Al, as Samsung's cameras write it
bool is_harmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_ADOBE_XFORM ||
         warning == JWRN_JFIF_MAJOR || warning == JWRN_JPEG_EOF || warning == JWRN_NOT_SEQUENTIAL;
}

// Records in `escape` where in the picture the first damage is. `object` must be a decompressor:
// libjpeg also reports to on_message for compressors, but goes_on is set for decompressors only.
void note_damage(j_common_ptr object, Escape& escape) {
  if (escape.damage.found) return;
  const auto* jpeg = reinterpret_cast<j_decompress_ptr>(object);
  escape.damage.found = true;
  escape.damage.in_first_scan = jpeg->output_scanline == 0 && jpeg->input_scan_number <= 1;
  escape.damage.row = escape.damage.in_first_scan ? jpeg->input_iMCU_row : jpeg->output_scanline;
}

void on_message(j_common_ptr object, int level) {
  if (level >= 0 || is_harmless(object->err->msg_code)) return;
  auto* escape = static_cast<Escape*>(object->client_data);
  if (!escape->goes_on) on_error(object);
  note_damage(object, *escape);
}

// Stops decoding a progressive file that has more than 200 scans. A hostile file can repeat scans:
// each takes few bytes and much time. Real encoders write about ten scans.
void on_progress(j_common_ptr object) {
  constexpr int kMaxScans = 200;
  if (reinterpret_cast<j_decompress_ptr>(object)->input_scan_number <= kMaxScans) return;
  auto* escape = static_cast<Escape*>(object->client_data);
  std::snprintf(escape->message, sizeof escape->message, "more than %d scans", kMaxScans);
  std::longjmp(escape->target, 1);
}

jpeg_error_mgr* set_handlers(jpeg_error_mgr& errors) {
  jpeg_std_error(&errors);
  errors.error_exit = on_error;
  errors.emit_message = on_message;
  return &errors;
}

struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  Escape escape;

  Decoder() {
    jpeg.err = set_handlers(errors);
    jpeg.client_data = &escape;
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&jpeg); }
};

// Reads the file up to its first scan. On failure returns false and sets escape.message.
bool read_header(Decoder& decoder, const std::uint8_t* data, std::size_t size) {
  if (setjmp(decoder.escape.target) != 0) return false;
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  jpeg_create_decompress(&jpeg);
  decoder.progress.progress_monitor = on_progress;
  jpeg.progress = &decoder.progress;
  jpeg_mem_src(&jpeg, data, size);
  jpeg_read_header(&jpeg, TRUE);
  const bool four_inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = four_inks ? JCS_CMYK : JCS_RGB;
  return true;
}

// Converts four inks (CMYK) to RGB without a colour profile, as TensorFlow and Pillow do. Expects
// inverted inks: Adobe's programs write them so, and so do programs that omit Adobe's marker.
void cmyk_to_rgb(const std::uint8_t* cmyk, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x) {
    const int white = cmyk[4 * x + 3];
    for (int c = 0; c < 3; ++c) {
      rgb[3 * x + c] = static_cast<std::uint8_t>((cmyk[4 * x + c] * white + 127) / 255);
    }
  }
}

// Computes libjpeg's output size: the picture's size times scale_num / scale_denom. Returns false
// on failure.
bool calculate_size(Decoder& decoder) {
  if (setjmp(decoder.escape.target) != 0) return false;
  jpeg_calc_output_dimensions(&decoder.jpeg);
  return true;
}

// Decodes all rows to sRGB. `inks` has room for one row of CMYK pixels. Returns false on failure.
bool read_pixels(Decoder& decoder, const SrgbConversion& to_srgb, std::uint8_t* rgb,
                 std::uint8_t* inks) {
  if (setjmp(decoder.escape.target) != 0) return false;
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  jpeg_start_decompress(&jpeg);
  const bool four_inks = jpeg.out_color_space == JCS_CMYK;
  const std::size_t stride = std::size_t{3} * jpeg.output_width;
  while (jpeg.output_scanline < jpeg.output_height) {
    std::uint8_t* out = rgb + stride * jpeg.output_scanline;
    JSAMPROW row = four_inks ? inks : out;
    jpeg_read_scanlines(&jpeg, &row, 1);
    if (to_srgb) {
      to_srgb.convert(row, out, jpeg.output_width);
    } else if (four_inks) {
      cmyk_to_rgb(inks, static_cast<int>(jpeg.output_width), out);
    }
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

struct Encoder {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  Escape escape;
  unsigned char* file = nullptr;  // the encoded file; libjpeg allocates it with malloc
  unsigned long file_bytes = 0;

  Encoder() {
    jpeg.err = set_handlers(errors);
    jpeg.client_data = &escape;
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() {
    jpeg_destroy_compress(&jpeg);
    std::free(file);
  }
};

// Returns the chroma subsampling that the options state. If they state none, chooses it by quality.
Subsampling subsampling_of(const EncodeOptions& options) {
  // Lowest quality at which colour is stored at full resolution. At lower qualities, quantisation
  // is more visible than the loss of colour resolution, even in the saturated strokes of painted
  // pictures.
  constexpr int kFullColourQuality = 90;
  if (options.subsampling != Subsampling::automatic) return options.subsampling;
  return options.quality >= kFullColourQuality ? Subsampling::s444 : Subsampling::s420;
}

// Compresses the picture into encoder.file. `rgb` has room for one row. Returns false on failure.
bool write_pixels(Encoder& encoder, const ImageView& image, const EncodeOptions& options,
                  std::uint8_t* rgb) {
  if (setjmp(encoder.escape.target) != 0) return false;
  jpeg_compress_struct& jpeg = encoder.jpeg;
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &encoder.file, &encoder.file_bytes);
  jpeg.image_width = static_cast<JDIMENSION>(image.width);
  jpeg.image_height = static_cast<JDIMENSION>(image.height);
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, options.quality, TRUE);
  const Subsampling colour = subsampling_of(options);
  jpeg.comp_info[0].h_samp_factor = colour == Subsampling::s444 ? 1 : 2;
  jpeg.comp_info[0].v_samp_factor = colour == Subsampling::s420 ? 2 : 1;
  if (options.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  JSAMPROW row = rgb;
  while (jpeg.next_scanline < jpeg.image_height) {
    copy_rgb_row(image, static_cast<int>(jpeg.next_scanline), rgb);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  return true;
}

// Warns about the part of the picture that is missing or damaged. Fills rows that were not decoded.
void warn_damage(const Input& input, const Decoder& decoder, bool is_whole, Image& image) {
  const jpeg_decompress_struct& jpeg = decoder.jpeg;
  const auto& damage = decoder.escape.damage;
  const std::size_t done = std::size_t{3} * jpeg.output_width * jpeg.output_scanline;
  std::fill(image.bytes.begin() + static_cast<std::ptrdiff_t>(done), image.bytes.end(),
            kMissingGrey);
  if (damage.in_first_scan) {
    input.warn_missing(jpeg.total_iMCU_rows - std::min(damage.row, jpeg.total_iMCU_rows),
                       jpeg.total_iMCU_rows);
  } else if (damage.row > 0 || jpeg.output_scanline < jpeg.output_height) {
    const unsigned row = damage.found ? damage.row : jpeg.output_scanline;
    input.warn_missing(jpeg.output_height - std::min(row, jpeg.output_height), jpeg.output_height);
  } else if (damage.found || !is_whole) {
    input.warn("damaged: fine detail of the picture is missing");
  }
}

[[noreturn]] void fail(const Input& input, const Escape& escape) {
  if (escape.out_of_memory) {
    throw Error(ErrorCode::limit, input.name +
                                      ": no memory to decode it; free some, or make the "
                                      "picture smaller");
  }
  input.fail_damaged("JPEG", escape.message, true);
}

struct Needs {
  bool several_scans;
  bool turned;
};
// Returns how many bytes of memory decoding at 1/denominator of the picture's size takes. Counts
// the picture, and a second one if the picture must be turned. If the file has several scans, also
// counts the DCT coefficients of the whole picture, which libjpeg then stores.
std::uint64_t needed_bytes(const jpeg_decompress_struct& jpeg, Needs needs, unsigned denominator) {
  const auto scaled = [&](std::uint64_t side) { return (side + denominator - 1) / denominator; };
  const std::uint64_t pictures = needs.turned ? 2 : 1;
  std::uint64_t bytes = pictures * 3 * scaled(jpeg.image_width) * scaled(jpeg.image_height);
  for (int i = 0; needs.several_scans && i < jpeg.num_components; ++i) {
    const jpeg_component_info& component = jpeg.comp_info[i];
    bytes += sizeof(JBLOCK) * std::uint64_t{component.width_in_blocks} * component.height_in_blocks;
  }
  return bytes;
}

// Returns the smallest reduction (1, 2, 4 or 8) at which decoding fits into the allowed memory.
// Returns 1 if no reduction fits, or if the shorter side would get smaller than
// ReadOptions::least_side.
unsigned choose_reduction(const Input& input, const jpeg_decompress_struct& jpeg, Needs needs) {
  if (input.options.least_side <= 0) return 1;
  const unsigned shorter = std::min(jpeg.image_width, jpeg.image_height);
  const auto least = static_cast<unsigned>(input.options.least_side);
  for (unsigned denominator = 1; denominator <= 8; denominator *= 2) {
    if (shorter / denominator < least) return 1;
    if (needed_bytes(jpeg, needs, denominator) <= input.memory_limit()) return denominator;
  }
  return 1;
}

// Returns the layout of the samples that libjpeg decodes. libjpeg gives CMYK inverted.
SampleLayout layout_of(const jpeg_decompress_struct& jpeg) {
  if (jpeg.out_color_space == JCS_CMYK) return {.model = ColourModel::cmyk, .inverted = true};
  return {.model = jpeg.jpeg_color_space == JCS_GRAYSCALE ? ColourModel::grey : ColourModel::rgb};
}

}  // namespace

Image decode_jpeg(const Input& input) {
  const JpegSegments segments = walk_jpeg(input);
  Decoder decoder;
  if (!read_header(decoder, segments.picture.data(), segments.picture.size())) {
    fail(input, decoder.escape);
  }
  jpeg_decompress_struct& jpeg = decoder.jpeg;
  // Refuses a header that states more pixels than the file's bytes can hold. Huffman coding takes
  // at least one bit for a block of 8×8 pixels: one byte holds at most 512 pixels. Arithmetic
  // coding may take far less, so it is allowed 64 times as many.
  const std::uint64_t pixels_per_byte = jpeg.arith_code ? 512 * 64 : 512;
  input.check_size(jpeg.image_width, jpeg.image_height,
                   pixels_per_byte * std::uint64_t{input.bytes.size()});
  const int orientation = input.orientation(segments.exif);
  const Needs needs{jpeg_has_multiple_scans(&jpeg) != 0, orientation > 1};
  jpeg.scale_num = 1;
  jpeg.scale_denom = choose_reduction(input, jpeg, needs);
  input.check_memory(needed_bytes(jpeg, needs, jpeg.scale_denom));

  const SrgbConversion to_srgb = jpeg_conversion(input, segments, layout_of(jpeg));
  if (!calculate_size(decoder)) fail(input, decoder.escape);
  Image image(static_cast<int>(jpeg.output_width), static_cast<int>(jpeg.output_height), 3,
              SampleType::u8);
  std::vector<std::uint8_t> inks(std::size_t{4} * jpeg.output_width);
  decoder.escape.goes_on = input.options.damaged;
  const bool read = read_pixels(decoder, to_srgb, image.u8(), inks.data());
  const bool has_rows = input.options.damaged && jpeg.output_scanline > 0;
  if (!read && (!has_rows || decoder.escape.out_of_memory)) fail(input, decoder.escape);
  if (input.options.damaged) warn_damage(input, decoder, segments.is_whole, image);
  keep_metadata(input, jpeg_metadata(segments, orientation));
  if (!segments.has_end && !decoder.escape.damage.found) input.warn(kNoEnd);
  return apply_orientation(std::move(image), orientation);
}

std::vector<std::uint8_t> encode_jpeg(const ImageView& image, const EncodeOptions& options) {
  Encoder encoder;
  std::vector<std::uint8_t> rgb(std::size_t{3} * static_cast<std::size_t>(image.width));
  if (!write_pixels(encoder, image, options, rgb.data())) {
    throw Error(encoder.escape.out_of_memory ? ErrorCode::limit : ErrorCode::output,
                std::string("cannot encode as JPEG: ") + encoder.escape.message + "; try PNG");
  }
  return with_metadata({encoder.file, encoder.file_bytes},
                       metadata_to_write(options, image.width, image.height));
}

}  // namespace nst::codec
