#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

void dense(const float* x, int in_n, const float* weights, const float* bias, int out_n,
           float* out) {
  for (int j = 0; j < out_n; ++j) {
    double sum = bias[j];
    for (int i = 0; i < in_n; ++i) {
      sum += static_cast<double>(x[i]) * weights[static_cast<std::ptrdiff_t>(i) * out_n + j];
    }
    out[j] = static_cast<float>(sum);
  }
}

}  // namespace nst::kernels::reference
