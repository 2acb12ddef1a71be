#include "image/codec.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "image/codec_impl.hpp"
#include "image/exif.hpp"
#include "image/npy.hpp"

namespace nst {
namespace codec {

void check_claimed_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels,
                        const std::string& name) {
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  if (width == 0 || height == 0) throw Error(ErrorCode::input, name + ": the picture is empty");
  if (width > kMaxPixels || height > kMaxPixels || width * height > kMaxPixels) {
    throw Error(ErrorCode::limit, name + ": " + size + " pixels are more than the limit of " +
                                      std::to_string(kMaxPixels) + "; make the picture smaller");
  }
  if (width * height > most_pixels) {
    throw Error(ErrorCode::input, name + ": the file is too short for the " + size +
                                      " pixels it claims; it is damaged, get it again");
  }
}

void fail_damaged(const std::string& name, const std::string& format, const std::string& reason) {
  throw Error(ErrorCode::input, name + ": damaged " + format + " picture (" + reason +
                                    "); get it again or save it again with a picture editor");
}

void copy_rgb_row(const ImageView& image, int y, std::uint8_t* rgb) {
  const std::uint8_t* row = row_u8(image, y);
  if (image.channels == 3) {
    std::memcpy(rgb, row, std::size_t{3} * static_cast<std::size_t>(image.width));
    return;
  }
  for (int x = 0; x < image.width; ++x) std::memcpy(rgb + 3 * x, row + 4 * x, 3);
}

}  // namespace codec

namespace {

bool has_signature(Bytes bytes, std::size_t offset, std::string_view signature) {
  return bytes.size() >= offset + signature.size() &&
         std::memcmp(bytes.data() + offset, signature.data(), signature.size()) == 0;
}

bool is_pnm(Bytes bytes) {
  if (!has_signature(bytes, 0, "P5") && !has_signature(bytes, 0, "P6")) return false;
  return bytes.size() > 2 && (std::strchr(" \t\r\n#", bytes[2]) != nullptr) && bytes[2] != 0;
}

// Formats people try that are not read, so that the message can name them.
[[noreturn]] void fail_unknown(Bytes bytes, const std::string& name) {
  struct Known {
    std::size_t offset;
    std::string_view signature;
    const char* format;
  };
  constexpr Known kOthers[] = {
      {8, "WEBP", "WebP"},
      {4, "ftypheic", "HEIC"},
      {4, "ftypheix", "HEIC"},
      {4, "ftypmif1", "HEIF"},
      {4, "ftypavif", "AVIF"},
      {0, std::string_view("II*\0", 4), "TIFF"},
      {0, std::string_view("MM\0*", 4), "TIFF"},
      {0, std::string_view("\xff\x0a", 2), "JPEG XL"},
      {0, std::string_view("\0\0\0\x0cJXL ", 8), "JPEG XL"},
      {0, "8BPS", "Photoshop"},
      {0, "%PDF", "PDF"},
      {0, "<svg", "SVG"},
      {0, "P1", "text or bitmap PNM"},
      {0, "P2", "text or bitmap PNM"},
      {0, "P3", "text or bitmap PNM"},
      {0, "P4", "text or bitmap PNM"},
  };
  if (bytes.empty()) throw Error(ErrorCode::input, name + ": the file is empty; get it again");
  for (const Known& other : kOthers) {
    if (has_signature(bytes, other.offset, other.signature)) {
      throw Error(ErrorCode::input,
                  name + ": " + other.format + " pictures are not read; convert it to PNG or JPEG");
    }
  }
  throw Error(ErrorCode::input, name +
                                    ": not a picture in a known format (JPEG, PNG, BMP, TGA, GIF, "
                                    "PPM, .npy); convert it to PNG or JPEG");
}

Image decode_npy_picture(Bytes bytes, const std::string& name) {
  const NpyArray array = decode_npy(bytes, name);
  if (array.shape.size() != 3 || array.shape[2] != 3) {
    throw Error(ErrorCode::input, name + ": not a picture; a .npy picture has shape (h, w, 3)");
  }
  codec::check_claimed_size(static_cast<std::uint64_t>(array.shape[1]),
                            static_cast<std::uint64_t>(array.shape[0]), kMaxPixels, name);
  Image image(static_cast<int>(array.shape[1]), static_cast<int>(array.shape[0]), 3,
              SampleType::f32);
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    if (!std::isfinite(array.values[i])) {
      throw Error(ErrorCode::input,
                  name + ": value " + std::to_string(i) + " is not finite; check what wrote it");
    }
  }
  std::memcpy(image.bytes.data(), array.values.data(), image.bytes.size());
  return image;
}

