// Implements the functions of c_image.h: reading, changing and writing pictures.
#include <memory>
#include <span>
#include <vector>

#include "api/c/support.hpp"
#include "image/view.hpp"

using nst::c::give;
using nst::c::guarded;
using nst::c::required;

namespace {

thread_local std::string last_warnings;

nst::ReadOptions read_options(const nst_read_options* options) {
  const nst_read_options o =
      nst::c::read_options<nst_read_options>(options, NST_READ_OPTIONS_INIT, "nst_read_options");
  return {o.max_memory_bytes, o.least_side, o.as_tensorflow != 0, o.ignore_profile != 0,
          o.damaged != 0};
}

// Loads a picture for the caller. Stores load's warnings, which the calling thread gets by
// nst_last_warnings. Then calls take(metadata, give_image): `metadata` is what the file holds
// besides the pixels, and give_image() sets *image. `take` does all work that may fail before it
// calls give_image, so that *image is set only on success.
template <typename Load, typename Take>
nst_status read_into(nst_image* image, Load&& load, Take&& take) {
  return guarded([&] {
    last_warnings.clear();
    required(image, "image");
    nst::LoadedImage loaded = load();
    for (const std::string& warning : loaded.warnings) {
      last_warnings += (last_warnings.empty() ? "" : "\n") + warning;
    }
    take(std::move(loaded.metadata), [&] { give(loaded.image, image); });
  });
}

template <typename Load>
nst_status read_into(nst_image* image, Load&& load) {
  return read_into(image, load, [](nst::Metadata&&, auto&& give_image) { give_image(); });
}

std::span<const std::uint8_t> bytes_of(const void* bytes, size_t size) {
  if (bytes == nullptr && size > 0) throw nst::Error(nst::ErrorCode::usage, "bytes is null");
  return {static_cast<const std::uint8_t*>(bytes), size};
}

}  // namespace

const char* nst_last_warnings(void) { return last_warnings.c_str(); }

nst_status nst_image_read(const char* path, nst_image* image) {
  return nst_image_read_within(path, 0, image);
}

nst_status nst_image_read_within(const char* path, size_t max_memory_bytes, nst_image* image) {
  return read_into(image, [&] {
    return nst::load_image(&required(path, "path"), {.max_memory_bytes = max_memory_bytes});
  });
}

nst_status nst_image_load(const char* path, const nst_read_options* options, nst_image* image) {
  return read_into(image,
                   [&] { return nst::load_image(&required(path, "path"), read_options(options)); });
}

nst_status nst_image_decode(const void* bytes, size_t size, const char* name,
                            const nst_read_options* options, nst_image* image) {
  return read_into(image, [&] {
    return nst::decode_image(bytes_of(bytes, size), name != nullptr ? name : "picture",
                             read_options(options));
  });
}

nst_status nst_image_decode_all(const void* bytes, size_t size, const char* name,
                                const nst_read_options* options, nst_image* image,
                                nst_metadata** metadata) {
  const auto load = [&] {
    required(metadata, "metadata");
    return nst::decode_image(bytes_of(bytes, size), name != nullptr ? name : "picture",
                             read_options(options));
  };
  return read_into(image, load, [&](nst::Metadata&& found, auto&& give_image) {
    auto handle = std::make_unique<nst_metadata>(nst_metadata{std::move(found)});
    give_image();
    *metadata = handle.release();
  });
}

void nst_metadata_free(nst_metadata* metadata) { delete metadata; }

void nst_image_free(nst_image* image) {
  if (image == nullptr) return;
  delete[] static_cast<unsigned char*>(image->data);
  *image = {};
}

nst_status nst_image_compose(nst_image* image, unsigned char red, unsigned char green,
                             unsigned char blue) {
  return guarded([&] {
    nst_image& picture = required(image, "image");
    nst::check_view(nst::c::view(picture));
    if (picture.channels == 3) return;
    if (picture.row_stride_bytes < 0) {
      throw nst::Error(nst::ErrorCode::usage, "the picture's rows must follow each other");
    }
    const nst::Image seen = nst::compose(nst::c::view(picture), {red, green, blue});
    std::memcpy(picture.data, seen.bytes.data(), seen.bytes.size());
    picture.channels = 3;
    picture.row_stride_bytes = 0;
  });
}

nst_status nst_image_resize(const nst_image* image, int width, int height, nst_resize_method method,
                            nst_image* resized) {
  return guarded([&] {
    give(nst::resize(nst::c::view(required(image, "image")), width, height,
                     nst::c::resize_method(method)),
         resized);
  });
}

