#include "kernels/reference/reference.hpp"

namespace nst::kernels {

namespace {

constexpr const ConvAlgorithm* kConvAlgorithms[] = {&reference::conv_algorithm};

}  // namespace

const Table& reference_table() {
  static constexpr Table table = {
      "reference",
      1,
      {kConvAlgorithms, 1, nullptr},
      reference::pool,
      reference::affine,
      reference::merge_moments,
      reference::spatial_mean,
      reference::dense,
  };
  return table;
}

}  // namespace nst::kernels
