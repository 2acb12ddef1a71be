// Moments of a block: the mean and the sum of squared deviations of each channel. They are computed
// just after the block was written, while it is in the cache.
#pragma once

#include "kernels/generic/lane_pattern.hpp"
#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// Computes the moments of V whole vectors of channels from channel c on. If Whole is false,
// computes the moments of the first n lanes of one vector.
//
// The first pass computes the mean from deviations from the block's first pixel. So no digits are
// lost if the mean is large compared with the deviations. The second pass sums squared deviations
// from the mean and corrects for the mean's rounding (Chan, Golub, LeVeque 1983: the corrected
// two-pass algorithm). Each row has a sum of its own, which is then added to the total. So rounding
// errors grow with rows plus columns instead of rows times columns.
template <int V, bool Whole>
struct VectorMoments {
  const View& output;
  Block block;
  int c, n;

  NST_INLINE Vec at(const float* p, int v) const {
    return load_masked_or_whole<Whole>(p + v * kLanes, n);
  }

  // Calls f(row, vector, deviations) for every pixel of rows [y, y + R), column by column. The sums
  // of the R rows are independent, so their additions hide each other's latency.
  template <int R, class F>
  NST_INLINE void for_deviations(int y, const Vec (&centre)[V], F&& f) const {
    const float* p[R];
    unroll<R>([&](auto r) __attribute__((always_inline)) {
      p[r] = address(output, block.y + y + r, block.x) + c;
    });
    for (int x = 0; x < block.w; ++x) {
      unroll<R>([&](auto r) __attribute__((always_inline)) {
        unroll<V>([&](auto v) __attribute__((always_inline)) { f(r, v, at(p[r], v) - centre[v]); });
        p[r] += output.pixel_stride;
      });
    }
  }

  template <int R>
  static NST_INLINE void clear(Vec (&rows)[R][V]) {
    unroll<R>([&](auto r) __attribute__((always_inline)) {
      unroll<V>([&](auto v) __attribute__((always_inline)) { rows[r][v] = broadcast(0.0f); });
    });
  }
  template <int R>
  static NST_INLINE void add(Vec (&total)[V], const Vec (&rows)[R][V]) {
    unroll<R>([&](auto r) __attribute__((always_inline)) {
      unroll<V>([&](auto v) __attribute__((always_inline)) { total[v] = total[v] + rows[r][v]; });
    });
  }

  template <int R>
  NST_INLINE void add_rows(int y, const Vec (&centre)[V], Vec (&sums)[V]) const {
    Vec rows[R][V];
    clear(rows);
    for_deviations<R>(
        y, centre, [&](auto r, auto v, Vec deviation) __attribute__((always_inline)) {
          rows[r][v] = rows[r][v] + deviation;
        });
    add(sums, rows);
  }

  template <int R>
  NST_INLINE void add_squares(int y, const Vec (&mean)[V], Vec (&squares)[V],
                              Vec (&residues)[V]) const {
    Vec row_squares[R][V];
    Vec row_residues[R][V];
    clear(row_squares);
    clear(row_residues);
    for_deviations<R>(
        y, mean, [&](auto r, auto v, Vec deviation) __attribute__((always_inline)) {
          row_squares[r][v] = fma(deviation, deviation, row_squares[r][v]);
          row_residues[r][v] = row_residues[r][v] + deviation;
        });
    add(squares, row_squares);
    add(residues, row_residues);
  }

  NST_INLINE void run(float* mean_out, float* squares_out) const {
    constexpr int kRows = 4 / V;
    const Vec count = broadcast(static_cast<float>(block.h) * static_cast<float>(block.w));
    Vec centre[V];
    Vec sums[V];
    Vec squares[V];
    Vec residues[V];
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      centre[v] = at(address(output, block.y, block.x) + c, v);
      sums[v] = squares[v] = residues[v] = broadcast(0.0f);
    });
    int y = 0;
    for (; y + kRows <= block.h; y += kRows) add_rows<kRows>(y, centre, sums);
    for (; y < block.h; ++y) add_rows<1>(y, centre, sums);
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      centre[v] = centre[v] + quotient(sums[v], count);
    });
    y = 0;
    for (; y + kRows <= block.h; y += kRows) add_squares<kRows>(y, centre, squares, residues);
    for (; y < block.h; ++y) add_squares<1>(y, centre, squares, residues);
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      const Vec corrected = at_least(0.0f, squares[v] - quotient(residues[v] * residues[v], count));
      store_masked_or_whole<Whole>(mean_out + v * kLanes, centre[v], n);
      store_masked_or_whole<Whole>(squares_out + v * kLanes, corrected, n);
    });
  }
};

