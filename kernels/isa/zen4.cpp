// The kernels for AMD's cores with AVX-512, from Zen 4 on. They are those of the AVX-512 table, but
// use paired products (paired_products.hpp) where that is faster. They have a table of their own,
// because other cores with AVX-512 have no adders beside their multipliers.
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

// The fewest input channels of a layer that uses paired products, for each order of
// pair_orders.hpp. SidesOfEight needs one group of channels. SidesOfTwo needs many groups, so that
// the channels after the last group cost little.
constexpr int kFewestChannels = SidesOfEight::kGroup;
constexpr int kFewestDeepChannels = 64;

template <class A>
constexpr ConvAlgorithm kPaired =
    winograd::algorithm<winograd::Paired<A, SidesOfEight, kFewestChannels, false>>();
template <class A>
constexpr ConvAlgorithm kPairedDeep =
    winograd::algorithm<winograd::Paired<A, SidesOfTwo, kFewestDeepChannels, true>>();

// The algorithms that are tried before those of the AVX-512 table, in this order. kPairedDeep uses
// SidesOfTwo, kPaired SidesOfEight. SidesOfTwo makes layers of 64 channels or more 5 to 9 % faster
// than SidesOfEight, and other layers up to 7 % slower.
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
