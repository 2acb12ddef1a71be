// Limits of samples and style values: the networks paint only numbers that can be a picture or a
// style.
#pragma once

#include <string>

#include "nst/image.hpp"
#include "nst/style.hpp"

namespace nst {

// How far a float sample may be outside 0..1. Sharpening and cubic resizing overshoot by a fifth.
// Samples of 0..255, of -1..1, and those normalised by mean and deviation are refused.
inline constexpr float kOvershoot = 0.5f;

// Throws Error{input} "<what>: …" if a colour of a float picture is NaN, infinite or more than
// kOvershoot outside 0..1. Does nothing for u8 pictures; alpha is not checked.
void check_samples(const ImageView& image, const std::string& what);
// Checks `count` pixels of `channels` samples at `row`, which is row y of a picture. Throws as
// check_samples.
void check_row(const float* row, int count, int channels, int y, const std::string& what);

// Largest magnitude of a style's values. The values of paintings are within ±10, those of
// extrapolating blends a few times larger.
inline constexpr float kLargestStyleValue = 1e4f;

// Throws Error{input} "<what>: …" if a value of the style is NaN, infinite or larger than
// kLargestStyleValue.
void check_style_values(const StyleVector& style, const std::string& what);

}  // namespace nst
