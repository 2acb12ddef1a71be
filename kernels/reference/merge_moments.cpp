#include <cmath>

#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

// Chan, Golub and LeVeque 1979: the squared deviations of a union are Σ M2ᵢ + Σ nᵢ (μᵢ − μ)².
void merge_moments(const MomentsArgs& args) {
  const int areas = area_count(args.blocking, args.out_h, args.out_w);
  const double total = static_cast<double>(args.out_h) * args.out_w;
  const auto pixels = [&](int area) {
    const Block block = nth_area(args.blocking, args.out_h, args.out_w, area);
    return static_cast<double>(block.h) * block.w;
  };
  for (int c = 0; c < args.channels; ++c) {
    const auto moment = [&](int area, int which) -> double {
      return args.moments[(static_cast<std::ptrdiff_t>(area) * 2 + which) * args.channels + c];
    };
    double sum = 0;
    for (int area = 0; area < areas; ++area) sum += pixels(area) * moment(area, 0);
    const double mean = sum / total;
    double squares = 0;
    for (int area = 0; area < areas; ++area) {
      const double deviation = moment(area, 0) - mean;
      squares += moment(area, 1) + pixels(area) * deviation * deviation;
    }
    const double factor = args.gamma[c] / std::sqrt(squares / total + args.epsilon);
    args.scale[c] = static_cast<float>(factor);
    args.shift[c] = static_cast<float>(args.beta[c] - mean * factor);
  }
}

}  // namespace nst::kernels::reference
