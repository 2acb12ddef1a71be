// Max and average pooling. The lanes of a vector are channels of one pixel.
#pragma once

#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// The part of an output pixel's pooling window that lies inside the picture.
struct PoolWindow {
  int y_begin, y_end, x_begin, x_end;
};

NST_INLINE PoolWindow pool_window(const PoolArgs& args, int y, int x) {
  const ConvGeometry& g = args.geometry;
  const int top = y * args.stride - g.pad_top;
  const int left = x * args.stride - g.pad_left;
  return {max_of(top, 0), min_of(top + args.kernel, g.in_h), max_of(left, 0),
          min_of(left + args.kernel, g.in_w)};
}

// Computes n channels of one output pixel, beginning at channel c.
NST_INLINE Vec pool_vector(const PoolArgs& args, const PoolWindow& w, int c, int n) {
  const bool is_max = args.kind == PoolKind::max;
  Vec result =
      is_max ? load_masked(address(args.input, w.y_begin, w.x_begin) + c, n) : broadcast(0.0f);
  for (int y = w.y_begin; y < w.y_end; ++y) {
    for (int x = w.x_begin; x < w.x_end; ++x) {
      const Vec v = load_masked(address(args.input, y, x) + c, n);
      result = is_max ? maximum(result, v) : result + v;
    }
  }
  if (is_max) return result;
  const int count = (w.y_end - w.y_begin) * (w.x_end - w.x_begin);
  return quotient(result, broadcast(static_cast<float>(count)));
}

void pool(const PoolArgs& args, Block block) {
  for (int y = block.y; y < block.y + block.h; ++y) {
    for (int x = block.x; x < block.x + block.w; ++x) {
      const PoolWindow window = pool_window(args, y, x);
      float* out = address(args.output, y, x);
      for (int c = 0; c < args.channels; c += kLanes) {
        const int n = min_of(args.channels - c, kLanes);
        store_masked(out + c, pool_vector(args, window, c, n), n);
      }
    }
  }
}

}  // namespace
}  // namespace nst::kernels
