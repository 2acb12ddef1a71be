// What is fetched beside the products of transformed tiles, a few lines at a time: all at once, or
// when it is needed, it would be waited for.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// The weights of the next product. A layer reads them from memory once, and often from the
// third-level cache: the residual layers' 2.4 MB. Each turn of a register tile's loop fetches a
// part of the weights that stand where its own do; four tiles fetch them all.
class NextWeights {
 public:
  // distance: floats from a weight to the one at its place in the next product; 0: fetch nothing.
  NST_INLINE explicit NextWeights(std::ptrdiff_t distance) : first_(distance), at_(distance) {}
  NST_INLINE void chain() const {}
  NST_INLINE void turn(const float* weights) const {
    if (at_ == 0) return;
    const float* at = weights + at_;
    hide(at);
    unroll<kLines>([&](auto i) __attribute__((always_inline)) { fetch_nearer(at + i * kLine); });
  }
  NST_INLINE void next_tile() {
    if (first_ == 0) return;
    at_ += kLines * kLine;
    if (at_ == first_ + kParts * kLines * kLine) at_ = first_;
  }

 private:
  // Of a turn's twelve lines: six channels (a group of paired_products::SidesOfTwo) for two
  // vectors.
  static constexpr int kParts = 4;
  static constexpr int kLines = 3;
  std::ptrdiff_t first_, at_;
};

// As NextWeights where nothing is fetched.
struct NoFetches {
  NoFetches() = default;
  NST_INLINE explicit NoFetches(const NextWeights&) {}
  NST_INLINE void chain() const {}
  NST_INLINE void turn(const float*) const {}
  NST_INLINE void next_tile() const {}
};

// Part n of `parts` of the outputs that a block is about to have in the channels of a panel:
// writing a line fetches it first (1024²: 4.1 of 45.6 ms).
NST_INLINE void fetch_outputs(const View& output, Block block, int first, int width, int n,
                              int parts) {
  const int pixels = block.h * block.w;
  const int end = pixels * (n + 1) / parts;
  int i = pixels * n / parts;
  int y = i / block.w;
  int x = i % block.w;
  for (; i < end; ++i) {
    const float* const at = address(output, block.y + y, block.x + x) + first;
    for (int c = 0; c < width; c += kLine) fetch_nearer(at + c);
    if (++x == block.w) {
      x = 0;
      ++y;
    }
  }
}

}  // namespace
}  // namespace nst::kernels
