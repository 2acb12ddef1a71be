// Pictures in memory and in files: Image, to_u8, load_image and write_image of nst/image.hpp.
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

#include "base/text.hpp"
#include "image/codec.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "nst/files.hpp"
#include "platform/aligned_buffer.hpp"
#include "platform/file.hpp"
#include "platform/float_environment.hpp"
#include "platform/memory.hpp"

namespace nst {

Image::Image(int width_, int height_, int channels_, SampleType type_)
    : width(width_), height(height_), channels(channels_), type(type_) {
  if (width <= 0 || height <= 0 || channels <= 0) {
    throw Error(ErrorCode::usage, "a picture of " + std::to_string(width) + "x" +
                                      std::to_string(height) + " pixels of " +
                                      std::to_string(channels) + " channels is empty");
  }
  const std::size_t sample = type == SampleType::f32 ? sizeof(float) : 1;
  const std::uint64_t pixels =
      std::uint64_t{static_cast<unsigned>(width)} * static_cast<unsigned>(height);
  const std::uint64_t total = checked_mul(pixels, static_cast<unsigned>(channels) * sample,
                                          ErrorCode::limit, "the size of the picture");
  const auto fail = [&] {
    throw Error(ErrorCode::limit, "no memory for a picture of " + std::to_string(width) + "x" +
                                      std::to_string(height) + " pixels; make it smaller");
  };
  if (!memory_allows(total)) fail();
  try {
    bytes.reserve(total);
    // Large pages must be requested before resize() writes to the memory for the first time,
    // because the system chooses the pages at the first write.
    advise_large_pages(bytes.data(), total);
    bytes.resize(total);
  } catch (const std::exception&) {  // bad_alloc, or length_error if a vector cannot be so long
    fail();
  }
}

void check_picture(const ImageView& image, const char* what) {
  const auto fail = [&](const std::string& problem) {
    throw Error(ErrorCode::usage, std::string(what) + ": " + problem);
  };
  if (image.data == nullptr) fail("no pixels given");
  if (image.width <= 0 || image.height <= 0) fail("its sides must be positive");
  const bool grey = image.format == PixelFormat::grey;
  const int colours = grey ? 1 : 3;
  if (image.channels != colours && image.channels != colours + 1) {
    fail(std::string("it must have ") + (grey ? "1 or 2" : "3 or 4") + " channels, not " +
         std::to_string(image.channels));
  }
  const std::ptrdiff_t sample = sample_bytes(image.type);
  const bool planar = image.format == PixelFormat::planar;
  const std::ptrdiff_t dense = std::ptrdiff_t{image.width} * (planar ? 1 : image.channels) * sample;
  const std::ptrdiff_t stride = view_stride(image);
  if (std::abs(stride) < dense || stride % sample != 0) {
    fail("its row stride of " + std::to_string(stride) + " bytes does not fit its width");
  }
  if (planar && plane_stride(image) % sample != 0) {
    fail("its plane stride of " + std::to_string(plane_stride(image)) +
         " bytes does not fit its samples");
  }
}

void check_view(const ImageView& image, const char* what) {
  if (image.format != PixelFormat::rgb) {
    throw Error(ErrorCode::usage,
                std::string(what) + ": it must be interleaved RGB or RGBA; compose makes it so");
  }
  check_picture(image, what);
}

Image to_u8(const ImageView& image, Quantise method) {
  const DefaultFloatEnvironment environment;
  check_view(image);
  Image out(image.width, image.height, image.channels, SampleType::u8);
  const std::size_t samples =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  const float half = method == Quantise::nearest ? 0.5f : 0.0f;
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t* to = out.u8() + samples * static_cast<std::size_t>(y);
    if (image.type == SampleType::u8) {
      std::memcpy(to, view_row<std::uint8_t>(image, y), samples);
      continue;
    }
    const float* from = view_row<float>(image, y);
    for (std::size_t i = 0; i < samples; ++i) to[i] = byte_of_unit(from[i], half);
  }
  return out;
}

LoadedImage load_image(const std::string& path, const ReadOptions& options) {
  const FileContents file(path, ErrorCode::input);
  return decode_image(file.bytes(), one_line(path), options);
}

Image read_image(const std::string& path) { return load_image(path).image; }

void write_image(const std::string& path, const ImageView& image, int quality) {
  write_image(path, image, EncodeOptions{.quality = quality});
}

void write_image(const std::string& path, const ImageView& image, const EncodeOptions& options) {
  const OutputFormat format = output_format(path);
  check_writable(path);
  std::vector<std::uint8_t> file;
  try {
    file = encode_image(image, format, options);
  } catch (const Error& error) {
    throw Error(error.code(), one_line(path) + ": " + error.what());
  }
  write_file_atomically(path, file);
}

}  // namespace nst
