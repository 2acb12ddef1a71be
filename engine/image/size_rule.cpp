// Computes the sizes of resized pictures: by SizeRule, and by Magenta's formula for the shorter
// side.
#include "image/size_rule.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "image/codec.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

// Largest aspect (longer side / shorter side) to which a style is resized by its shorter side. A
// style with a larger aspect gets as many pixels as one with this aspect. Otherwise 1×300 pixels
// would become 256×76800.
constexpr float kMostAspect = 16.0f;

// Returns one side of the resized picture by Magenta's formula, but at least 1. Computed in
// float32, as Magenta does.
std::int64_t scaled(int side, float factor) {
  const float product = static_cast<float>(side) * factor;
  return std::max<std::int64_t>(static_cast<std::int64_t>(product), 1);
}

Size checked(std::int64_t width, std::int64_t height) {
  constexpr auto kMost = static_cast<std::int64_t>(kMaxPixels);
  if (width > kMost || height > kMost || width * height > kMost) {
    throw Error(ErrorCode::limit, std::to_string(width) + "x" + std::to_string(height) +
                                      " is more than 2^28 pixels; choose a smaller size");
  }
  return {static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace

Size shorter_side_size(Size picture, int side, bool bounds_aspect) {
  const auto shorter = static_cast<float>(std::min(picture.width, picture.height));
  const auto longer = static_cast<float>(std::max(picture.width, picture.height));
  float factor = static_cast<float>(side) / shorter;
  if (bounds_aspect && longer > kMostAspect * shorter) {
    factor /= std::sqrt(longer / shorter / kMostAspect);
  }
  // Throws Error{limit} for sides that are far too large. Otherwise their product could overflow.
  constexpr float kHuge = 1e9f;
  if (longer * factor > kHuge) return checked(std::int64_t{1} << 30, 1);
  return checked(scaled(picture.width, factor), scaled(picture.height, factor));
}

Size apply(const SizeRule& rule, Size picture) {
  if (rule.shorter_side < 0 || rule.exact.width < 0 || rule.exact.height < 0) {
    throw Error(ErrorCode::usage, "a size must not be negative");
  }
  if (rule.shorter_side > 0) return shorter_side_size(picture, rule.shorter_side, false);
  if (rule.exact == Size{}) return picture;
  if (rule.exact.width == 0 || rule.exact.height == 0) {
    throw Error(ErrorCode::usage, "a size needs both sides, or the shorter one alone");
  }
  return checked(rule.exact.width, rule.exact.height);
}

}  // namespace nst
