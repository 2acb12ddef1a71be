// The generic kernels as a table; included once by each instruction-set unit.
#pragma once

#include "kernels/generic/affine.hpp"
#include "kernels/generic/conv.hpp"
#include "kernels/generic/pool.hpp"
#include "kernels/generic/reduce.hpp"

namespace nst::kernels {
namespace {

constexpr Table make_table(const char* name) {
  return {name,     kLanes, conv_plan, conv_pack,    conv_blocking,
          conv_run, pool,   affine,    spatial_mean, dense};
}

}  // namespace
}  // namespace nst::kernels
