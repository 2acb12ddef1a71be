// Strips of rows for convolutions: what a strip computes and reads, and which rows of a tensor must
// be kept if only some exist at a time.
//
// A strip consists of whole rows of areas (kernels::ConvBlocking), so that every block is computed
// as in one go. So the bytes do not depend on the strips.
#pragma once

#include <vector>

#include "kernels/kernels.h"

namespace nst {

struct Rows {
  int begin = 0, end = 0;

  int count() const { return end - begin; }
  bool empty() const { return end <= begin; }
};

// The data of a convolution that the cutting into strips needs.
struct StripLayer {
  kernels::ConvSpec spec;
  kernels::ConvGeometry geometry;
  kernels::ConvBlocking blocking;

  int area_rows() const;
  int area_columns() const;
  // Returns the output rows that the rows [areas.begin, areas.end) of areas contain.
  Rows rows_of(Rows areas) const;
  // Returns the input rows, clipped to the picture, that the given output rows read.
  Rows rows_read(Rows output) const;
};

// The work of one layer in one strip.
struct Strip {
  Rows areas;  // rows of areas that the strip computes; may be empty
  Rows rows;   // the output rows of those areas
  // The first output row that the reader still needs in this or a later strip. Earlier rows may be
  // dropped. The last layer has no reader here, so this is the first row of its own strip.
  int first_needed = 0;
};

// Cuts a sequence of convolutions, each of which reads the one before, into strips of the last
// one's rows. Returns [strip][layer]. There are at most as many strips as the last layer has rows
// of areas. Earlier layers compute each row once, in the first strip that needs it.
std::vector<std::vector<Strip>> cut_into_strips(const std::vector<StripLayer>& chain, int strips);

// Returns the largest number of rows of `layer`'s output that exist at the same time.
int most_rows_kept(const std::vector<std::vector<Strip>>& strips, std::size_t layer);

// Returns how many floats before its input a convolution's output must lie. Then each strip
// overwrites only input rows that no later strip reads: output offset ≤ input offset − distance.
// input_row and output_row are floats per row.
std::ptrdiff_t overwriting_distance(const StripLayer& layer,
                                    const std::vector<std::vector<Strip>>& strips,
                                    std::ptrdiff_t input_row, std::ptrdiff_t output_row);

}  // namespace nst
