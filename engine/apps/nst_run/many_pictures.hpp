// Painting many pictures in one process.
#pragma once

#include "paint_settings.hpp"

namespace nst::run {

// Exit code: some of the pictures could not be painted.
inline constexpr int kSomeFailed = 7;

// Paints every content in every style (or in their mixture) into the output's folder. A style is
// encoded once; a content is read once. While one picture is painted, another thread writes the one
// before and reads the next content. What fails is reported in one line, and the rest goes on.
// Returns 0, or kSomeFailed. Throws Error for what concerns all pictures: wrong usage, the model,
// no style that can be used.
int paint_many(const PaintSettings& settings);

}  // namespace nst::run
