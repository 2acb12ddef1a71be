#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

void spatial_mean(ConstView x, int h, int w, int channel_begin, int channel_end, float* out) {
  for (int c = channel_begin; c < channel_end; ++c) {
    double sum = 0;
    for (int row = 0; row < h; ++row) {
      for (int col = 0; col < w; ++col) sum += at(x, row + x.first_row, col, c);
    }
    out[c] = static_cast<float>(sum / (static_cast<double>(h) * w));
  }
}

}  // namespace nst::kernels::reference
