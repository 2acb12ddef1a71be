// Merges the moments of all spatial blocks of an output into the scale and shift of an instance
// norm.
#pragma once

#include "kernels/generic/simd.hpp"
#include "kernels/kernels.h"

namespace nst::kernels {
namespace {

// Merges the moments of channels [first, first + channels). `channels` is at most kMergedChannels.
// This limit is a constant, so that the sums fit in local arrays, over which the compiler can use
// vector instructions.
//
// Let block i have nᵢ pixels, the mean μᵢ and the sum of squared deviations M2ᵢ. Let μ be the mean
// of all pixels. The squared deviations of all pixels from μ sum to Σ M2ᵢ + Σ nᵢ (μᵢ − μ)² (Chan,
// Golub, LeVeque 1979). This is computed in double: if a channel hardly varies, rounding the mean
// to float would matter.
constexpr int kMergedChannels = 64;

NST_INLINE void merge_channels(const MomentsArgs& args, int first, int channels) {
  const int spatial_blocks = spatial_block_count(args.blocking, args.out_h, args.out_w);
  const double total = static_cast<double>(args.out_h) * args.out_w;
  double mean[kMergedChannels];
  double squares[kMergedChannels];
  for (int c = 0; c < channels; ++c) mean[c] = squares[c] = 0;
  const std::ptrdiff_t stride = std::ptrdiff_t{2} * args.channels;
  const auto pixels_of = [&](int spatial_block) __attribute__((always_inline)) {
    const Block block = nth_spatial_block(args.blocking, args.out_h, args.out_w, spatial_block);
    return static_cast<double>(block.h) * block.w;
  };

  const float* means = args.moments + first;
  for (int spatial_block = 0; spatial_block < spatial_blocks; ++spatial_block, means += stride) {
    const double pixels = pixels_of(spatial_block);
    for (int c = 0; c < channels; ++c) mean[c] += pixels * static_cast<double>(means[c]);
  }
  for (int c = 0; c < channels; ++c) mean[c] /= total;

  means = args.moments + first;
  for (int spatial_block = 0; spatial_block < spatial_blocks; ++spatial_block, means += stride) {
    const double pixels = pixels_of(spatial_block);
    const float* const within = means + args.channels;
    for (int c = 0; c < channels; ++c) {
      const double deviation = static_cast<double>(means[c]) - mean[c];
      squares[c] += static_cast<double>(within[c]) + pixels * deviation * deviation;
    }
  }
  for (int c = 0; c < channels; ++c) {
    const double factor = static_cast<double>(args.gamma[first + c]) /
                          __builtin_sqrt(squares[c] / total + args.epsilon);
    const double beta = args.beta[first + c];
    args.scale[first + c] = static_cast<float>(factor);
    args.shift[first + c] = static_cast<float>(beta - mean[c] * factor);
  }
}

void merge_moments(const MomentsArgs& args) {
  for (int first = 0; first < args.channels; first += kMergedChannels) {
    merge_channels(args, first, min_of(kMergedChannels, args.channels - first));
  }
}

}  // namespace
}  // namespace nst::kernels
