// A slow, simple version of the Gaussian blur, with which tests compare the fast one.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "image/float_picture.hpp"

namespace nst::test {

inline int mirrored(int i, int n) {
  while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
  return i;
}

// The slow twin of blur: a Gaussian of standard deviation `sigma`, computed in double at every
// pixel, along one axis after the other. The picture is mirrored at its edges. The kernel reaches
// `reach` times sigma to each side.
inline FloatPicture blurred_slowly(const FloatPicture& in, double sigma, double reach) {
  const int radius = static_cast<int>(std::ceil(reach * sigma));
  std::vector<double> weights;
  double sum = 0.0;
  for (int k = -radius; k <= radius; ++k) {
    weights.push_back(std::exp(-0.5 * k * k / (sigma * sigma)));
    sum += weights.back();
  }
  const int w = in.width(), h = in.height();
  std::vector<double> columns(std::size_t{3} * w * h);
  FloatPicture out(in.size());
  for (int y = 0; y < h; ++y) {
    for (int i = 0; i < 3 * w; ++i) {
      double value = 0.0;
      for (int k = -radius; k <= radius; ++k) {
        value += weights[k + radius] / sum * in.row(mirrored(y + k, h))[i];
      }
      columns[std::size_t{3} * w * y + i] = value;
    }
  }
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      for (int c = 0; c < 3; ++c) {
        double value = 0.0;
        for (int k = -radius; k <= radius; ++k) {
          value += weights[k + radius] / sum *
                   columns[std::size_t{3} * w * y + 3 * mirrored(x + k, w) + c];
        }
        out.row(y)[3 * x + c] = static_cast<float>(value);
      }
    }
  }
  return out;
}

}  // namespace nst::test
