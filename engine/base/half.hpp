// Conversion between float and IEEE 754 half precision (binary16).
#pragma once

#include <bit>
#include <cstdint>

namespace nst {

// Returns the exact value of a half. The half's bits, shifted to their places in a float, give a
// value that is 2^-112 times too small. This holds for subnormals too. (112 = 127 - 15 is the
// difference of the exponent biases.) Infinity and NaN get the highest exponent in a separate step.
// The conversion has no branches, so that compilers vectorise it.
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t magnitude = half & 0x7fffu;
  const std::uint32_t top_exponent = magnitude >= 0x7c00u ? 0x7f800000u : 0u;
  const float value = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | top_exponent | sign);
}

// Returns the half nearest to a float. If two are equally near, returns the one with an even
// mantissa. A value beyond the largest half gives infinity. A NaN stays a NaN.
inline std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u;
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  const auto with_sign = [sign](std::uint32_t half) {
    return static_cast<std::uint16_t>(sign | half);
  };
  // A NaN keeps the top 10 bits of its mantissa. If these are all 0, one is set: otherwise the half
  // would be infinity.
  if (magnitude > 0x7f800000u) {
    const std::uint32_t payload = (magnitude >> 13) & 0x3ffu;
    return with_sign(0x7c00u | (payload != 0 ? payload : 0x200u));
  }
  // From 65520 on, the result is infinity. The largest half is 65504.
  if (magnitude >= 0x477ff000u) return with_sign(0x7c00u);
  if (magnitude < 0x38800000u) {  // below 2^-14, the smallest normal half
    // At 2^-1, neighbouring floats differ by 2^-24, the smallest subnormal half. So adding 2^-1
    // makes the hardware round to a multiple of 2^-24, to nearest even.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return with_sign(std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5f));
  }
  const std::uint32_t rounding = 0xfffu + ((magnitude >> 13) & 1u);
  return with_sign((magnitude - (112u << 23) + rounding) >> 13);
}

}  // namespace nst
