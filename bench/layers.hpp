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
  bool prologue;  // true: the input is normalised while it is read
  bool moments;
  int count;  // number of layers with this shape in the network

  double multiply_adds() const;  // number of multiply-accumulates, by the layer's definition
};

const std::vector<Layer>& layers();

}  // namespace nst::bench
