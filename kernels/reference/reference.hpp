// The slow reference kernels, with which tests compare the kernels of all other tables. There is
// one source file for each kernel.
#pragma once

#include "kernels/kernels.h"

namespace nst::kernels::reference {

extern const ConvAlgorithm conv_algorithm;
void pool(const PoolArgs& args, Block block);
void affine(const AffineArgs& args, int row_begin, int row_end);
void merge_moments(const MomentsArgs& args);
void spatial_mean(ConstView x, int h, int w, int channel_begin, int channel_end, float* out);
void dense(const float* x, int in_n, const float* weights, const float* bias, int out_n,
           float* out);

// Returns the activation of a value. `floor` is relu's lower bound, which may be different for each
// channel.
double activate(Activation act, double value, double floor = 0.0);

// Returns the element (y, x, c) of a view.
float at(const ConstView& view, int y, int x, int c);
float& at(const View& view, int y, int x, int c);

}  // namespace nst::kernels::reference
