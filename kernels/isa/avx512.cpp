// The kernels compiled for AVX-512 (F, CD, BW, DQ, VL).
#define NST_ARCH xsimd::avx512bw
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {
namespace {

// Tiles of at most eight output channels would half fill the vectors here. They fill those of AVX2,
// which every such processor has: a quarter less time where AVX-512 runs in halves.
constexpr int kNarrow = 0x100;  // in ConvPlan::algorithm: a plan of the AVX2 table

bool is_narrow(const ConvSpec& spec) { return upsample::Upsample::suits(spec) && spec.out_c <= 8; }

ConvPlan narrowed(ConvPlan plan) {
  plan.algorithm -= kNarrow;
  return plan;
}

ConvPlan plan_either(const ConvSpec& spec) {
  if (!is_narrow(spec)) return conv_plan(spec);
  ConvPlan plan = avx2_table()->conv_plan(spec);
  plan.algorithm += kNarrow;
  return plan;
}

void pack_either(const ConvPlan& plan, const float* weights, float* packed) {
  if (plan.algorithm < kNarrow) return conv_pack(plan, weights, packed);
  avx2_table()->conv_pack(narrowed(plan), weights, packed);
}

ConvBlocking blocking_either(const ConvPlan& plan, const ConvGeometry& geometry) {
  if (plan.algorithm < kNarrow) return conv_blocking(plan, geometry);
  return avx2_table()->conv_blocking(narrowed(plan), geometry);
}

void run_either(const ConvArgs& args, Block block, float* moments, float* scratch) {
  if (args.plan.algorithm < kNarrow) return conv_run(args, block, moments, scratch);
  ConvArgs narrow = args;
  narrow.plan = narrowed(args.plan);
  avx2_table()->conv_run(narrow, block, moments, scratch);
}

constexpr Table table_of_both() {
  Table table = make_table("avx512");
  table.conv_plan = plan_either;
  table.conv_pack = pack_either;
  table.conv_blocking = blocking_either;
  table.conv_run = run_either;
  return table;
}

}  // namespace

const Table* avx512_table() {
  static constexpr Table table = table_of_both();
  return &table;
}

}  // namespace nst::kernels
