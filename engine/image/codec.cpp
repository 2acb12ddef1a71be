#include "image/codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "image/alpha.hpp"
#include "image/codec_impl.hpp"
#include "image/npy.hpp"
#include "image/picture_rows.hpp"
#include "image/samples.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/float_environment.hpp"

namespace nst {
namespace codec {

void Input::check_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels) const {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  if (width == 0 || height == 0) throw Error(ErrorCode::input, name + ": the picture is empty");
  if (width > kMaxPixels || height > kMaxPixels || width * height > kMaxPixels) {
    throw Error(ErrorCode::limit, name + ": " + size + " pixels are more than the limit of " +
                                      std::to_string(kMaxPixels) + "; make the picture smaller");
  }
  // With options.damaged, a file that ends early is accepted if it is long enough to contain at
  // least 1/64 of its pixels.
  const std::uint64_t most = std::min(most_pixels, kMaxPixels) * (options.damaged ? 64 : 1);
  if (width * height > most) {
    throw Error(ErrorCode::input, name + ": the file is too short for the " + size +
                                      " pixels it claims; it is damaged, get it again");
  }
}

std::uint64_t Input::memory_limit() const {
  // The default limit is 400 MiB, or 16 bytes per byte of the file if that is more. Decoding a
  // photograph takes at most 12 bytes of memory per byte of its file. A file that needs far more
  // contains almost no detail, or was made to exhaust the memory.
  constexpr std::uint64_t kLeast = std::uint64_t{400} << 20;
  constexpr std::uint64_t kPerByte = 16;
  if (options.max_memory_bytes > 0) return options.max_memory_bytes;
  return std::max(kLeast, kPerByte * std::uint64_t{bytes.size()});
}

void Input::check_memory(std::uint64_t needed) const {
  const std::uint64_t limit = memory_limit();
  if (needed <= limit) return;
  const bool small = limit >> 20 == 0;
  const auto amount = [&](std::uint64_t count) {
    return std::to_string(count >> (small ? 10 : 20)) + (small ? " KiB" : " MiB");
  };
  throw Error(ErrorCode::limit, name + ": decoding it takes " + amount(needed) + ", the limit is " +
                                    amount(limit) +
                                    "; make the picture smaller or raise the limit (--max-memory)");
}

void Input::fail_damaged(const char* format, const std::string& reason, bool has_more) const {
  throw Error(ErrorCode::input, name + ": damaged " + format + " picture (" + reason +
                                    "); get it again or save it again with a picture editor" +
                                    (has_more ? ", or paint what is there with --damaged" : ""));
}

void Input::warn_missing(std::uint64_t missing, std::uint64_t total) const {
  if (missing == 0) return;
  const std::uint64_t percent = std::max<std::uint64_t>((missing * 100 + total / 2) / total, 1);
  warn("damaged: " + std::to_string(percent) + " % of the picture is missing");
}

void Input::fail_unread(const std::string& what, const std::string& advice) const {
  throw Error(ErrorCode::input, name + ": " + what + " is not read; " + advice);
}

void row_u16(const ImageView& image, int y, std::uint16_t* out) {
  const int samples = image.width * image.channels;
  if (image.type == SampleType::u8) {
    const std::uint8_t* row = row_u8(image, y);
    for (int i = 0; i < samples; ++i) out[i] = static_cast<std::uint16_t>(row[i] * 257);
    return;
  }
  const float* row = view_row<float>(image, y);
  for (int i = 0; i < samples; ++i) {
    const float level = row[i] * 65535.0f + 0.5f;
    // If the sample is NaN, `level > 0.0f` is false, so the result is 0.
    out[i] =
        static_cast<std::uint16_t>(level > 0.0f ? (level < 65535.0f ? level : 65535.0f) : 0.0f);
  }
}

void copy_rgb_row(const ImageView& image, int y, std::uint8_t* rgb) {
  const std::uint8_t* row = row_u8(image, y);
  if (image.channels == 3) {
    std::memcpy(rgb, row, std::size_t{3} * static_cast<std::size_t>(image.width));
  } else {
    compose_row(row, image.width, kWhite, rgb);
  }
}

Image opaque_if_invisible(Image picture) {
  if (picture.channels != 4) return picture;
  const std::size_t pixels = picture.sample_count() / 4;
  const std::uint8_t* rgba = picture.u8();
  for (std::size_t i = 0; i < pixels; ++i) {
    if (rgba[4 * i + 3] != 0) return picture;
  }
  Image rgb(picture.width, picture.height, 3, SampleType::u8);
  for (std::size_t i = 0; i < pixels; ++i) std::memcpy(rgb.u8() + 3 * i, rgba + 4 * i, 3);
  return rgb;
}

}  // namespace codec

