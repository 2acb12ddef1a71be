// The convolutions of the published networks at 256×256, with one entry per distinct shape. They
// are read from the networks' own builders.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace nst::bench {

// A convolution shape that occurs in a network, under the name of the first layer that has it.
struct Layer {
  std::string name;
  kernels::ConvSpec spec;
  kernels::ConvGeometry geometry;
  bool prologue;  // true: the layer normalises its input while reading it
  bool moments;
  int count;  // number of layers with this shape in the network

  double multiply_adds() const;  // multiply-accumulates, by the plain definition of convolution
};

const std::vector<Layer>& layers();

}  // namespace nst::bench
