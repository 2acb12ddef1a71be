// The shapes of the layers that the tests of convolutions compute.
#pragma once

#include <algorithm>
#include <vector>

#include "tests/kernels/support.hpp"

namespace nst::kernels::test {

// The kinds of padding in the networks: VALID and SAME of TensorFlow, and reflect by half the
// kernel.
enum class Padding { valid, same, reflect };

inline ConvGeometry geometry_of(const ConvSpec& s, Padding padding, int h, int w) {
  ConvGeometry g{};
  g.in_h = h;
  g.in_w = w;
  const auto axis = [&](int side, int kernel, int& out, int& pad) {
    const int upsampled = side * s.upsample;
    if (padding == Padding::valid) {
      pad = 0;
      out = (upsampled - kernel) / s.stride + 1;
    } else if (padding == Padding::same) {
      out = (upsampled + s.stride - 1) / s.stride;
      pad = std::max(0, (out - 1) * s.stride + kernel - upsampled) / 2;
    } else {
      pad = kernel / 2;
      out = (upsampled + 2 * pad - kernel) / s.stride + 1;
    }
  };
  axis(h, s.kernel_h, g.out_h, g.pad_top);
  axis(w, s.kernel_w, g.out_w, g.pad_left);
  g.border = padding == Padding::reflect ? Border::reflect : Border::zero;
  return g;
}

struct Shape {
  ConvSpec spec;
  Padding padding;
  int h, w;
};

// Every kind of layer that the networks have, at sizes small enough for the slow reference, and
// layers with unusual sizes.
inline const std::vector<Shape> kShapes = {
    {{9, 9, 3, 32, 1, 1, false}, Padding::reflect, 17, 70},
    {{9, 9, 3, 8, 1, 1, false}, Padding::reflect, 19, 70},
    {{3, 3, 32, 64, 2, 1, false}, Padding::reflect, 21, 37},
    {{3, 3, 8, 16, 2, 1, false}, Padding::reflect, 22, 135},
    {{3, 3, 128, 128, 1, 1, false}, Padding::reflect, 9, 16},
    {{3, 3, 32, 32, 1, 1, false}, Padding::reflect, 16, 65},
    {{3, 3, 32, 16, 1, 2, false}, Padding::reflect, 9, 36},
    {{3, 3, 16, 8, 1, 2, false}, Padding::reflect, 18, 35},
    {{9, 9, 32, 3, 1, 1, false}, Padding::reflect, 18, 40},
    {{9, 9, 8, 3, 1, 1, false}, Padding::reflect, 18, 70},
    {{9, 9, 21, 37, 1, 1, false}, Padding::same, 13, 11},
    {{9, 9, 3, 2, 1, 1, false}, Padding::reflect, 5, 151},
    {{9, 9, 5, 4, 1, 1, false}, Padding::valid, 30, 9},
    {{6, 6, 9, 12, 1, 1, false}, Padding::same, 10, 8},
    {{5, 5, 16, 3, 1, 1, false}, Padding::reflect, 8, 40},
    {{3, 3, 3, 32, 2, 1, false}, Padding::valid, 35, 41},
    {{3, 3, 3, 32, 2, 1, false}, Padding::same, 34, 40},
    {{1, 1, 64, 80, 1, 1, false}, Padding::valid, 11, 73},
    {{1, 1, 100, 5, 1, 1, false}, Padding::valid, 1, 1},
    {{1, 1, 144, 24, 1, 1, false}, Padding::same, 9, 7},
    {{1, 1, 30, 11, 1, 1, false}, Padding::same, 3, 11},
    {{1, 1, 20, 40, 1, 1, false}, Padding::same, 5, 13},
    // The next three layers have nine vectors of channels, for vectors of 4, 8 and 16 lanes. Nine
    // vectors make more than one block, and leave three vectors for the last panel.
    {{1, 1, 9, 36, 1, 1, false}, Padding::same, 5, 13},
    {{1, 1, 17, 72, 1, 1, false}, Padding::same, 5, 13},
    {{1, 1, 70, 144, 1, 1, false}, Padding::same, 5, 13},
    {{1, 1, 33, 150, 1, 1, false}, Padding::same, 3, 3},
    {{1, 1, 200, 39, 1, 1, false}, Padding::same, 4, 9},
    {{1, 1, 70, 45, 1, 1, false}, Padding::same, 5, 10},
    {{1, 1, 287, 70, 1, 1, false}, Padding::same, 5, 11},
    {{1, 1, 12, 17, 1, 1, false}, Padding::same, 2, 21},
    {{3, 3, 3, 24, 2, 1, false}, Padding::same, 20, 18},
    {{5, 5, 48, 64, 1, 1, false}, Padding::same, 7, 9},
    {{1, 7, 40, 24, 1, 1, false}, Padding::same, 6, 17},
    {{7, 1, 24, 40, 1, 1, false}, Padding::same, 17, 6},
    {{1, 7, 20, 210, 1, 1, false}, Padding::same, 14, 14},
    {{5, 5, 17, 30, 1, 1, false}, Padding::reflect, 13, 21},
    {{3, 3, 40, 200, 2, 1, false}, Padding::valid, 15, 15},
    {{3, 3, 30, 33, 2, 1, false}, Padding::valid, 9, 9},
    {{1, 1, 13, 29, 2, 1, false}, Padding::same, 7, 8},
    {{2, 4, 5, 7, 1, 1, false}, Padding::same, 8, 5},
    {{3, 3, 1, 1, 1, 1, false}, Padding::same, 1, 1},
    {{3, 3, 32, 32, 1, 1, true}, Padding::same, 14, 67},
    {{3, 3, 96, 96, 2, 1, true}, Padding::same, 15, 14},
    {{3, 3, 37, 37, 1, 1, true}, Padding::reflect, 6, 7},
    // Depthwise layers. Some pictures are so small that the window of an output crosses two
    // opposite borders. Two of the inputs are larger than an L2 cache of 1 MiB, because kernels
    // prefetch only such inputs.
    {{3, 3, 16, 16, 1, 1, true}, Padding::same, 1, 1},
    {{3, 3, 48, 48, 2, 1, true}, Padding::same, 1, 2},
    {{3, 3, 16, 16, 2, 1, true}, Padding::same, 3, 1},
    {{3, 3, 48, 48, 1, 1, true}, Padding::same, 2, 9},
    {{3, 3, 32, 32, 2, 1, true}, Padding::same, 90, 93},
    {{3, 3, 32, 32, 1, 1, true}, Padding::same, 91, 91},
    {{3, 3, 64, 64, 1, 2, true}, Padding::reflect, 5, 9},
    {{9, 9, 32, 32, 1, 1, true}, Padding::reflect, 12, 9},
    {{9, 9, 3, 3, 1, 1, true}, Padding::reflect, 12, 9},
};

inline ConvCase case_of(const Shape& shape) {
  ConvCase conv;
  conv.spec = shape.spec;
  conv.geometry = geometry_of(shape.spec, shape.padding, shape.h, shape.w);
  return conv;
}

}  // namespace nst::kernels::test
