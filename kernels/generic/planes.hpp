// Makes windows (the inputs that a block reads) whose rows are split into planes, one for each
// channel. Algorithms with neighbouring pixels in the lanes use them.
#pragma once

#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {

// Computes the rows of the window `rect` one by one, and calls split(row, to) for each. `row` has
// rect.w pixels of all channels, without gaps. split() writes them to `to`, which has row_floats
// floats and lies in `planes`. row_scratch is memory for one row.
template <class Split>
NST_INLINE void make_planes(const ConvArgs& args, Block block, const Rect& rect,
                            std::ptrdiff_t row_floats, float* row_scratch, float* planes,
                            Split&& split) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  const bool in_place = reads_in_place(args, rect, true) && args.input.x.pixel_stride == spec.in_c;
  int previous = -1;
  for (int r = 0; r < rect.h; ++r) {
    float* to = planes + r * row_floats;
    const int y = rect.y + r;
    const int sy = source_index(y, g.in_h, spec.upsample, g.border);
    if (sy < 0) {
      zero_floats(to, row_floats);
      previous = -1;
      continue;
    }
    if (sy == previous) {
      copy_floats(to - row_floats, to, row_floats);
    } else {
      const float* row = row_scratch;
      if (in_place) {
        row = address(args.input.x, sy, rect.x);
      } else {
        make_window_row(args, rect, sy, row_scratch);
      }
      split(row, to);
    }
    previous = sy;
    // If the caller wants the prologue's output, copies this row of the output from row_scratch. In
    // this case no row is read in place, so row_scratch contains the row.
    if (stores_prologue(args, block, y)) {
      store_prologue(args, block, rect, y, row_scratch);
    }
  }
}

}  // namespace
}  // namespace nst::kernels