namespace {

bool has_signature(Bytes bytes, std::string_view signature) {
  return bytes.size() >= signature.size() &&
         std::memcmp(bytes.data(), signature.data(), signature.size()) == 0;
}

Image decode_npy_picture(const codec::Input& input) {
  const NpyView array = parse_npy(input.bytes, input.name);
  const std::vector<std::int64_t>& shape = array.shape;
  const bool is_picture = shape.size() == 3 && shape[0] > 0 && shape[1] > 0 && shape[2] == 3;
  if (!is_picture) {
    throw Error(ErrorCode::input, input.name + ": an array of shape " + numpy_shape(shape) +
                                      " is no picture; a .npy picture has shape (h, w, 3)");
  }
  const auto width = static_cast<std::uint64_t>(shape[1]);
  const auto height = static_cast<std::uint64_t>(shape[0]);
  input.check_size(width, height, kMaxPixels);
  input.check_memory(std::uint64_t{12} * width * height);
  Image image(static_cast<int>(width), static_cast<int>(height), 3, SampleType::f32);
  std::memcpy(image.bytes.data(), array.data.data(), image.bytes.size());
  check_samples(image.view(), input.name);
  return image;
}

std::vector<std::uint8_t> encode_npy_picture(const ImageView& image) {
  if (image.type != SampleType::f32 || image.channels != 3) {
    throw Error(ErrorCode::output, "a .npy picture must be float RGB");
  }
  const std::size_t row_samples = std::size_t{3} * static_cast<std::size_t>(image.width);
  std::vector<float> values(row_samples * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    std::memcpy(values.data() + row_samples * static_cast<std::size_t>(y),
                view_row<float>(image, y), row_samples * sizeof(float));
  }
  return encode_npy({image.height, image.width, 3}, values.data());
}

// Throws unless the format can store this picture with the depth and the quality in `options`.
void check_options(const ImageView& image, OutputFormat format, const EncodeOptions& options) {
  constexpr int kMaxJpegSide = 65500;  // libjpeg's largest side, JPEG_MAX_DIMENSION
  const bool is_deep = format == OutputFormat::png || format == OutputFormat::tiff;
  if (options.depth != 8 && options.depth != 16) {
    throw Error(ErrorCode::usage, "a depth of " + std::to_string(options.depth) +
                                      " bits is not written; choose 8 or 16");
  }
  if (options.depth == 16 && !is_deep) {
    throw Error(ErrorCode::usage, "only PNG and TIFF hold 16 bits a sample; write one of them");
  }
  if (image.type != SampleType::u8 && options.depth == 8) {
    throw Error(ErrorCode::output,
                "pictures of 8 bits a sample hold bytes; convert the picture with to_u8");
  }
  const bool has_quality = format == OutputFormat::jpeg || format == OutputFormat::webp;
  if (has_quality && (options.quality < 1 || options.quality > 100)) {
    throw Error(ErrorCode::usage, "JPEG quality " + std::to_string(options.quality) +
                                      " is outside 1..100; choose one inside");
  }
  if (format == OutputFormat::jpeg && (image.width > kMaxJpegSide || image.height > kMaxJpegSide)) {
    throw Error(ErrorCode::output, "JPEG cannot hold sides over 65500; write PNG");
  }
}

Image decode(const codec::Input& input) {
  const Bytes bytes = input.bytes;
  if (has_signature(bytes, "\xff\xd8\xff")) return codec::decode_jpeg(input);
  if (has_signature(bytes, "\x89PNG\r\n\x1a\n")) return codec::decode_png(input);
  if (has_signature(bytes, "GIF87a") || has_signature(bytes, "GIF89a")) {
    return codec::decode_gif(input);
  }
  if (is_npy(bytes)) return decode_npy_picture(input);
  if (codec::is_pnm(bytes)) return codec::decode_pnm(input);
  if (has_signature(bytes, "BM")) return codec::decode_bmp(input);
  if (codec::is_tiff(bytes)) return codec::decode_tiff(input);
  if (bytes.size() > 12 && has_signature(bytes, "RIFF") &&
      has_signature(bytes.subspan(8), "WEBP")) {
    return codec::decode_webp(input);
  }
  if (codec::is_heif(bytes)) return codec::decode_heif(input);
  if (codec::looks_like_tga(bytes)) return codec::decode_tga(input);
  codec::fail_unknown(input);
}

}  // namespace

LoadedImage decode_image(Bytes bytes, const std::string& name, const ReadOptions& options) {
  const DefaultFloatEnvironment environment;
  LoadedImage loaded;
  loaded.image = decode({bytes, name, options, loaded.warnings, loaded.metadata});
  return loaded;
}

OutputFormat output_format(const std::string& path) {
  constexpr std::pair<std::string_view, OutputFormat> kFormats[] = {
      {".png", OutputFormat::png},   {".jpg", OutputFormat::jpeg},  {".jpeg", OutputFormat::jpeg},
      {".ppm", OutputFormat::ppm},   {".npy", OutputFormat::npy},   {".tif", OutputFormat::tiff},
      {".tiff", OutputFormat::tiff}, {".webp", OutputFormat::webp},
  };
  std::string extension = std::filesystem::path(path).extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const auto& [known, format] : kFormats) {
    if (extension == known) return format;
  }
  throw Error(ErrorCode::usage,
              one_line(path) +
                  ": cannot tell the format to write; end the name in .png, .jpg, .tif, .webp, "
                  ".ppm or .npy");
}

std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format, int quality) {
  return encode_image(image, format, EncodeOptions{.quality = quality});
}

std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                       const EncodeOptions& options) {
  if (image.format != PixelFormat::rgb) {
    check_picture(image);
    return encode_image(interleaved(image).view(), format, options);
  }
  if (image.data == nullptr || image.width <= 0 || image.height <= 0 ||
      (image.channels != 3 && image.channels != 4)) {
    throw Error(ErrorCode::output, "not a picture: it must have pixels of 3 or 4 channels");
  }
  check_picture(image);
  if (format == OutputFormat::npy) return encode_npy_picture(image);
  check_options(image, format, options);
  switch (format) {
    case OutputFormat::jpeg:
      return codec::encode_jpeg(image, options);
    case OutputFormat::ppm:
      return codec::encode_pnm(image);
    case OutputFormat::tiff:
      return codec::encode_tiff(image, options);
    case OutputFormat::webp:
      return codec::encode_webp(image, options);
    default:
      return codec::encode_png(image, options);
  }
}

}  // namespace nst
