// The functions on alpha that the codecs and the painting share.
#pragma once

#include <cstdint>

#include "nst/image.hpp"

namespace nst {

// Composes the row rgba[4 * width] on `background` and writes it to rgb[3 * width]. u8 is rounded
// to nearest.
void compose_row(const std::uint8_t* rgba, int width, Colour background, std::uint8_t* rgb);
void compose_row(const float* rgba, int width, Colour background, float* rgb);

// Returns the alpha of a picture as u8, one channel; float alpha is rounded. The picture may have
// any format with alpha.
Image alpha_plane(const ImageView& image);

}  // namespace nst
