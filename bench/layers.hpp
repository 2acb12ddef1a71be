// The convolutions of the published networks at 256×256, one entry per distinct shape, asked of the
// networks themselves.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace nst::bench {

struct Layer {
  std::string name;
  kernels::ConvSpec spec;
  kernels::ConvGeometry geometry;
  bool prologue;  // the input is normalised while it is read
  bool moments;
  int count;  // how often the network has it

  double multiply_adds() const;  // of the plain definition, whatever the algorithm does
};

const std::vector<Layer>& layers();

}  // namespace nst::bench
