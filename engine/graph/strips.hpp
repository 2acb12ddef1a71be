// Convolutions in strips of rows: what a strip computes, what it reads, and what must be kept of a
// tensor of which only some rows exist at a time.
//
// A strip is made of whole rows of areas (kernels::ConvBlocking), so that every block is computed
// as it would be in one go: the bytes are the same however a picture is cut.
#pragma once

#include <vector>

#include "kernels/kernels.h"

namespace nst {

struct Rows {
  int begin = 0, end = 0;

  int count() const { return end - begin; }
  bool empty() const { return end <= begin; }
};

// What the strips need to know of a convolution.
struct StripLayer {
  kernels::ConvSpec spec;
  kernels::ConvGeometry geometry;
  kernels::ConvBlocking blocking;

  int area_rows() const;
  int area_columns() const;
  // The output rows that rows [areas.begin, areas.end) of areas hold.
  Rows rows_of(Rows areas) const;
  // The input rows, inside the picture, that these output rows read.
  Rows rows_read(Rows output) const;
};

// What one layer does in one strip.
struct Strip {
  Rows areas;  // rows of areas; may be empty
  Rows rows;   // the output rows they are
  // First output row that this strip's reader, or a later one's, reads: none before it is needed.
  // Of the last layer, which has no reader here, its own first row.
  int first_needed = 0;
};

// Cuts a chain of convolutions, each of which reads the one before it, into `strips` strips of the
// last one's rows (at most as many as it has rows of areas). Result: [strip][layer]. The layers
// before the last compute each row once, in the first strip that needs it.
std::vector<std::vector<Strip>> cut_into_strips(const std::vector<StripLayer>& chain, int strips);

// The most rows of `layer`'s output that exist at a time.
int most_rows_kept(const std::vector<std::vector<Strip>>& strips, std::size_t layer);

// How far before its input a convolution's output must lie, in floats, so that strip after strip
// may overwrite the input rows that no later strip reads: output offset ≤ input offset − distance.
// A row has input_row and output_row floats.
std::ptrdiff_t overwriting_distance(const StripLayer& layer,
                                    const std::vector<std::vector<Strip>>& strips,
                                    std::ptrdiff_t input_row, std::ptrdiff_t output_row);

}  // namespace nst
