// This file is compiled without fused multiply-adds, so that every machine computes the same
// floats.
#include "image/brush.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "image/enlarge.hpp"
#include "image/gaussian.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

// Standard deviation, in pixels, of the blur that separates low from high frequencies. With a value
// of 6, paintings would lose some colour. With a value of 24, they look the same as with 12.
constexpr double kSigma = 12.0;

// Calls work(first row, number of rows) for each row of cells in a picture of this height, on
// several threads. A cell is a square of kCell × kCell pixels (gaussian.hpp).
template <class Work>
void for_each_cell_row(int threads, int height, Work&& work) {
  const int cells = reduced_size({1, height}).height;
  for_each_item(threads, cells, [&](int cell) {
    const int first = kCell * cell;
    work(first, cell + 1 == cells ? height - first : kCell);
  });
}

void clamp_row(float* row, int width) {
  for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{3} * width; ++i) {
    row[i] = row[i] > 0.0f ? (row[i] < 1.0f ? row[i] : 1.0f) : 0.0f;
  }
}

// If `differences` varies by rounding errors only, makes it one exact colour. It contains the
// differences between the paintings of two levels, and must be one colour if the content is.
// Otherwise the next level's network would amplify the rounding errors, because an instance norm
// scales any variation to the same strength.
void flatten_rounding_errors(FloatPicture& differences) {
  constexpr float kRounding = 1e-6f;
  float low[3], high[3];
  std::copy_n(differences.row(0), 3, low);
  std::copy_n(differences.row(0), 3, high);
  for (int y = 0; y < differences.height(); ++y) {
    const float* pixel = differences.row(y);
    for (int x = 0; x < differences.width(); ++x, pixel += 3) {
      for (int c = 0; c < 3; ++c) {
        low[c] = std::min(low[c], pixel[c]);
        high[c] = std::max(high[c], pixel[c]);
      }
    }
  }
  for (int c = 0; c < 3; ++c) {
    if (high[c] - low[c] > kRounding) return;
  }
  for (int y = 0; y < differences.height(); ++y) {
    float* pixel = differences.row(y);
    for (int x = 0; x < differences.width(); ++x, pixel += 3) std::copy_n(low, 3, pixel);
  }
}

}  // namespace

std::vector<Size> brush_sizes(Size size, int start) {
  const int shorter = std::min(size.width, size.height);
  if (start <= 0 || shorter <= start) return {size};
  const double growth = static_cast<double>(shorter) / start;
  const int smaller = std::max(1, static_cast<int>(std::log2(growth)));
  std::vector<Size> sizes;
  for (int i = 0; i < smaller; ++i) {
    const double part = std::pow(growth, static_cast<double>(i) / smaller) / growth;
    const auto side = [part](int whole) { return static_cast<int>(std::lround(whole * part)); };
    sizes.push_back({side(size.width), side(size.height)});
  }
  sizes.push_back(size);
  return sizes;
}

FloatPicture mix_level_input(const FloatPicture& coarse, const Photo& photo, float* input,
                             int threads) {
  const Size size = photo.size();
  const Enlarger enlarger(coarse, size);
  FloatPicture cells(reduced_size(size));
  const std::size_t samples = std::size_t{3} * static_cast<std::size_t>(size.width);
  for_each_cell_row(threads, size.height, [&](int first, int count) {
    FloatRows rows = photo.seen_rows();
    Enlarger::RowBuffer buffer;
    std::vector<float> enlarged(static_cast<std::size_t>(count) * samples);
    for (int y = 0; y < count; ++y) {
      float* line = enlarged.data() + samples * static_cast<std::size_t>(y);
      enlarger.row(first + y, buffer, line);
      const float* seen = rows.row(first + y);
      float* mixed = input + samples * static_cast<std::size_t>(first + y);
      for (std::size_t i = 0; i < samples; ++i) mixed[i] = 0.5f * line[i] + 0.5f * seen[i];
    }
    mean_of_cells(enlarged.data(), count, size.width, cells.row(first / kCell));
  });
  return cells;
}

void restore_low_frequencies(Canvas& fine, const FloatPicture& coarse_cells, bool is_last,
                             int threads) {
  const Size size = fine.size();
  const std::size_t samples = std::size_t{3} * static_cast<std::size_t>(size.width);
  FloatPicture differences(coarse_cells.size());
  FloatPicture blurred(coarse_cells.size());
  const int passes = is_last ? 2 : 1;
  for (int pass = 0; pass < passes; ++pass) {
    for_each_cell_row(threads, size.height, [&](int first, int count) {
      std::vector<float> rows(static_cast<std::size_t>(count) * samples);
      for (int y = 0; y < count; ++y) {
        fine.copy_row(first + y, rows.data() + samples * static_cast<std::size_t>(y));
      }
      float* to = differences.row(first / kCell);
      mean_of_cells(rows.data(), count, size.width, to);
      const float* coarse = coarse_cells.row(first / kCell);
      for (int i = 0; i < 3 * coarse_cells.width(); ++i) to[i] = coarse[i] - to[i];
    });
    blur(differences, sigma_of_cells(kSigma), threads, blurred);
    flatten_rounding_errors(blurred);
    const Enlarger enlarger(blurred, size, 1.0 / kCell, 1.0 / kCell);
    for_each_cell_row(threads, size.height, [&](int first, int count) {
      Enlarger::RowBuffer buffer;
      std::vector<float> row(samples);
      for (int y = first; y < first + count; ++y) {
        fine.copy_row(y, row.data());
        enlarger.add_row(y, buffer, row.data());
        if (is_last) clamp_row(row.data(), size.width);
        fine.set_row(y, row.data());
      }
    });
  }
}

}  // namespace nst
