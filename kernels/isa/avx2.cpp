// The kernels, compiled for AVX2 with FMA.
#define NST_ARCH xsimd::fma3<xsimd::avx2>
#include "kernels/generic/conv.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {
namespace {

// Returns true for upsampling convolutions with at most 8 output channels. The avx512 table, too,
// uses this AVX2 algorithm for them: 8 channels fill an AVX2 vector, but only half of an AVX-512
// vector.
bool is_narrow_upsample(const ConvSpec& spec) {
  return winograd_upsample::Upsample::suits(spec) && spec.out_c <= kLanes;
}

constexpr ConvAlgorithm narrow_upsample() {
  ConvAlgorithm algorithm = winograd_upsample::kAlgorithm;
  algorithm.name = "winograd_upsample_narrow";
  algorithm.suits = is_narrow_upsample;
  return algorithm;
}

}  // namespace

constinit const ConvAlgorithm avx2_narrow_upsample = narrow_upsample();

constinit const Table avx2_table = make_table("avx2", kAlgorithms);

}  // namespace nst::kernels
