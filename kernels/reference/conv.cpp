#include <algorithm>

#include "kernels/reference/reference.hpp"

namespace nst::kernels::reference {

namespace {

// Returns the row or column of the picture for coordinate u after upsampling. Returns -1 where
// padding is zero.
int source_index(int u, int side, int upsample, Border border) {
  const int upsampled = side * upsample;
  if (u < 0 || u >= upsampled) {
    if (border == Border::zero) return -1;
    if (border == Border::replicate) return u < 0 ? 0 : side - 1;
    u = u < 0 ? -u : 2 * (upsampled - 1) - u;
  }
  return u / upsample;
}

double prologue_value(const ConvInput& input, int y, int x, int c) {
  double value = at(input.x, y, x, c);
  if (input.scale != nullptr) {
    value = activate(input.act, value * input.scale[c] + input.shift[c],
                     input.floor != nullptr ? input.floor[c] : 0.0);
  }
  if (input.prologue_add.data != nullptr) {
    value += static_cast<double>(at(input.prologue_add, y, x, c)) * input.prologue_add_factor;
  }
  return value;
}

double convolved(const ConvArgs& args, int y, int x, int oc) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  const int ic_begin = spec.depthwise ? oc : 0;
  const int ic_count = spec.depthwise ? 1 : spec.in_c;
  double sum = args.bias != nullptr ? args.bias[oc] : 0.0;
  for (int ky = 0; ky < spec.kernel_h; ++ky) {
    const int iy = source_index(y * spec.stride + ky - g.pad_top, g.in_h, spec.upsample, g.border);
    for (int kx = 0; kx < spec.kernel_w; ++kx) {
      const int ix =
          source_index(x * spec.stride + kx - g.pad_left, g.in_w, spec.upsample, g.border);
      if (iy < 0 || ix < 0) continue;
      const std::ptrdiff_t tap = static_cast<std::ptrdiff_t>(ky) * spec.kernel_w + kx;
      for (int i = 0; i < ic_count; ++i) {
        const std::ptrdiff_t index =
            spec.depthwise ? tap * spec.in_c + oc : (tap * spec.in_c + i) * spec.out_c + oc;
        sum += prologue_value(args.input, iy, ix, ic_begin + i) * args.packed[index];
      }
    }
  }
  return sum;
}

void block_moments(const View& view, Block block, int out_c, float* moments) {
  const ConstView output = {view.data, view.row_stride, view.pixel_stride, view.first_row};
  for (int c = block.first_c; c < block.first_c + block.channels; ++c) {
    double sum = 0;
    for (int y = block.y; y < block.y + block.h; ++y) {
      for (int x = block.x; x < block.x + block.w; ++x) sum += at(output, y, x, c);
    }
    const double mean = sum / (static_cast<double>(block.h) * block.w);
    double squares = 0;
    for (int y = block.y; y < block.y + block.h; ++y) {
      for (int x = block.x; x < block.x + block.w; ++x) {
        const double deviation = at(output, y, x, c) - mean;
        squares += deviation * deviation;
      }
    }
    moments[c] = static_cast<float>(mean);
    moments[out_c + c] = static_cast<float>(squares);
  }
}

bool suits(const ConvSpec&) { return true; }

std::size_t packed_floats(const ConvSpec& spec) {
  const std::size_t taps = static_cast<std::size_t>(spec.kernel_h) * spec.kernel_w;
  return taps * spec.in_c * (spec.depthwise ? 1 : spec.out_c);
}

void pack(const ConvSpec& spec, const float* weights, float* packed) {
  std::copy_n(weights, packed_floats(spec), packed);
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  // Returns small blocks of odd sizes. Small blocks let threads share even a small picture. With
  // odd sizes, tests also cover blocks that are cut off at the edge.
  return {0, 0, std::min(geometry.out_h, 5), std::min(geometry.out_w, 64), std::min(spec.out_c, 23),
          0};
}

void run(const ConvArgs& args, Block block, float*) {
  const ConvSpec& spec = args.plan.spec;
  for (int y = block.y; y < block.y + block.h; ++y) {
    for (int x = block.x; x < block.x + block.w; ++x) {
      if (args.input.prologue_output.data != nullptr && block.first_c == 0) {
        for (int c = 0; c < spec.in_c; ++c) {
          at(args.input.prologue_output, y, x, c) =
              static_cast<float>(prologue_value(args.input, y, x, c));
        }
      }
      for (int oc = block.first_c; oc < block.first_c + block.channels; ++oc) {
        double value = activate(args.act, convolved(args, y, x, oc),
                                args.floor != nullptr ? args.floor[oc] : 0.0);
        if (args.epilogue_add.data != nullptr) value += at(args.epilogue_add, y, x, oc);
        at(args.output, y, x, oc) = static_cast<float>(value);
      }
    }
  }
}

}  // namespace

constinit const ConvAlgorithm conv_algorithm = {"reference", suits, packed_floats, pack,
                                                blocking,    run,   block_moments};

}  // namespace nst::kernels::reference
