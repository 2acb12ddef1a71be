// Which numbers are a picture or a style: what the networks are asked to paint must be in their
// reach.
#pragma once

#include <string>

#include "nst/image.hpp"
#include "nst/style.hpp"

namespace nst {

// A float sample may lie this far outside 0..1. Sharpening and resizing by cubics overshoot by a
// fifth; samples of 0..255, of -1..1 and those normalised by mean and deviation do not pass.
inline constexpr float kOvershoot = 0.5f;

// Throws Error{input} "<what>: …" for a float picture with a colour that is NaN, infinite or more
// than kOvershoot outside 0..1. Does nothing for u8 pictures; alpha is not looked at.
void check_samples(const ImageView& image, const std::string& what);
// The same for `count` pixels of `channels` at `row`, row y of a picture.
void check_row(const float* row, int count, int channels, int y, const std::string& what);

// No value of a style is anywhere near this far from 0: paintings' lie within ±10, blends that
// extrapolate a few times further.
inline constexpr float kLargestStyleValue = 1e4f;

// Throws Error{input} "<what>: …" for a style with a value that is NaN, infinite or larger.
void check_style_values(const StyleVector& style, const std::string& what);

}  // namespace nst
