// Transparency: composes pictures on a colour, and joins alpha to painted pictures. The networks
// see colours only, so alpha is kept apart from them. (resize.cpp resizes alpha.)
#include "image/alpha.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "image/picture_rows.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/float_environment.hpp"

namespace nst {

void compose_row(const std::uint8_t* rgba, int width, Colour background, std::uint8_t* rgb) {
  // Computes three channels at once, 16 bits apart in one word. Composing a channel gives the sum x
  // = colour · alpha + background · (255 − alpha), which must be divided by 255. The quotient,
  // rounded to nearest, equals (t + t / 256) / 256 with t = x + 128. This is exact for every x in
  // 0..255².
  constexpr std::uint64_t kBytes = 0x0000'00ff'00ff'00ff;
  constexpr std::uint64_t kHalves = 0x0000'0080'0080'0080;
  const auto spread = [](std::uint64_t r, std::uint64_t g, std::uint64_t b) {
    return r | g << 16 | b << 32;
  };
  const std::uint64_t below = spread(background.red, background.green, background.blue);
  for (int x = 0; x < width; ++x, rgba += 4, rgb += 3) {
    const std::uint64_t alpha = rgba[3];
    const std::uint64_t t =
        spread(rgba[0], rgba[1], rgba[2]) * alpha + below * (255 - alpha) + kHalves;
    const std::uint64_t seen = ((t + (t >> 8 & kBytes)) >> 8) & kBytes;
    rgb[0] = static_cast<std::uint8_t>(seen);
    rgb[1] = static_cast<std::uint8_t>(seen >> 16);
    rgb[2] = static_cast<std::uint8_t>(seen >> 32);
  }
}

void compose_row(const float* rgba, int width, Colour background, float* rgb) {
  const float below[3] = {static_cast<float>(background.red) / 255.0f,
                          static_cast<float>(background.green) / 255.0f,
                          static_cast<float>(background.blue) / 255.0f};
  for (int x = 0; x < width; ++x, rgba += 4, rgb += 3) {
    for (int c = 0; c < 3; ++c) rgb[c] = rgba[c] * rgba[3] + below[c] * (1.0f - rgba[3]);
  }
}

namespace {

template <typename T>
void compose_rows(const ImageView& picture, Colour background, T* out) {
  RgbRows<T> rows(picture, background);
  for (int y = 0; y < picture.height; ++y, out += std::ptrdiff_t{3} * picture.width) {
    std::copy_n(rows.row(y), std::ptrdiff_t{3} * picture.width, out);
  }
}

}  // namespace

Image compose(const ImageView& picture, Colour background) {
  const DefaultFloatEnvironment environment;
  check_picture(picture);
  Image out(picture.width, picture.height, 3, picture.type);
  if (picture.type == SampleType::u8) {
    compose_rows<std::uint8_t>(picture, background, out.u8());
  } else {
    compose_rows<float>(picture, background, out.f32());
  }
  return out;
}

Image with_alpha(const ImageView& rgb, const Image& alpha) {
  check_view(rgb);
  if (rgb.channels != 3 || rgb.type != SampleType::u8 || alpha.channels != 1 ||
      alpha.type != SampleType::u8 || alpha.width != rgb.width || alpha.height != rgb.height) {
    throw Error(ErrorCode::usage, "alpha and colours are not two parts of one u8 picture");
  }
  Image rgba(rgb.width, rgb.height, 4, SampleType::u8);
  std::uint8_t* out = rgba.u8();
  const std::uint8_t* a = alpha.u8();
  for (int y = 0; y < rgb.height; ++y) {
    const auto* from = view_row<std::uint8_t>(rgb, y);
    for (int x = 0; x < rgb.width; ++x, from += 3, out += 4) {
      std::memcpy(out, from, 3);
      out[3] = *a++;
    }
  }
  return rgba;
}

}  // namespace nst
