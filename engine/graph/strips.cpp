#include "graph/strips.hpp"

#include <algorithm>

namespace nst {
namespace {

int ceil_div(int a, int b) { return (a + b - 1) / b; }

int floor_div(int a, int b) { return a >= 0 ? a / b : -ceil_div(-a, b); }

// Returns the number of area rows (rows of spatial blocks) that cover the output rows [0, rows).
int areas_that_hold(const StripLayer& layer, int rows) {
  return ceil_div(rows - layer.blocking.first_y, layer.blocking.block_h);
}

}  // namespace

int StripLayer::area_rows() const { return areas_that_hold(*this, geometry.out_h); }

int StripLayer::area_columns() const {
  return ceil_div(geometry.out_w - blocking.first_x, blocking.block_w);
}

Rows StripLayer::rows_of(Rows areas) const {
  const auto first_row = [&](int area) {
    return std::clamp(blocking.first_y + area * blocking.block_h, 0, geometry.out_h);
  };
  return {first_row(areas.begin), first_row(areas.end)};
}

// Returns only rows inside the picture. A mirrored row outside it repeats a row near the border,
// which is among the returned rows.
Rows StripLayer::rows_read(Rows output) const {
  const auto source = [&](int upsampled) {
    return std::clamp(floor_div(upsampled, spec.upsample), 0, geometry.in_h);
  };
  const int first = output.begin * spec.stride - geometry.pad_top;
  const int last = (output.end - 1) * spec.stride - geometry.pad_top + spec.kernel_h - 1;
  return {source(first), std::clamp(floor_div(last, spec.upsample) + 1, 0, geometry.in_h)};
}

std::vector<std::vector<Strip>> cut_into_strips(const std::vector<StripLayer>& chain, int strips) {
  const std::size_t layers = chain.size();
  const int last_rows = chain.back().area_rows();
  const int count = std::clamp(strips, 1, last_rows);
  std::vector<std::vector<Strip>> cut(static_cast<std::size_t>(count), std::vector<Strip>(layers));
  // For each layer: the number of rows of spatial blocks that the strips so far compute.
  std::vector<int> done(layers, 0);
  for (int s = 0; s < count; ++s) {
    std::vector<Strip>& strip = cut[static_cast<std::size_t>(s)];
    const bool is_last = s + 1 == count;
    for (std::size_t i = layers; i-- > 0;) {
      const StripLayer& layer = chain[i];
      Strip& part = strip[i];
      int end = 0;
      if (i + 1 == layers) {
        end = static_cast<int>(static_cast<long long>(last_rows) * (s + 1) / count);
      } else {
        // In the last strip, computes all remaining spatial blocks, so that every layer is
        // complete, as without strips. These blocks may contain rows that the next layer does not
        // read.
        const Rows read = chain[i + 1].rows_read(strip[i + 1].rows);
        end = is_last ? layer.area_rows() : areas_that_hold(layer, read.end);
        part.first_needed = read.begin;
      }
      part.areas = {done[i], std::clamp(end, done[i], layer.area_rows())};
      part.rows = layer.rows_of(part.areas);
      if (i + 1 == layers) part.first_needed = part.rows.begin;
      done[i] = part.areas.end;
    }
  }
  return cut;
}

int most_rows_kept(const std::vector<std::vector<Strip>>& strips, std::size_t layer) {
  int most = 0;
  for (const std::vector<Strip>& strip : strips) {
    most = std::max(most, strip[layer].rows.end - strip[layer].first_needed);
  }
  return most;
}

std::ptrdiff_t overwriting_distance(const StripLayer& layer,
                                    const std::vector<std::vector<Strip>>& strips,
                                    std::ptrdiff_t input_row, std::ptrdiff_t output_row) {
  std::ptrdiff_t distance = 0;
  for (const std::vector<Strip>& strip : strips) {
    const Rows& written = strip.front().rows;
    const Rows read = layer.rows_read(written);
    distance = std::max(distance, written.end * output_row - read.begin * input_row);
  }
  return distance;
}

}  // namespace nst