// Calls f(i, deviations) for each vector of a row of `length` floats. In such a row, pixels of few
// channels share a vector (lane_pattern.hpp). i is the vector's index modulo kPatternVectors.
// `deviations` are the vector's floats minus centre.at[i]; beyond the row's end they are zero.
template <class F>
NST_INLINE void for_deviations(const float* row, int length, const LanePattern& centre, F&& f) {
  const auto group = [&](const float* p) __attribute__((always_inline)) {
    unroll<kPatternVectors>([&](auto i) __attribute__((always_inline)) {
      f(i, load(p + i * kLanes) - centre.at[i]);
    });
  };
  int i = 0;
  for (; i + kPatternVectors * kLanes <= length; i += kPatternVectors * kLanes) group(row + i);
  if (i == length) return;
  alignas(64) float last[kPatternVectors * kLanes];
  unroll<kPatternVectors>([&](auto k) __attribute__((always_inline)) {
    store(last + k * kLanes, centre.at[k]);
  });
  for (int k = 0; i + k < length; ++k) last[k] = row[i + k];
  group(last);
}

// Computes the moments of all channels at once, for so few channels that several pixels share a
// vector. Uses the method of VectorMoments.
void narrow_moments(const View& output, Block block, int channels, float* mean_out,
                    float* squares_out) {
  const float count = static_cast<float>(block.h) * static_cast<float>(block.w);
  const int length = block.w * channels;
  const float* const first = address(output, block.y, block.x);
  float folded[kLanes];
  LanePattern row;
  LanePattern residue;
  LanePattern sums;
  LanePattern residues;

  LanePattern centre = tile_lanes(first, channels);
  clear(sums);
  for (int y = 0; y < block.h; ++y) {
    clear(row);
    for_deviations(
        address(output, block.y + y, block.x), length,
        centre, [&](auto i, Vec d) __attribute__((always_inline)) { row.at[i] = row.at[i] + d; });
    add(sums, row);
  }
  reduce_lanes(sums, channels, folded);
  for (int c = 0; c < channels; ++c) mean_out[c] = first[c] + folded[c] / count;

  centre = tile_lanes(mean_out, channels);
  clear(sums);
  clear(residues);
  for (int y = 0; y < block.h; ++y) {
    clear(row);
    clear(residue);
    for_deviations(
        address(output, block.y + y, block.x), length,
        centre, [&](auto i, Vec d) __attribute__((always_inline)) {
          row.at[i] = fma(d, d, row.at[i]);
          residue.at[i] = residue.at[i] + d;
        });
    add(sums, row);
    add(residues, residue);
  }
  reduce_lanes(sums, channels, squares_out);
  reduce_lanes(residues, channels, folded);
  for (int c = 0; c < channels; ++c) {
    const float corrected = squares_out[c] - folded[c] * folded[c] / count;
    squares_out[c] = corrected > 0.0f ? corrected : 0.0f;
  }
}

// Writes the moments of each channel of the block to moments [2][out_c]: the means, then the sums
// of squared deviations.
void block_moments(const View& output, Block block, int out_c, float* moments) {
  if (has_lane_pattern(out_c) && output.pixel_stride == out_c && block.channels == out_c) {
    narrow_moments(output, block, out_c, moments, moments + out_c);
    return;
  }
  const int first = block.first_c;
  const int c = for_vector_groups(
      block.channels, [&](auto vectors, int at) __attribute__((always_inline)) {
        VectorMoments<vectors, true>{output, block, first + at, kLanes}.run(
            moments + first + at, moments + out_c + first + at);
      });
  if (c < block.channels) {
    VectorMoments<1, false>{output, block, first + c, block.channels - c}.run(
        moments + first + c, moments + out_c + first + c);
  }
}

}  // namespace
}  // namespace nst::kernels
