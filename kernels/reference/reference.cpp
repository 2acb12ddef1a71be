#include "kernels/reference/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nst::kernels::reference {

double activate(Activation act, double value, double floor) {
  switch (act) {
    case Activation::none:
      return value;
    case Activation::relu:
      return std::max(value, floor);
    case Activation::relu6:
      return std::clamp(value, 0.0, 6.0);
    case Activation::sigmoid:
      return 1.0 / (1.0 + std::exp(-value));
  }
  return value;
}

float at(const ConstView& view, int y, int x, int c) {
  return view.data[(y - view.first_row) * view.row_stride + x * view.pixel_stride + c];
}

float& at(const View& view, int y, int x, int c) {
  return view.data[(y - view.first_row) * view.row_stride + x * view.pixel_stride + c];
}

namespace {

double pooled(const PoolArgs& args, int y, int x, int c) {
  const ConvGeometry& g = args.geometry;
  double sum = 0;
  double largest = -std::numeric_limits<double>::infinity();
  int count = 0;
  for (int ky = 0; ky < args.kernel; ++ky) {
    for (int kx = 0; kx < args.kernel; ++kx) {
      const int iy = y * args.stride + ky - g.pad_top;
      const int ix = x * args.stride + kx - g.pad_left;
      if (iy < 0 || iy >= g.in_h || ix < 0 || ix >= g.in_w) continue;
      const double value = at(args.input, iy, ix, c);
      sum += value;
      largest = std::max(largest, value);
      ++count;
    }
  }
  return args.kind == PoolKind::max ? largest : sum / count;
}

}  // namespace

void pool(const PoolArgs& args, Block block) {
  for (int y = block.y; y < block.y + block.h; ++y) {
    for (int x = block.x; x < block.x + block.w; ++x) {
      for (int c = 0; c < args.channels; ++c) {
        at(args.output, y, x, c) = static_cast<float>(pooled(args, y, x, c));
      }
    }
  }
}

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

void spatial_mean(ConstView x, int h, int w, int channel_begin, int channel_end, float* out) {
  for (int c = channel_begin; c < channel_end; ++c) {
    double sum = 0;
    for (int row = 0; row < h; ++row) {
      for (int col = 0; col < w; ++col) sum += at(x, row + x.first_row, col, c);
    }
    out[c] = static_cast<float>(sum / (static_cast<double>(h) * w));
  }
}

void dense(const float* x, int in_n, const float* weights, const float* bias, int out_n,
           float* out) {
  for (int j = 0; j < out_n; ++j) {
    double sum = bias[j];
    for (int i = 0; i < in_n; ++i) {
      sum += static_cast<double>(x[i]) * weights[static_cast<std::ptrdiff_t>(i) * out_n + j];
    }
    out[j] = static_cast<float>(sum);
  }
}

}  // namespace nst::kernels::reference

namespace nst::kernels {

namespace {

constexpr const ConvAlgorithm* kConvAlgorithms[] = {&reference::conv_algorithm};

}  // namespace

const Table& reference_table() {
  static constexpr Table table = {
      "reference",
      1,
      {kConvAlgorithms, 1, nullptr},
      reference::pool,
      reference::affine,
      reference::merge_moments,
      reference::spatial_mean,
      reference::dense,
  };
  return table;
}

}  // namespace nst::kernels
