// The convolutions of the published networks at 256×256, one entry per distinct shape. They are
// read from the networks' own builders.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace nst::bench {

// One distinct shape of convolution, with its name and count.
struct Layer {
  std::string name;
  kernels::ConvSpec spec;
  kernels::ConvGeometry geometry;
  bool prologue;  // the input is normalised while it is read
  bool moments;
  int count;  // number of layers of the network with this shape

  double multiply_adds() const;  // counted by the layer's definition, for every algorithm
};

const std::vector<Layer>& layers();

}  // namespace nst::bench
