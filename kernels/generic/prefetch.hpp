// Prefetches what comes after a product, a few cache lines at a time. All lines at once would make
// the products wait.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// Prefetches the weights of the next product. A layer reads its weights once, often from L3 or
// memory (a residual layer's are 2.4 MB). Before each group of pairs, a tile loop prefetches a part
// of the weights at its own place in the next product. Four register tiles prefetch them all.
class NextWeights {
 public:
  // distance: floats from a weight to the weight at its place in the next product; 0: prefetches
  // nothing.
  NST_INLINE explicit NextWeights(std::ptrdiff_t distance) : first_(distance), at_(distance) {}
  NST_INLINE void before_chain() const {}
  NST_INLINE void before_group(const float* weights) const {
    if (at_ == 0) return;
    const float* at = weights + at_;
    optimizer_barrier(at);
    unroll<kLines>([&](auto i) __attribute__((always_inline)) { prefetch_l2(at + i * kLine); });
  }
  NST_INLINE void next_tile() {
    if (first_ == 0) return;
    at_ += kLines * kLine;
    if (at_ == first_ + kParts * kLines * kLine) at_ = first_;
  }

 private:
  // A group reads twelve lines: six channels (paired_products::SidesOfTwo) of two
  // vectors. A quarter of them is prefetched.
  static constexpr int kParts = 4;
  static constexpr int kLines = 3;
  std::ptrdiff_t first_, at_;
};

// Same interface as NextWeights; prefetches nothing.
struct NoPrefetch {
  NoPrefetch() = default;
  NST_INLINE explicit NoPrefetch(const NextWeights&) {}
  NST_INLINE void before_chain() const {}
  NST_INLINE void before_group(const float*) const {}
  NST_INLINE void next_tile() const {}
};

// Prefetches part n of `parts` of the outputs that a block is about to write, in the channels of
// one panel. A write loads the cache line first (measured at 1024²: 4.1 of 45.6 ms).
NST_INLINE void prefetch_outputs(const View& output, Block block, int first, int width, int n,
                                 int parts) {
  const int pixels = block.h * block.w;
  const int end = pixels * (n + 1) / parts;
  int i = pixels * n / parts;
  int y = i / block.w;
  int x = i % block.w;
  for (; i < end; ++i) {
    const float* const at = address(output, block.y + y, block.x + x) + first;
    for (int c = 0; c < width; c += kLine) prefetch_l2(at + c);
    if (++x == block.w) {
      x = 0;
      ++y;
    }
  }
}

}  // namespace
}  // namespace nst::kernels
