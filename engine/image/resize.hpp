// Resizing into memory that is there.
#pragma once

#include "nst/image.hpp"

namespace nst {

// Writes `image` (interleaved, 3 or 4 channels, the fourth dropped) at another size to out [h, w,
// 3] in 0..1.
void resize_into(const ImageView& image, Size size, Resize method, float* out);

}  // namespace nst
