// Computes the constants of a network that computes with deviations from a picture of one colour
// (Graph::centred_input).
#pragma once

#include <functional>

#include "graph/graph.hpp"
#include "weights/packed_conv.hpp"

namespace nst {

// Chooses how a picture is turned into deviations: x · factor + offset[channel]. Writes offset [c]
// and returns the factor.
//
// - The offsets subtract approximately the mean colour, estimated from a sample of pixels. For a
//   picture of one colour they subtract exactly this colour.
// - The factor is a power of two. In a picture with small deviations, it brings the largest one to
//   between 0.25 and 0.5.
float centring_of(const kernels::ConstView& picture, const Shape& shape, float* offset);

// Computes the bias and the floor of a convolution whose input and output are stored as deviations.
// `constant` returns the constant that each input channel deviates from. `act` is the convolution's
// activation.
//
// Let c be the layer's output for that constant input, bias included. Let d be the convolution of
// the deviations, without bias. Then the output's deviation is act(c + d) − act(c):
//
// - relu: max(d + bias, floor), where floor = −act(c)
// - no activation: d
//
// Writes bias and floor [out_c], both multiplied by `factor`. PackedConv::sum_taps must have been
// called before.
void split_response(const PackedConv& layer, const std::function<double(int)>& constant,
                    kernels::Activation act, float factor, float* bias, float* floor);

}  // namespace nst
