// Makes a kernel table from the generic kernels. The compilation unit of each instruction set
// includes this header once.
#pragma once

#include "kernels/generic/affine.hpp"
#include "kernels/generic/dense.hpp"
#include "kernels/generic/merge_moments.hpp"
#include "kernels/generic/pool.hpp"
#include "kernels/generic/spatial_mean.hpp"

namespace nst::kernels {
namespace {

// Returns a kernel table. Its convolutions use the first of `algorithms` that suits them. If none
// of these suits, they use the first suitable algorithm of the list `next`.
template <std::size_t N>
constexpr Table make_table(const char* name, const ConvAlgorithm* const (&algorithms)[N],
                           const ConvAlgorithmList* next = nullptr) {
  return {name,         kLanes, {algorithms, static_cast<int>(N), next},
          pool,         affine, merge_moments,
          spatial_mean, dense};
}

}  // namespace
}  // namespace nst::kernels
