// Checks that picture samples and style values are in the range that the networks accept.
#pragma once

#include <string>

#include "nst/image.hpp"
#include "nst/style.hpp"

namespace nst {

// How far below 0 or above 1 a float sample may be. Sharpening and cubic resizing give values up to
// 0.2 outside 0..1, which must be accepted. Pictures scaled to 0..255 or -1..1, or normalised by
// mean and deviation, are refused.
inline constexpr float kOvershoot = 0.5f;

// Throws Error{input} "<what>: …" if a colour sample of a float picture is NaN, infinite or more
// than kOvershoot outside 0..1. Alpha and u8 pictures are not checked.
void check_samples(const ImageView& image, const std::string& what);
// Checks row y of a float picture: `count` pixels of `channels` samples, at `row`. Throws as
// check_samples does.
void check_row(const float* row, int count, int channels, int y, const std::string& what);

// Largest magnitude allowed for the values of a style vector. Style vectors of paintings have
// values within ±10; extrapolated blends have values a few times larger.
inline constexpr float kLargestStyleValue = 1e4f;

// Throws Error{input} "<what>: …" if a value of the style vector is NaN, infinite or larger than
// kLargestStyleValue.
void check_style_values(const StyleVector& style, const std::string& what);

}  // namespace nst
