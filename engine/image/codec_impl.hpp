// The decoders and encoders behind codec.hpp, one translation unit per library or format.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"
#include "nst/nst.hpp"

namespace nst::codec {

// Each decodes one format (the caller has looked at the signature) and throws as decode_image does.
// JPEG and PNG come from libjpeg and libpng where the build has them, otherwise from stb_image.
// None of them applies an orientation.
Image decode_jpeg(Bytes bytes, const std::string& name);
Image decode_png(Bytes bytes, const std::string& name);
Image decode_bmp(Bytes bytes, const std::string& name);
Image decode_tga(Bytes bytes, const std::string& name);
Image decode_gif(Bytes bytes, const std::string& name);
Image decode_pnm(Bytes bytes, const std::string& name);

// Decodes with stb_image a file whose extent and size have been checked: RGB, or RGBA where the
// file has alpha. `format` appears in messages.
Image decode_stb(Bytes bytes, const char* format, const std::string& name);

// TGA has no signature: true if the header makes sense as one.
bool looks_like_tga(Bytes bytes);

// Each takes a valid u8 picture of 3 or 4 channels; JPEG and PNM leave alpha out.
std::vector<std::uint8_t> encode_jpeg(const ImageView& image, int quality);
std::vector<std::uint8_t> encode_png(const ImageView& image);
std::vector<std::uint8_t> encode_pnm(const ImageView& image);

// Checks a size that a file claims, before anything is allocated for it. `most_pixels` is what a
// file of this length can hold at most in its format: a small file that claims a huge picture is
// damaged or hostile. Throws Error{input} or Error{limit}.
void check_claimed_size(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels,
                        const std::string& name);

// Error{input} "<name>: damaged <format> picture (<reason>); save it again with a picture editor".
[[noreturn]] void fail_damaged(const std::string& name, const std::string& format,
                               const std::string& reason);

// Row y of a u8 picture.
inline const std::uint8_t* row_u8(const ImageView& image, int y) {
  const std::ptrdiff_t stride = image.row_stride_bytes != 0
                                    ? image.row_stride_bytes
                                    : std::ptrdiff_t{image.width} * image.channels;
  return static_cast<const std::uint8_t*>(image.data) + stride * y;
}

// Copies row y of a u8 picture without its alpha to rgb[3 * width].
void copy_rgb_row(const ImageView& image, int y, std::uint8_t* rgb);

}  // namespace nst::codec
