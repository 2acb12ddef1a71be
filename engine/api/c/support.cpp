#include "api/c/support.hpp"

#include <memory>
#include <span>
#include <utility>

namespace nst::c {
namespace {

thread_local std::string last_error;

// Converts an enumerator of the C API to the C++ enumerator with the same meaning. `meanings` lists
// these pairs of enumerators. Throws Error{usage} for a number that is in none of the pairs.
template <typename From, typename To, std::size_t count>
To translated(From value, const std::pair<From, To> (&meanings)[count], const char* what) {
  for (const auto& [from, to] : meanings) {
    if (from == value) return to;
  }
  throw Error(ErrorCode::usage, std::string("unknown ") + what);
}

PixelFormat pixel_format(nst_pixel_format format) {
  static constexpr std::pair<nst_pixel_format, PixelFormat> kMeanings[] = {
      {NST_RGB, PixelFormat::rgb},
      {NST_BGR, PixelFormat::bgr},
      {NST_GREY, PixelFormat::grey},
      {NST_PLANAR, PixelFormat::planar}};
  return translated(format, kMeanings, "pixel format");
}

}  // namespace

void clear_failure() noexcept { last_error.clear(); }

nst_status fail(ErrorCode code, const char* text) noexcept {
  try {
    last_error = text;
  } catch (...) {
    last_error.clear();
  }
  return static_cast<nst_status>(code);
}

void check_struct_size(std::size_t size, const char* name) {
  // `size` is the struct_size that the caller has set. Every struct has at least struct_size and
  // one more member. No version of NST will have a struct of more than kMost bytes. So any other
  // size is a mistake of the caller.
  constexpr std::size_t kLeast = 2 * sizeof(std::size_t);
  constexpr std::size_t kMost = 4096;
  if (size >= kLeast && size <= kMost) return;
  throw Error(ErrorCode::usage, std::string(name) + ".struct_size is " + std::to_string(size) +
                                    "; set it to the struct's sizeof, as its INIT macro does");
}

void check_unknown_members(const unsigned char* bytes, std::size_t count, const char* name) {
  if (std::all_of(bytes, bytes + count, [](unsigned char byte) { return byte == 0; })) return;
  throw Error(ErrorCode::usage, std::string(name) +
                                    " sets members that this version of NST does not know; use a "
                                    "newer library or leave them zero");
}

SampleType sample_type(nst_sample_type type) {
  static constexpr std::pair<nst_sample_type, SampleType> kMeanings[] = {
      {NST_U8, SampleType::u8}, {NST_F32, SampleType::f32}};
  return translated(type, kMeanings, "sample type");
}

Resize resize_method(nst_resize_method method) {
  static constexpr std::pair<nst_resize_method, Resize> kMeanings[] = {
      {NST_RESIZE_SMOOTH, Resize::smooth},
      {NST_RESIZE_TF, Resize::tf},
      {NST_RESIZE_TF1, Resize::tf1}};
  return translated(method, kMeanings, "resize method");
}

Quantise quantise(nst_quantise method) {
  static constexpr std::pair<nst_quantise, Quantise> kMeanings[] = {
      {NST_NEAREST, Quantise::nearest}, {NST_TRUNCATE, Quantise::truncate}};
  return translated(method, kMeanings, "way to quantise");
}

AlphaOutput alpha_output(nst_alpha_output alpha) {
  static constexpr std::pair<nst_alpha_output, AlphaOutput> kMeanings[] = {
      {NST_ALPHA_KEEP, AlphaOutput::keep},
      {NST_ALPHA_COMPOSE, AlphaOutput::compose},
      {NST_ALPHA_DROP, AlphaOutput::drop}};
  return translated(alpha, kMeanings, "alpha output");
}

KeepColour keep_colour(nst_keep_colour keep) {
  static constexpr std::pair<nst_keep_colour, KeepColour> kMeanings[] = {
      {NST_KEEP_COLOUR_OFF, KeepColour::off},
      {NST_KEEP_COLOUR_MATCHED, KeepColour::matched},
      {NST_KEEP_COLOUR_LUMA, KeepColour::luma}};
  return translated(keep, kMeanings, "way to keep colours");
}

OutputFormat output_format(nst_output_format format) {
  static constexpr std::pair<nst_output_format, OutputFormat> kMeanings[] = {
      {NST_PNG, OutputFormat::png}, {NST_JPEG, OutputFormat::jpeg}, {NST_PPM, OutputFormat::ppm},
      {NST_NPY, OutputFormat::npy}, {NST_TIFF, OutputFormat::tiff}, {NST_WEBP, OutputFormat::webp}};
  return translated(format, kMeanings, "output format");
}

EncodeOptions encode_options(const nst_encode_options* options) {
  static constexpr std::pair<nst_subsampling, Subsampling> kSubsamplings[] = {
      {NST_SUBSAMPLING_AUTO, Subsampling::automatic},
      {NST_SUBSAMPLING_444, Subsampling::s444},
      {NST_SUBSAMPLING_422, Subsampling::s422},
      {NST_SUBSAMPLING_420, Subsampling::s420}};
  static constexpr std::pair<nst_keep_metadata, KeepMetadata> kKeeps[] = {
      {NST_METADATA_SAFE, KeepMetadata::safe},
      {NST_METADATA_ALL, KeepMetadata::all},
      {NST_METADATA_NONE, KeepMetadata::none}};
  const nst_encode_options o =
      read_options<nst_encode_options>(options, NST_ENCODE_OPTIONS_INIT, "nst_encode_options");
  return {o.quality,
          translated(o.subsampling, kSubsamplings, "subsampling"),
          o.progressive != 0,
          o.depth,
          o.metadata != nullptr ? &o.metadata->metadata : nullptr,
          translated(o.keep, kKeeps, "choice of metadata"),
          o.threads};
}

ImageView view(const nst_image& image) {
  return {image.data,
          image.width,
          image.height,
          image.channels,
          sample_type(image.type),
          image.row_stride_bytes,
          pixel_format(image.format),
          image.plane_stride_bytes};
}

MutableImageView target(const nst_image& image) {
  return {image.data,
          image.width,
          image.height,
          image.channels,
          sample_type(image.type),
          image.row_stride_bytes,
          pixel_format(image.format)};
}

RunOptions run_options(const nst_run_settings* settings) {
  const nst_run_settings s =
      read_options<nst_run_settings>(settings, NST_RUN_SETTINGS_INIT, "nst_run_settings");
  RunOptions run{s.threads, s.max_memory_bytes, {}};
  if (s.progress != nullptr) {
    run.progress = [progress = s.progress, user = s.progress_user](double fraction) {
      return progress(fraction, user) != 0;
    };
  }
  return run;
}

StyleOptions style_options(const nst_style_options* options) {
  const nst_style_options o =
      read_options<nst_style_options>(options, NST_STYLE_OPTIONS_INIT, "nst_style_options");
  return {o.style_size, resize_method(o.resize), o.square != 0};
}

nst_plan_info plan_info(const PlanInfo& plan) {
  return {0, plan.arena_bytes, plan.scratch_bytes, plan.weight_bytes, plan.mac, plan.picture_bytes};
}

void give(const Image& picture, nst_image* out) {
  nst_image& place = required(out, "the picture to make");
  auto data = std::make_unique_for_overwrite<unsigned char[]>(picture.bytes.size());
  std::memcpy(data.get(), picture.bytes.data(), picture.bytes.size());
  const nst_sample_type type = picture.type == SampleType::u8 ? NST_U8 : NST_F32;
  const nst_pixel_format format = picture.channels == 1 ? NST_GREY : NST_RGB;
  place = {data.release(), picture.width, picture.height, picture.channels, type, 0, format, 0};
}

void give(std::span<const std::uint8_t> bytes, unsigned char** out, std::size_t* size) {
  unsigned char*& place = required(out, "bytes");
  std::size_t& length = required(size, "size");
  auto data = std::make_unique_for_overwrite<unsigned char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), data.get());
  length = bytes.size();
  place = data.release();
}

}  // namespace nst::c

const char* nst_last_error(void) { return nst::c::last_error.c_str(); }
