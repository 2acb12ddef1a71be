// Networks of deviations (Graph::centred_input): the constants that their values deviate from.
#pragma once

#include <functional>

#include "graph/graph.hpp"
#include "weights/weight_store.hpp"

namespace nst {

// Chooses how a picture becomes deviations: x · factor + offset[channel]. Writes offset [c] and
// returns the factor.
//
// - The offsets subtract about the mean colour, of a sample of pixels. For a flat picture they
// subtract its colour exactly.
// - The factor is a power of two. It brings the largest deviation of a faint picture to between
// 0.25 and 0.5.
float centring_of(const kernels::ConstView& picture, const Shape& shape, float* offset);

// Splits a convolution's response c to a picture of one colour, bias included. constant(channel) is
// the colour.
//
// With d, the convolution of the deviations, act(c + d) − act(c) is max(d + bias, floor) for relu
// and d for no activation. Writes bias and floor [out_c], both times `factor`. −floor is act(c).
// The layer's taps must be summed before (PackedConv::sum_taps).
void split_response(const PackedConv& layer, const std::function<double(int)>& constant,
                    kernels::Activation act, float factor, float* bias, float* floor);

}  // namespace nst
