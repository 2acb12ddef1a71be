#include "support/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnpy.hpp>

namespace nst::test {

Difference difference(std::span<const float> a, std::span<const float> b) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (a.size() != b.size() || a.empty()) return {kInfinity, kInfinity};
  Difference result;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - b[i]);
    if (!std::isfinite(d)) return {kInfinity, kInfinity};
    result.max = std::max(result.max, d);
    result.mean += d;
  }
  result.mean /= static_cast<double>(a.size());
  return result;
}

std::string to_string(const Difference& d) {
  char text[64];
  std::snprintf(text, sizeof(text), "max %.1e, mean %.1e", d.max, d.mean);
  return text;
}

std::span<const float> samples(const Image& image) {
  if (image.type != SampleType::f32) return {};
  return {image.f32(), image.sample_count()};
}

std::span<const float> samples(const StyleVector& style) { return style.values; }

xt::xarray<float> load_npy(const std::string& path) { return xt::load_npy<float>(path); }

Image npy_image(const std::string& path) {
  const xt::xarray<float> array = load_npy(path);
  if (array.dimension() != 3 || array.shape(2) != 3) {
    throw Error(ErrorCode::input, path + ": not [h, w, 3]");
  }
  Image image(static_cast<int>(array.shape(1)), static_cast<int>(array.shape(0)), 3,
              SampleType::f32);
  std::copy(array.begin(), array.end(), image.f32());
  return image;
}

StyleVector npy_style(const std::string& path) {
  const xt::xarray<float> array = load_npy(path);
  StyleVector style(array.size());
  std::copy(array.begin(), array.end(), style.values.begin());
  return style;
}

LayerStatistics layer_statistics(const float* data, int h, int w, int c) {
  LayerStatistics s;
  s.shape =
      h == 1 && w == 1 ? std::vector<std::int64_t>{1, c} : std::vector<std::int64_t>{1, h, w, c};
  const std::size_t count = static_cast<std::size_t>(h) * w * c;
  const xt::xtensor<double, 1> values =
      xt::adapt(data, count, xt::no_ownership(), std::array{count});
  s.mean = xt::mean(values)();
  s.std = std::sqrt(xt::mean(xt::square(values - s.mean))());
  s.min = xt::amin(values)();
  s.max = xt::amax(values)();
  s.first.assign(data, data + std::min<std::size_t>(count, 4));
  return s;
}

LayerDifference layer_difference(const LayerStatistics& got, const LayerStatistics& want) {
  LayerDifference d;
  d.same_shape = got.shape == want.shape && got.first.size() == want.first.size();
  if (!d.same_shape) return d;
  // Divides the error of the mean by the mean or, if that is larger, by 1 % of the standard
  // deviation. The mean alone may be near zero, because values of both signs may cancel.
  const double size = std::max(std::abs(want.mean), 0.01 * want.std);
  d.mean = std::abs(got.mean - want.mean) / size;
  d.std = std::abs(got.std - want.std) / want.std;
  for (std::size_t i = 0; i < got.first.size(); ++i) {
    d.first = std::max(d.first, std::abs(got.first[i] - want.first[i]));
  }
  return d;
}

}  // namespace nst::test
