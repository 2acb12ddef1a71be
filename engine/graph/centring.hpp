// What networks of deviations (Graph::centred_input) are computed with: the constants they deviate
// from.
#pragma once

#include <functional>

#include "graph/graph.hpp"
#include "model/layer_store.hpp"

namespace nst {

// How a picture becomes deviations, x · factor + offset of the channel. The offsets take away about
// the mean colour (of a sample of the pixels), of a flat picture its colour exactly; the factor, a
// power of two, brings the largest deviation of faint pictures to between 0.25 and 0.5. Returns the
// factor; offset [c].
float centring_of(const kernels::ConstView& picture, const Shape& shape, float* offset);

// The response c of a convolution with its bias to a picture of one colour, constant(channel), as
// what makes act(c + d) − act(c) of a convolution d of deviations: max(d + bias, floor) for relu,
// for none d alone. bias, floor [out_c], both times the factor; minus the floor is act(c). The
// layer's taps must be summed.
void split_response(const ConvLayer& layer, const std::function<double(int)>& constant,
                    kernels::Activation act, float factor, float* bias, float* floor);

}  // namespace nst
