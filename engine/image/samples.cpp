#include "image/samples.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>

#include "image/picture_rows.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

constexpr float kLow = -kOvershoot;
constexpr float kHigh = 1.0f + kOvershoot;

// Returns the shortest text that reads back as the same float, such as 255, 1e+30 or nan.
std::string number(float value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return error == std::errc() ? std::string(text, end) : "?";
}

[[noreturn]] void fail(const std::string& what, float value, const std::string& place) {
  const std::string start = what + ": " + place + " is " + number(value);
  if (!std::isfinite(value)) {
    throw Error(ErrorCode::input, start + ", which is not finite; check what wrote it");
  }
  throw Error(ErrorCode::input, start +
                                    ", outside 0..1; divide samples of 0..255 by 255 (-0.5 to 1.5 "
                                    "is let pass)");
}

}  // namespace

void check_row(const float* row, int count, int channels, int y, const std::string& what) {
  // Counts the valid samples. The count has no branches, and uses & instead of &&, so that the
  // compiler uses vector instructions. The check then takes no longer than reading the row. NaN
  // counts as invalid, because comparisons with NaN are false.
  const auto is_good = [](float v) {
    return static_cast<int>(v >= kLow) & static_cast<int>(v <= kHigh);
  };
  int good = 0;
  if (channels == 3) {
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{3} * count; ++i) good += is_good(row[i]);
  } else {
    for (std::ptrdiff_t x = 0; x < count; ++x) {
      for (int c = 0; c < 3; ++c) good += is_good(row[channels * x + c]);
    }
  }
  if (good == 3 * count) return;
  for (std::ptrdiff_t x = 0; x < count; ++x) {
    for (int c = 0; c < 3; ++c) {
      const float value = row[channels * x + c];
      if (is_good(value) != 0) continue;
      fail(what, value,
           "the sample at x " + std::to_string(x) + ", y " + std::to_string(y) + ", channel " +
               std::to_string(c));
    }
  }
}

void check_samples(const ImageView& image, const std::string& what) {
  if (image.type != SampleType::f32) return;
  if (image.format == PixelFormat::rgb) {
    for (int y = 0; y < image.height; ++y) {
      check_row(view_row<float>(image, y), image.width, image.channels, y, what);
    }
    return;
  }
  RgbRows<float> rows(image, std::nullopt);
  for (int y = 0; y < image.height; ++y) check_row(rows.row(y), image.width, 3, y, what);
}

void check_style_values(const StyleVector& style, const std::string& what) {
  for (std::size_t i = 0; i < style.values.size(); ++i) {
    const float value = style.values[i];
    if (std::abs(value) <= kLargestStyleValue) continue;
    const std::string start = what + ": value " + std::to_string(i) + " is " + number(value);
    throw Error(ErrorCode::input, start +
                                      (std::isfinite(value) ? ", far outside what a style can be"
                                                            : ", which is not finite") +
                                      "; check what wrote it");
  }
}

}  // namespace nst
