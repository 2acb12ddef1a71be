// The convolution algorithms of a table. Each algorithm is in a header of its own.
#pragma once

#include "kernels/generic/conv_depthwise.hpp"
#include "kernels/generic/conv_direct.hpp"
#include "kernels/generic/conv_planar.hpp"
#include "kernels/generic/conv_pointwise.hpp"
#include "kernels/generic/conv_winograd.hpp"
#include "kernels/generic/conv_winograd_nested.hpp"
#include "kernels/generic/conv_winograd_strided.hpp"
#include "kernels/generic/conv_winograd_upsample.hpp"

namespace nst::kernels {
namespace {

// The algorithms. The first one that suits a layer is used, and the last one suits every layer.
constexpr const ConvAlgorithm* kAlgorithms[] = {&depthwise::kAlgorithm,
                                                &winograd_nested::kAlgorithm,
                                                &winograd_upsample::kAlgorithm,
                                                &winograd::k3x3,
                                                &winograd::k5x5,
                                                &winograd::k1x7,
                                                &winograd::k7x1,
                                                &winograd_strided::kAlgorithm,
                                                &planar::kAlgorithm,
                                                &pointwise::kAlgorithm,
                                                &direct::kAlgorithm};

}  // namespace
}  // namespace nst::kernels
