// Checks samples and style values: the networks accept only numbers that a picture or a style can
// have.
#pragma once

#include <string>

#include "nst/image.hpp"
#include "nst/style.hpp"

namespace nst {

// The distance outside 0..1 that a float sample may have. Sharpening and cubic resizing overshoot
// by up to a fifth. Pictures scaled to 0..255 or -1..1, or normalised by mean and deviation, are
// refused.
inline constexpr float kOvershoot = 0.5f;

// Throws Error{input} "<what>: …" if a colour sample of a float picture is NaN, infinite or more
// than kOvershoot outside 0..1. Alpha and u8 pictures are not checked.
void check_samples(const ImageView& image, const std::string& what);
// Checks row y of a picture: `count` pixels of `channels` samples, at `row`. Throws as
// check_samples does.
void check_row(const float* row, int count, int channels, int y, const std::string& what);

// Largest magnitude allowed for the values of a style vector. Paintings have values within ±10;
// extrapolating blends have a few times more.
inline constexpr float kLargestStyleValue = 1e4f;

// Throws Error{input} "<what>: …" if a value of the style vector is NaN, infinite or larger than
// kLargestStyleValue.
void check_style_values(const StyleVector& style, const std::string& what);

}  // namespace nst
