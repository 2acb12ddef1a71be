// Functions for alpha (the opacity of pixels), shared by the picture codecs and the painting.
#pragma once

#include <cstdint>

#include "nst/image.hpp"

namespace nst {

// Composes the pixels rgba[4 * width] of a row on `background`, and writes them to rgb[3 * width].
// u8 samples are rounded to nearest.
void compose_row(const std::uint8_t* rgba, int width, Colour background, std::uint8_t* rgb);
void compose_row(const float* rgba, int width, Colour background, float* rgb);

// Returns the alpha of a picture as a u8 picture with one channel; float alpha is rounded. The
// picture may have any format with alpha.
Image alpha_plane(const ImageView& image);

}  // namespace nst
