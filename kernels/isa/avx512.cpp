// The kernels, compiled for AVX-512 (F, CD, BW, DQ, VL).
#define NST_ARCH xsimd::avx512bw
#include "kernels/generic/conv.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {
namespace {

// The algorithm that is tried first: AVX2's algorithm for upsampling convolutions with at most 8
// output channels. These channels fill an AVX2 vector, but only half of an AVX-512 vector. On Zen
// 4, AVX2's algorithm takes a quarter less time. Every processor with AVX-512 has AVX2.
constexpr const ConvAlgorithm* kNarrow[] = {&avx2_narrow_upsample};
constexpr ConvAlgorithmList kOwn = {kAlgorithms, std::size(kAlgorithms), nullptr};

}  // namespace

constinit const Table avx512_table = make_table("avx512", kNarrow, &kOwn);

}  // namespace nst::kernels
