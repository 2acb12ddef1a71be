// Tests of strips: every row is computed once, and every row that a strip reads has been computed
// before.
#include "graph/strips.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace nst::test {
namespace {

using kernels::Border;
using kernels::ConvGeometry;
using kernels::ConvSpec;

// Returns a convolution with a kernel of `kernel` rows and an input of in_h rows. Its output is
// divided into blocks of block_h rows, the first of which begins at row first_y.
StripLayer layer(int in_h, int kernel, int stride, int upsample, int block_h, int first_y) {
  const ConvSpec spec{kernel, kernel, 4, 4, stride, upsample, false};
  const int pad = kernel / 2;
  const int out_h = (in_h * upsample + 2 * pad - kernel) / stride + 1;
  const ConvGeometry geometry{in_h, 8, out_h, 8, pad, pad, Border::reflect};
  return {spec, geometry, {first_y, 0, block_h, 8, 4, 0}};
}

// Returns the input rows that output row `y` reads, computed tap by tap and mirrored at the border.
std::vector<int> taps(const StripLayer& l, int y) {
  std::vector<int> rows;
  const int last = l.geometry.in_h * l.spec.upsample - 1;
  for (int k = 0; k < l.spec.kernel_h; ++k) {
    int u = y * l.spec.stride - l.geometry.pad_top + k;
    if (u < 0) u = -u;
    if (u > last) u = 2 * last - u;
    rows.push_back(u / l.spec.upsample);
  }
  return rows;
}

std::vector<std::vector<StripLayer>> chains() {
  std::vector<std::vector<StripLayer>> all;
  for (const int h : {9, 16, 61, 128}) {
    const int half = (h + 1) / 2;
    all.push_back({layer(h, 9, 1, 1, 6, 0), layer(h, 3, 2, 1, 4, 0), layer(half, 3, 2, 1, 3, 0)});
    all.push_back({layer(h, 3, 1, 2, 8, -1), layer(2 * h, 9, 1, 1, 21, 0)});
    all.push_back({layer(h, 3, 1, 2, 5, 0), layer(2 * h, 1, 1, 1, 7, 0),
                   layer(2 * h, 9, 1, 1, 2, 0), layer(2 * h, 1, 1, 1, 50, 0)});
    all.push_back({layer(h, 3, 1, 1, 4, 0)});
  }
  return all;
}

}  // namespace

TEST_CASE("Strips compute every row once and hold every row that they read") {
  for (const std::vector<StripLayer>& chain : chains()) {
    for (const int wanted : {1, 2, 3, 5, 1000}) {
      CAPTURE(chain.front().geometry.in_h);
      CAPTURE(wanted);
      const std::vector<std::vector<Strip>> strips = cut_into_strips(chain, wanted);
      REQUIRE(strips.size() <= static_cast<std::size_t>(chain.back().area_rows()));
      for (std::size_t i = 0; i < chain.size(); ++i) {
        int done = 0;
        int needed = 0;
        int most = 0;
        for (const std::vector<Strip>& strip : strips) {
          REQUIRE(strip[i].rows.begin == done);
          REQUIRE(strip[i].first_needed >= needed);
          done = strip[i].rows.end;
          needed = strip[i].first_needed;
          most = std::max(most, done - needed);
          if (i + 1 == chain.size()) continue;
          for (int y = strip[i + 1].rows.begin; y < strip[i + 1].rows.end; ++y) {
            for (const int row : taps(chain[i + 1], y)) {
              REQUIRE(row >= needed);
              REQUIRE(row < done);
            }
          }
        }
        CHECK(done == chain[i].geometry.out_h);
        CHECK(most_rows_kept(strips, i) == most);
      }
    }
  }
}

TEST_CASE("A convolution overwrites no input row that it still reads") {
  for (const std::vector<StripLayer>& chain : chains()) {
    const StripLayer& l = chain.front();
    const std::ptrdiff_t input_row = 24;
    const std::ptrdiff_t output_row = l.spec.upsample == 2 ? 24 : 40;
    for (const int wanted : {1, 3, 1000}) {
      const std::vector<std::vector<Strip>> strips = cut_into_strips({l}, wanted);
      const std::ptrdiff_t distance = overwriting_distance(l, strips, input_row, output_row);
      // The output begins `distance` floats before the input in memory. It may overwrite input rows
      // that are no longer read. `written` is the end of the output so far, in floats from the
      // input's beginning.
      std::ptrdiff_t written = -distance;
      for (const std::vector<Strip>& strip : strips) {
        const Rows rows = strip.front().rows;
        written = rows.end * output_row - distance;
        for (int y = rows.begin; y < l.geometry.out_h; ++y) {
          for (const int row : taps(l, y)) REQUIRE(row * input_row >= written);
        }
      }
    }
  }
}

}  // namespace nst::test
