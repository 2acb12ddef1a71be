#include <algorithm>
#include <cmath>

#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

double activate(Activation act, double value, double floor) {
  switch (act) {
    case Activation::none:
      return value;
    case Activation::relu:
      return std::max(value, floor);
    case Activation::relu6:
      return std::clamp(value, 0.0, 6.0);
    case Activation::sigmoid:
      return 1.0 / (1.0 + std::exp(-value));
  }
  return value;
}

float at(const ConstView& view, int y, int x, int c) {
  return view.data[(y - view.first_row) * view.row_stride + x * view.pixel_stride + c];
}

float& at(const View& view, int y, int x, int c) {
  return view.data[(y - view.first_row) * view.row_stride + x * view.pixel_stride + c];
}

}  // namespace nst::kernels::reference
