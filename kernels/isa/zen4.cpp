// The kernels for AMD's cores with AVX-512, from Zen 4 on. They are those of the AVX-512 table, but
// use paired products (paired_products.hpp) where these are faster. Other cores with AVX-512 have
// no separate units for additions, so paired products are not faster there. That is why this table
// is separate.
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

// Fewest input channels of a layer that uses paired products. kFewestChannels, which is one group,
// applies to the order SidesOfEight (pair_orders.hpp). kFewestDeepChannels applies to SidesOfTwo.
// Channels that do not fill a group are multiplied singly, which takes longer. But 64 channels fill
// ten groups of SidesOfTwo, and only four channels remain.
constexpr int kFewestChannels = SidesOfEight::kGroup;
constexpr int kFewestDeepChannels = 64;

template <class A>
constexpr ConvAlgorithm paired_winograd(const char* name) {
  return winograd::algorithm<winograd::Paired<A, SidesOfEight, kFewestChannels, false>>(name);
}
template <class A>
constexpr ConvAlgorithm paired_winograd_deep(const char* name) {
  return winograd::algorithm<winograd::Paired<A, SidesOfTwo, kFewestDeepChannels, true>>(name);
}

constexpr ConvAlgorithm kUpsampleDeep =
    paired_winograd_deep<winograd_upsample::Upsample>("paired_winograd_upsample_deep");
constexpr ConvAlgorithm kUpsample =
    paired_winograd<winograd_upsample::Upsample>("paired_winograd_upsample");
constexpr ConvAlgorithm k3x3Deep =
    paired_winograd_deep<winograd::Correlation<Axis3, Axis3>>("paired_winograd_3x3_deep");
constexpr ConvAlgorithm k3x3 =
    paired_winograd<winograd::Correlation<Axis3, Axis3>>("paired_winograd_3x3");
constexpr ConvAlgorithm k5x5 =
    paired_winograd<winograd::Correlation<Axis5, Axis5>>("paired_winograd_5x5");
constexpr ConvAlgorithm k1x7 =
    paired_winograd<winograd::Correlation<Single, Axis7>>("paired_winograd_1x7");
constexpr ConvAlgorithm k7x1 =
    paired_winograd<winograd::Correlation<Axis7, Single>>("paired_winograd_7x1");
constexpr ConvAlgorithm kStrided =
    paired_winograd<winograd_strided::Strided>("paired_winograd_strided");

// The algorithms that are tried before those of the AVX-512 table, in this order. Algorithms named
// …Deep pair channels in the order SidesOfTwo, the others in the order SidesOfEight. SidesOfTwo
// makes layers of 64 channels or more 5 to 9 % faster than SidesOfEight does. It makes other layers
// up to 7 % slower.
constexpr const ConvAlgorithm* kPairedAlgorithms[] = {
    &kUpsampleDeep, &kUpsample, &k3x3Deep,          &k3x3, &k5x5, &k1x7,
    &k7x1,          &kStrided,  &paired::kAlgorithm};

}  // namespace

constinit const Table zen4_table =
    make_table("zen4", kPairedAlgorithms, &avx512_table.conv_algorithms);

}  // namespace nst::kernels
