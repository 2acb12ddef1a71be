// The kernels for AMD's AVX-512, from Zen 4 on: those of the AVX-512 table, but for products by
// Winograd's inner product (paired_products.hpp). These cores add beside their multipliers; others
// with AVX-512 do not, so that it is a table of its own.
#define NST_ARCH xsimd::avx512bw
#include "kernels/generic/conv_paired.hpp"
#include "kernels/generic/conv_winograd.hpp"
#include "kernels/generic/conv_winograd_strided.hpp"
#include "kernels/generic/conv_winograd_upsample.hpp"
#include "kernels/generic/table.hpp"
#include "kernels/generic/winograd_products_paired.hpp"
#include "kernels/isa/tables.h"

namespace nst::kernels {
namespace {

using axis::Single;
using winograd::Axis3, winograd::Axis5, winograd::Axis7;

using paired_products::SidesOfEight, paired_products::SidesOfTwo;

template <class A>
constexpr ConvAlgorithm kPaired = winograd::algorithm<winograd::Paired<A, SidesOfEight>>();
template <class A>
constexpr ConvAlgorithm kPairedDeep =
    winograd::algorithm<winograd::Paired<A, SidesOfTwo, 64, true>>();

// In the order they are asked, before those of the AVX-512 table. Sides of two make the residual
// layers 5 to 9 % faster, and layers with fewer products to a weight up to 4 % slower.
constexpr const ConvAlgorithm* kPairedAlgorithms[] = {
    &kPairedDeep<winograd_upsample::Upsample>,
    &kPaired<winograd_upsample::Upsample>,
    &kPairedDeep<winograd::Correlation<Axis3, Axis3>>,
    &kPaired<winograd::Correlation<Axis3, Axis3>>,
    &kPaired<winograd::Correlation<Axis5, Axis5>>,
    &kPaired<winograd::Correlation<Single, Axis7>>,
    &kPaired<winograd::Correlation<Axis7, Single>>,
    &kPaired<winograd_strided::Strided>,
    &paired::kAlgorithm};

}  // namespace

constinit const Table zen4_table =
    make_table("zen4", kPairedAlgorithms, &avx512_table.conv_algorithms);

}  // namespace nst::kernels
