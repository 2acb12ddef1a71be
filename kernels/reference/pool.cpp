#include <algorithm>
#include <limits>

#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

namespace {

double pooled(const PoolArgs& args, int y, int x, int c) {
  const ConvGeometry& g = args.geometry;
  double sum = 0;
  double largest = -std::numeric_limits<double>::infinity();
  int count = 0;
  for (int ky = 0; ky < args.kernel; ++ky) {
    for (int kx = 0; kx < args.kernel; ++kx) {
      const int iy = y * args.stride + ky - g.pad_top;
      const int ix = x * args.stride + kx - g.pad_left;
      if (iy < 0 || iy >= g.in_h || ix < 0 || ix >= g.in_w) continue;
      const double value = at(args.input, iy, ix, c);
      sum += value;
      largest = std::max(largest, value);
      ++count;
    }
  }
  return args.kind == PoolKind::max ? largest : sum / count;
}

}  // namespace

void pool(const PoolArgs& args, Block block) {
  for (int y = block.y; y < block.y + block.h; ++y) {
    for (int x = block.x; x < block.x + block.w; ++x) {
      for (int c = 0; c < args.channels; ++c) {
        at(args.output, y, x, c) = static_cast<float>(pooled(args, y, x, c));
      }
    }
  }
}

}  // namespace nst::kernels::reference
