// Prefetches memory that will be needed after the current product, a few cache lines at a time.
// Prefetching all lines at once would make the product wait.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// Prefetches weights in a Winograd algorithm, which computes one matrix product after another. Each
// product has weights of its own, which often come from L3 or memory (2.4 MB in a residual layer).
// While the current product multiplies a group of channels, a quarter of the next product's weights
// for this group is prefetched. After four register tiles all four quarters have been prefetched.
class NextWeights {
 public:
  // `distance` is the number of floats from the current product's weights to those of the next
  // product, which are prefetched. 0 means that nothing is prefetched.
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
  // The weights of a group fill twelve cache lines: six channels (paired_products::SidesOfTwo) ×
  // two vectors. A quarter of them, three lines, is prefetched at a time.
  static constexpr int kParts = 4;
  static constexpr int kLines = 3;
  std::ptrdiff_t first_, at_;
};

// Takes the place of NextWeights where no weights are prefetched: its functions do nothing.
struct NoPrefetch {
  NoPrefetch() = default;
  NST_INLINE explicit NoPrefetch(const NextWeights&) {}
  NST_INLINE void before_chain() const {}
  NST_INLINE void before_group(const float*) const {}
  NST_INLINE void next_tile() const {}
};

// Prefetches a part of the memory to which a block will write the channels of one panel: the n-th
// of `parts` equal parts. Without prefetching, each write waits until its cache line is loaded. In
// a residual layer, for a picture of 1024×1024 pixels, this took 4.1 of 45.6 ms.
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
