// Chooses an algorithm for a convolution from a kernel table, and calls it.
#include <cstring>

#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

// Returns a plan with the first algorithm of the table that suits the convolution. If a name is
// given, considers only the algorithm of that name. If no algorithm suits, the plan's algorithm is
// null.
ConvPlan find(const Table& table, const ConvSpec& spec, const char* name) {
  for (const ConvAlgorithmList* list = &table.conv_algorithms; list != nullptr; list = list->next) {
    for (int i = 0; i < list->count; ++i) {
      const ConvAlgorithm* algorithm = list->algorithms[i];
      if (name != nullptr && std::strcmp(name, algorithm->name) != 0) continue;
      if (algorithm->suits(spec)) return {spec, algorithm, algorithm->packed_floats(spec)};
    }
  }
  return {spec, nullptr, 0};
}

}  // namespace

ConvPlan conv_plan(const Table& table, const ConvSpec& spec) { return find(table, spec, nullptr); }

ConvPlan conv_plan_with(const Table& table, const ConvSpec& spec, const char* algorithm) {
  return find(table, spec, algorithm);
}

void conv_pack(const ConvPlan& plan, const float* weights, float* packed) {
  plan.algorithm->pack(plan.spec, weights, packed);
}

ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& geometry) {
  return plan.algorithm->blocking(plan.spec, geometry);
}

void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch) {
  const ConvAlgorithm& algorithm = *args.plan.algorithm;
  algorithm.run(args, block, scratch);
  if (moments != nullptr) {
    algorithm.block_moments(args.output, block, args.plan.spec.out_c, moments);
  }
}

}  // namespace nst::kernels
