// The kernels for AMD's AVX-512, from Zen 4 on: those of the AVX-512 table, but for 1x1
// convolutions by Winograd's inner product (pairs.hpp). These cores add beside their multipliers;
// others with AVX-512 do not, so that it is a table of its own.
#define NST_ARCH xsimd::avx512bw
#include "kernels/generic/conv_paired.hpp"
#include "kernels/generic/moments.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {
namespace {

constexpr int kPaired = 0x200;  // ConvPlan::algorithm of a plan of this unit

ConvPlan conv_plan(const ConvSpec& spec) {
  if (!paired::suits(spec)) return avx512_table()->conv_plan(spec);
  return {spec, kPaired, paired::kAlgorithm.packed_floats(spec)};
}

void conv_pack(const ConvPlan& plan, const float* weights, float* packed) {
  if (plan.algorithm != kPaired) return avx512_table()->conv_pack(plan, weights, packed);
  paired::kAlgorithm.pack(plan.spec, weights, packed);
}

ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& geometry) {
  if (plan.algorithm != kPaired) return avx512_table()->conv_blocking(plan, geometry);
  return paired::kAlgorithm.blocking(plan.spec, geometry);
}

void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch) {
  if (args.plan.algorithm != kPaired)
    return avx512_table()->conv_run(args, block, moments, scratch);
  paired::kAlgorithm.run(args, block, scratch);
  if (moments != nullptr) block_moments(args.output, block, args.plan.spec.out_c, moments);
}

}  // namespace

const Table* zen4_table() {
  static const Table table = [] {
    Table t = *avx512_table();
    t.name = "zen4";
    t.conv_plan = conv_plan;
    t.conv_pack = conv_pack;
    t.conv_blocking = conv_blocking;
    t.conv_run = conv_run;
    return t;
  }();
  return &table;
}

}  // namespace nst::kernels
