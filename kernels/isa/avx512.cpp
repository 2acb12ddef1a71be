// The kernels, compiled for processors with the AVX-512 extensions F, CD, BW, DQ and VL.
#define NST_ARCH xsimd::avx512bw
#include "kernels/generic/conv.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {
namespace {

// The algorithm that is tried first: AVX2's algorithm for upsampling convolutions with at most 8
// output channels. On Zen 4 it takes a quarter less time than AVX-512's algorithm, because 8
// channels fill an AVX2 vector, but would leave half of an AVX-512 vector unused. Every processor
// with AVX-512 has AVX2, so it can run this algorithm.
constexpr const ConvAlgorithm* kNarrow[] = {&avx2_narrow_upsample};
constexpr ConvAlgorithmList kOwn = {kAlgorithms, std::size(kAlgorithms), nullptr};

}  // namespace

constinit const Table avx512_table = make_table("avx512", kNarrow, &kOwn);

}  // namespace nst::kernels
