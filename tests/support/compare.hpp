// How far two sets of numbers are apart, and the recorded numbers tests compare with.
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
// Of absolute differences; infinite if the sizes differ, if either is empty or if any value is not
// finite.
Difference difference(std::span<const float> a, std::span<const float> b);

// "max 1.2e-06, mean 3.4e-08".
std::string to_string(const Difference& d);

std::span<const float> samples(const Image& image);
std::span<const float> samples(const StyleVector& style);

// A float32 .npy file, read by xtensor: what the engine is held against does not pass through the
// engine's own reader. Throws std::runtime_error if it cannot be read.
xt::xarray<float> load_npy(const std::string& path);
// An [h, w, 3] file as a picture, any other as a style.
Image npy_image(const std::string& path);
StyleVector npy_style(const std::string& path);

// What is recorded of a layer, and the same of a tensor at hand. The standard deviation divides by
// n.
struct LayerStatistics {
  std::vector<std::int64_t> shape;  // [1, h, w, c] or [1, c]
  double mean = 0.0, std = 0.0, min = 0.0, max = 0.0;
  std::vector<double> first;  // up to 4
};
LayerStatistics layer_statistics(const float* data, int h, int w, int c);

// One layer's departure from the record; mean and std are relative.
struct LayerDifference {
  bool same_shape = false;
  double mean = 0.0, std = 0.0, first = 0.0;
};
LayerDifference layer_difference(const LayerStatistics& got, const LayerStatistics& want);

}  // namespace nst::test
