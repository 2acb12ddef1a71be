// Computes differences between two sets of numbers, and reads recorded numbers that tests compare
// with.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <xtensor/xarray.hpp>

#include "nst/nst.hpp"

namespace nst::test {

struct Difference {
  double max = 0.0;
  double mean = 0.0;
};
// Returns the largest and the mean of the absolute differences. Both are infinite if the sizes
// differ, if a set is empty or if a value is not finite.
Difference difference(std::span<const float> a, std::span<const float> b);

// Returns the difference as text, such as "max 1.2e-06, mean 3.4e-08".
std::string to_string(const Difference& d);

std::span<const float> samples(const Image& image);
std::span<const float> samples(const StyleVector& style);

// Reads a float32 .npy file with xtensor instead of the library's own reader. Throws
// std::runtime_error if the file cannot be read.
xt::xarray<float> load_npy(const std::string& path);
// Read a .npy file: a picture of shape [h, w, 3], or a style of any shape.
Image npy_image(const std::string& path);
StyleVector npy_style(const std::string& path);

// The recorded statistics of a layer's output, and a function that computes them from a tensor. The
// standard deviation divides by n.
struct LayerStatistics {
  std::vector<std::int64_t> shape;  // [1, h, w, c]; [1, c] for a vector of c values
  double mean = 0.0, std = 0.0, min = 0.0, max = 0.0;
  std::vector<double> first;  // the first values of the tensor, at most four
};
LayerStatistics layer_statistics(const float* data, int h, int w, int c);

// The differences between a layer's statistics and the recorded ones. The differences of `mean` and
// `std` are relative.
struct LayerDifference {
  bool same_shape = false;
  double mean = 0.0, std = 0.0, first = 0.0;
};
LayerDifference layer_difference(const LayerStatistics& got, const LayerStatistics& want);

}  // namespace nst::test
