// Composes ICC profiles byte by byte, and computes the colours that they describe in double
// precision.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace nst::test {

// The RGB colour space of a profile: its primaries as columns of XYZ relative to D50 (ICC.1, 6.3.2)
// and its curve.
struct RgbSpace {
  std::array<std::array<double, 3>, 3> xyz;  // xyz[i]: X, Y and Z of primary i
  double gamma;                              // exponent of the curve; 0: the curve of sRGB
};

extern const RgbSpace kSrgb, kDisplayP3, kAdobeRgb, kProPhoto;

// Returns an ICC display profile of version 2 for an RGB colour space, with a matrix and curves.
std::vector<std::uint8_t> rgb_profile(const RgbSpace& space);
// Returns an ICC display profile for grey pictures, whose curve is a power with this exponent.
std::vector<std::uint8_t> grey_profile(double gamma);
// Returns a CMYK printer profile. Its table has the Lab colours of the 16 combinations of no ink
// and full ink; colours between them are interpolated. Paper is Lab (100, 0, 0). C, M and Y each
// subtract a share of the lightness. Full K is Lab (0, 0, 0).
std::vector<std::uint8_t> cmyk_profile();

// Converts a colour of another space, 0..1, to sRGB. Returns its samples in the range 0..255, not
// rounded. The steps: linear light, matrix, clipping to 0..1, the curve of sRGB.
std::array<double, 3> to_srgb(const RgbSpace& space, const std::array<double, 3>& unit);

}  // namespace nst::test
