#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

void affine(const AffineArgs& args, int row_begin, int row_end) {
  for (int y = row_begin; y < row_end; ++y) {
    for (int x = 0; x < args.width; ++x) {
      for (int c = 0; c < args.channels; ++c) {
        double value = at(args.x, y, x, c);
        if (args.scale != nullptr) value = value * args.scale[c] + args.shift[c];
        value = activate(args.act, value, args.floor != nullptr ? args.floor[c] : 0.0);
        if (args.residual.data != nullptr) {
          value += static_cast<double>(at(args.residual, y, x, c)) * args.residual_factor;
        }
        at(args.output, y, x, c) = static_cast<float>(value);
      }
    }
  }
}

}  // namespace nst::kernels::reference
