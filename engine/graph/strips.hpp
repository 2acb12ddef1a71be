// Cuts convolutions into strips of rows. Computes which rows a strip makes and reads, and which
// rows must be kept for later strips.
//
// A strip consists of whole area rows, that is, rows of spatial blocks (kernels::ConvBlocking). So
// every block is computed exactly as without strips, and the output has the same bytes.
#pragma once

#include <vector>

#include "kernels/kernels.h"

namespace nst {

struct Rows {
  int begin = 0, end = 0;

  int count() const { return end - begin; }
  bool empty() const { return end <= begin; }
};

// What cut_into_strips() must know of a convolution: its kernel, its sizes and its blocks.
struct StripLayer {
  kernels::ConvSpec spec;
  kernels::ConvGeometry geometry;
  kernels::ConvBlocking blocking;

  int area_rows() const;
  int area_columns() const;
  // Returns the output rows in the area rows (rows of spatial blocks) [areas.begin, areas.end).
  Rows rows_of(Rows areas) const;
  // Returns the input rows inside the picture that the given output rows read.
  Rows rows_read(Rows output) const;
};

// The rows of one layer's output that are computed as part of one strip.
struct Strip {
  Rows areas;  // rows of spatial blocks that the strip computes; may be empty
  Rows rows;   // output rows that these spatial blocks contain
  // First output row that the next layer still needs in this or a later strip. Earlier rows may be
  // dropped. For the last layer this is the first row that the strip computes.
  int first_needed = 0;
};

// Cuts a sequence of convolutions into strips; each convolution reads the output of the previous
// one. Returns [strip][layer]. Every strip makes some rows of the last output. The other layers
// compute each row once, in the first strip that needs it. There are at most as many strips as the
// last layer has rows of spatial blocks.
std::vector<std::vector<Strip>> cut_into_strips(const std::vector<StripLayer>& chain, int strips);

// Returns the largest number of rows of `layer`'s output that must exist at the same time.
int most_rows_kept(const std::vector<std::vector<Strip>>& strips, std::size_t layer);

// Returns the distance, in floats, that a convolution's output must lie before its input in memory:
// output offset ≤ input offset − distance. Then each strip overwrites only input rows that no later
// strip reads. input_row and output_row are floats per row.
std::ptrdiff_t overwriting_distance(const StripLayer& layer,
                                    const std::vector<std::vector<Strip>>& strips,
                                    std::ptrdiff_t input_row, std::ptrdiff_t output_row);

}  // namespace nst
