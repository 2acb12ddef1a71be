// What the transparency functions of nst.hpp share with the codecs and the resize.
#pragma once

#include <cstdint>

#include "nst/image.hpp"

namespace nst {

// rgb[3 * width] = the row rgba[4 * width] as it looks on `background`, rounded to nearest.
void compose_row(const std::uint8_t* rgba, int width, Colour background, std::uint8_t* rgb);

// The fourth channel of a u8 picture as a u8 picture of one.
Image alpha_plane(const ImageView& rgba);

}  // namespace nst
