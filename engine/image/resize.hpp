// Resizes a picture into memory that the caller provides.
#pragma once

#include "nst/image.hpp"

namespace nst {

// Writes `image`, resized to `size`, to out [h, w, 3] in 0..1. `image` is interleaved and has 3 or
// 4 channels; the fourth channel is dropped. Uses up to `threads` threads; the result is the same
// for any number of threads.
void resize_into(const ImageView& image, Size size, Resize method, float* out, int threads = 1);

}  // namespace nst
