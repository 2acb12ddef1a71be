// Computes the blocks into which a ConvBlocking cuts a convolution's output.
#include <algorithm>

#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

int ceil_div(int a, int b) { return (a + b - 1) / b; }

}  // namespace

int spatial_block_count(const ConvBlocking& b, int out_h, int out_w) {
  return ceil_div(out_h - b.first_y, b.block_h) * ceil_div(out_w - b.first_x, b.block_w);
}

Block nth_spatial_block(const ConvBlocking& b, int out_h, int out_w, int n) {
  const int columns = ceil_div(out_w - b.first_x, b.block_w);
  const int y = b.first_y + n / columns * b.block_h;
  const int x = b.first_x + n % columns * b.block_w;
  const int top = std::max(y, 0);
  const int left = std::max(x, 0);
  return {top, left, std::min(y + b.block_h, out_h) - top, std::min(x + b.block_w, out_w) - left,
          0,   0};
}

int block_count(const ConvBlocking& b, int out_h, int out_w, int out_c) {
  return spatial_block_count(b, out_h, out_w) * ceil_div(out_c, b.block_c);
}

Block nth_block(const ConvBlocking& b, int out_h, int out_w, int out_c, int n) {
  const int spatial_blocks = spatial_block_count(b, out_h, out_w);
  Block block = nth_spatial_block(b, out_h, out_w, n % spatial_blocks);
  block.first_c = n / spatial_blocks * b.block_c;
  block.channels = std::min(b.block_c, out_c - block.first_c);
  return block;
}

}  // namespace nst::kernels
