// Chooses a convolution's algorithm by its shape, and runs it. Every algorithm is a header of its
// own.
#pragma once

#include "kernels/generic/conv_depthwise.hpp"
#include "kernels/generic/conv_direct.hpp"
#include "kernels/generic/conv_nested.hpp"
#include "kernels/generic/conv_planar.hpp"
#include "kernels/generic/conv_pointwise.hpp"
#include "kernels/generic/conv_strided.hpp"
#include "kernels/generic/conv_upsample.hpp"
#include "kernels/generic/conv_winograd.hpp"
#include "kernels/generic/moments.hpp"

namespace nst::kernels {
namespace {

// In the order they are asked; the last suits everything. ConvPlan::algorithm is the index.
constexpr const ConvAlgorithm* kAlgorithms[] = {
    &depthwise::kAlgorithm, &nested::kAlgorithm,    &upsample::kAlgorithm, &winograd::k3x3,
    &winograd::k5x5,        &winograd::k1x7,        &winograd::k7x1,       &strided::kAlgorithm,
    &planar::kAlgorithm,    &pointwise::kAlgorithm, &direct::kAlgorithm};

ConvPlan conv_plan(const ConvSpec& spec) {
  int i = 0;
  while (!kAlgorithms[i]->suits(spec)) ++i;
  return {spec, i, kAlgorithms[i]->packed_floats(spec)};
}

void conv_pack(const ConvPlan& plan, const float* weights, float* packed) {
  kAlgorithms[plan.algorithm]->pack(plan.spec, weights, packed);
}

ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& geometry) {
  return kAlgorithms[plan.algorithm]->blocking(plan.spec, geometry);
}

void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch) {
  kAlgorithms[args.plan.algorithm]->run(args, block, scratch);
  if (moments != nullptr) block_moments(args.output, block, args.plan.spec.out_c, moments);
}

}  // namespace
}  // namespace nst::kernels