std::vector<std::uint8_t> encode_npy_picture(const ImageView& image) {
  if (image.type != SampleType::f32 || image.channels != 3) {
    throw Error(ErrorCode::output, "a .npy picture must be float RGB");
  }
  const std::size_t row_samples = std::size_t{3} * static_cast<std::size_t>(image.width);
  const std::ptrdiff_t stride = image.row_stride_bytes != 0
                                    ? image.row_stride_bytes
                                    : static_cast<std::ptrdiff_t>(row_samples * sizeof(float));
  std::vector<float> values(row_samples * static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    std::memcpy(values.data() + row_samples * static_cast<std::size_t>(y),
                static_cast<const std::uint8_t*>(image.data) + stride * y,
                row_samples * sizeof(float));
  }
  return encode_npy({image.height, image.width, 3}, values.data());
}

}  // namespace

Image decode_image(Bytes bytes, const std::string& name) {
  if (has_signature(bytes, 0, "\xff\xd8\xff")) {
    return apply_orientation(codec::decode_jpeg(bytes, name), jpeg_orientation(bytes));
  }
  if (has_signature(bytes, 0, "\x89PNG\r\n\x1a\n")) {
    return apply_orientation(codec::decode_png(bytes, name), png_orientation(bytes));
  }
  if (has_signature(bytes, 0, "GIF87a") || has_signature(bytes, 0, "GIF89a")) {
    return codec::decode_gif(bytes, name);
  }
  if (is_npy(bytes)) return decode_npy_picture(bytes, name);
  if (is_pnm(bytes)) return codec::decode_pnm(bytes, name);
  if (has_signature(bytes, 0, "BM")) return codec::decode_bmp(bytes, name);
  if (codec::looks_like_tga(bytes)) return codec::decode_tga(bytes, name);
  fail_unknown(bytes, name);
}

OutputFormat output_format(const std::string& path) {
  constexpr std::pair<std::string_view, OutputFormat> kFormats[] = {
      {".png", OutputFormat::png}, {".jpg", OutputFormat::jpeg}, {".jpeg", OutputFormat::jpeg},
      {".ppm", OutputFormat::ppm}, {".npy", OutputFormat::npy},
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
                  ": cannot tell the format to write; end the name in .png, .jpg, .ppm or .npy");
}

std::vector<std::uint8_t> encode_image(const ImageView& image, OutputFormat format,
                                       int jpeg_quality) {
  constexpr int kMaxJpegSide = 65500;  // jmorecfg.h JPEG_MAX_DIMENSION
  if (image.data == nullptr || image.width <= 0 || image.height <= 0 ||
      (image.channels != 3 && image.channels != 4)) {
    throw Error(ErrorCode::output, "not a picture: it must have pixels of 3 or 4 channels");
  }
  if (format == OutputFormat::npy) return encode_npy_picture(image);
  if (image.type != SampleType::u8) {
    throw Error(ErrorCode::output, "PNG, JPEG and PPM hold bytes; convert the picture with to_u8");
  }
  if (format == OutputFormat::png) return codec::encode_png(image);
  if (format == OutputFormat::ppm) return codec::encode_pnm(image);
  if (jpeg_quality < 1 || jpeg_quality > 100) {
    throw Error(ErrorCode::usage, "JPEG quality " + std::to_string(jpeg_quality) +
                                      " is outside 1..100; choose one inside");
  }
  if (image.width > kMaxJpegSide || image.height > kMaxJpegSide) {
    throw Error(ErrorCode::output, "JPEG cannot hold sides over 65500; write PNG");
  }
  return codec::encode_jpeg(image, jpeg_quality);
}

}  // namespace nst