nst_status nst_image_to_u8(const nst_image* image, nst_quantise method, nst_image* bytes) {
  return guarded([&] {
    give(nst::to_u8(nst::c::view(required(image, "image")), nst::c::quantise(method)), bytes);
  });
}

nst_status nst_image_resized_alpha(const nst_image* image, int width, int height,
                                   nst_resize_method method, nst_image* alpha) {
  return guarded([&] {
    give(nst::resized_alpha(nst::c::view(required(image, "image")), width, height,
                            nst::c::resize_method(method)),
         alpha);
  });
}

nst_status nst_image_with_alpha(const nst_image* rgb, const nst_image* alpha, nst_image* rgba) {
  return guarded([&] {
    const nst_image& plane = required(alpha, "alpha");
    nst::check_picture(nst::c::view(plane), "alpha");
    nst::Image copy(plane.width, plane.height, plane.channels, nst::c::sample_type(plane.type));
    std::memcpy(copy.bytes.data(), plane.data, copy.bytes.size());
    give(nst::with_alpha(nst::c::view(required(rgb, "rgb")), copy), rgba);
  });
}

nst_status nst_image_write(const char* path, const nst_image* image, int jpeg_quality) {
  return guarded([&] {
    nst::write_image(&required(path, "path"), nst::c::view(required(image, "image")), jpeg_quality);
  });
}

nst_status nst_image_encode(const nst_image* image, nst_output_format format, int jpeg_quality,
                            unsigned char** bytes, size_t* size) {
  return guarded([&] {
    give(nst::encode_image(nst::c::view(required(image, "image")), nst::c::output_format(format),
                           jpeg_quality),
         bytes, size);
  });
}

nst_status nst_image_encode_as(const nst_image* image, nst_output_format format,
                               const nst_encode_options* options, unsigned char** bytes,
                               size_t* size) {
  return guarded([&] {
    give(nst::encode_image(nst::c::view(required(image, "image")), nst::c::output_format(format),
                           nst::c::encode_options(options)),
         bytes, size);
  });
}

nst_status nst_image_write_as(const char* path, const nst_image* image,
                              const nst_encode_options* options) {
  return guarded([&] {
    nst::write_image(&required(path, "path"), nst::c::view(required(image, "image")),
                     nst::c::encode_options(options));
  });
}

nst_status nst_output_format_of(const char* path, nst_output_format* format) {
  return guarded([&] {
    nst_output_format& out = required(format, "format");
    switch (nst::output_format(&required(path, "path"))) {
      case nst::OutputFormat::png:
        out = NST_PNG;
        break;
      case nst::OutputFormat::jpeg:
        out = NST_JPEG;
        break;
      case nst::OutputFormat::ppm:
        out = NST_PPM;
        break;
      case nst::OutputFormat::npy:
        out = NST_NPY;
        break;
      case nst::OutputFormat::tiff:
        out = NST_TIFF;
        break;
      case nst::OutputFormat::webp:
        out = NST_WEBP;
        break;
    }
  });
}

nst_status nst_parse_colour(const char* text, unsigned char* rgb) {
  return guarded([&] {
    const nst::Colour colour = nst::parse_colour(&required(text, "text"));
    unsigned char* const out = &required(rgb, "rgb");
    out[0] = colour.red;
    out[1] = colour.green;
    out[2] = colour.blue;
  });
}

nst_status nst_size_by_shorter_side(int width, int height, int shorter_side, int* out_width,
                                    int* out_height) {
  return guarded([&] {
    if (width < 1 || height < 1 || shorter_side < 1) {
      throw nst::Error(nst::ErrorCode::usage, "sides must be positive");
    }
    const nst::Size size = nst::apply({.shorter_side = shorter_side}, {width, height});
    required(out_width, "out_width") = size.width;
    required(out_height, "out_height") = size.height;
  });
}

nst_status nst_bytes_read(const char* path, unsigned char** bytes, size_t* size) {
  return guarded([&] { give(nst::read_bytes(&required(path, "path")), bytes, size); });
}

nst_status nst_bytes_write(const char* path, const void* bytes, size_t size) {
  return guarded([&] { nst::write_bytes(&required(path, "path"), bytes_of(bytes, size)); });
}

void nst_bytes_free(unsigned char* bytes) { delete[] bytes; }

nst_status nst_check_writable(const char* path) {
  return guarded([&] { nst::check_writable(&required(path, "path")); });
}

void nst_remove_unfinished_files(void) { nst::remove_unfinished_files(); }
