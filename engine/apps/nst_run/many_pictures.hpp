// Paints many pictures in one process.
#pragma once

#include "paint_settings.hpp"

namespace nst::run {

// Exit code if some pictures could not be painted.
inline constexpr int kSomeFailed = 7;

// Paints every content in every style, or in the mixture of the styles, into the output's folder.
// Each style is encoded once; each content is read once. While one picture is painted, another
// thread writes the previous picture and reads the next content. A picture that fails is reported
// in one line, and the other pictures are still painted. Returns 0, or kSomeFailed. Throws Error
// for failures of the whole run: wrong usage, an unusable model, or no usable style.
int paint_many(const PaintSettings& settings);

}  // namespace nst::run
