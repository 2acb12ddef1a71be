// What the transparency functions of nst/image.hpp share with the codecs and the painting.
#pragma once

#include <cstdint>

#include "nst/image.hpp"

namespace nst {

// rgb[3 * width] = the row rgba[4 * width] as it looks on `background`; u8 rounded to nearest.
void compose_row(const std::uint8_t* rgba, int width, Colour background, std::uint8_t* rgb);
void compose_row(const float* rgba, int width, Colour background, float* rgb);

// Returns the alpha of a picture of any format that has one as u8 of one channel; floats rounded.
Image alpha_plane(const ImageView& image);

}  // namespace nst
