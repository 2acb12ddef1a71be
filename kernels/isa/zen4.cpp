// The kernels for AMD's AVX-512, from Zen 4 on: those of the AVX-512 table, but for products by
// Winograd's inner product (pairs.hpp). These cores add beside their multipliers; others with
// AVX-512 do not, so that it is a table of its own.
#define NST_ARCH xsimd::avx512bw
#include "kernels/generic/conv_paired.hpp"
#include "kernels/generic/moments.hpp"
#include "kernels/generic/tiles_paired.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {
namespace {

using axis::Single;
using winograd::Axis3, winograd::Axis5, winograd::Axis7;

template <class A>
constexpr ConvAlgorithm kPaired = tiles::algorithm<tiles::Paired<A>>();

// In the order they are asked, before those of the AVX-512 table.
constexpr const ConvAlgorithm* kAlgorithms[] = {&kPaired<upsample::Upsample>,
                                                &kPaired<winograd::Correlation<Axis3, Axis3>>,
                                                &kPaired<winograd::Correlation<Axis5, Axis5>>,
                                                &kPaired<winograd::Correlation<Single, Axis7>>,
                                                &kPaired<winograd::Correlation<Axis7, Single>>,
                                                &kPaired<strided::Strided>,
                                                &paired::kAlgorithm};

constexpr int kOwn = 0x200;  // in ConvPlan::algorithm: the index of one of these

// Null for a plan of the AVX-512 table.
const ConvAlgorithm* algorithm_of(const ConvPlan& plan) {
  return plan.algorithm >= kOwn ? kAlgorithms[plan.algorithm - kOwn] : nullptr;
}

ConvPlan conv_plan(const ConvSpec& spec) {
  int i = 0;
  for (const ConvAlgorithm* algorithm : kAlgorithms) {
    if (algorithm->suits(spec)) return {spec, kOwn + i, algorithm->packed_floats(spec)};
    ++i;
  }
  return avx512_table()->conv_plan(spec);
}

void conv_pack(const ConvPlan& plan, const float* weights, float* packed) {
  const ConvAlgorithm* own = algorithm_of(plan);
  own != nullptr ? own->pack(plan.spec, weights, packed)
                 : avx512_table()->conv_pack(plan, weights, packed);
}

ConvBlocking conv_blocking(const ConvPlan& plan, const ConvGeometry& geometry) {
  const ConvAlgorithm* own = algorithm_of(plan);
  return own != nullptr ? own->blocking(plan.spec, geometry)
                        : avx512_table()->conv_blocking(plan, geometry);
}

void conv_run(const ConvArgs& args, Block block, float* moments, float* scratch) {
  const ConvAlgorithm* own = algorithm_of(args.plan);
  if (own == nullptr) return avx512_table()->conv_run(args, block, moments, scratch);
  own->run(args, block, scratch);
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
