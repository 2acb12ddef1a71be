#include <cmath>

#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

// Merges the moments of all blocks. Block i has nᵢ pixels, the mean μᵢ and the sum of squared
// deviations M2ᵢ; μ is the mean of all pixels. The squared deviations of all pixels from μ sum to Σ
// M2ᵢ + Σ nᵢ (μᵢ − μ)² (Chan, Golub, LeVeque 1979).
void merge_moments(const MomentsArgs& args) {
  const int spatial_blocks = spatial_block_count(args.blocking, args.out_h, args.out_w);
  const double total = static_cast<double>(args.out_h) * args.out_w;
  const auto pixels = [&](int spatial_block) {
    const Block block = nth_spatial_block(args.blocking, args.out_h, args.out_w, spatial_block);
    return static_cast<double>(block.h) * block.w;
  };
  for (int c = 0; c < args.channels; ++c) {
    const auto moment = [&](int spatial_block, int which) -> double {
      return args
          .moments[(static_cast<std::ptrdiff_t>(spatial_block) * 2 + which) * args.channels + c];
    };
    double sum = 0;
    for (int spatial_block = 0; spatial_block < spatial_blocks; ++spatial_block)
      sum += pixels(spatial_block) * moment(spatial_block, 0);
    const double mean = sum / total;
    double squares = 0;
    for (int spatial_block = 0; spatial_block < spatial_blocks; ++spatial_block) {
      const double deviation = moment(spatial_block, 0) - mean;
      squares += moment(spatial_block, 1) + pixels(spatial_block) * deviation * deviation;
    }
    const double factor = args.gamma[c] / std::sqrt(squares / total + args.epsilon);
    args.scale[c] = static_cast<float>(factor);
    args.shift[c] = static_cast<float>(args.beta[c] - mean * factor);
  }
}

}  // namespace nst::kernels::reference
