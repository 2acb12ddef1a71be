// Applies scale, shift and activation to a tensor and adds another tensor to it. This is a separate
// pass over the tensor, not part of a convolution.
#pragma once

#include "kernels/generic/clamp.hpp"
#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// The scales, shifts and floors (least output values) of the channels in one vector.
struct AffineVector {
  Vec scale, shift, floor;
};

// Applies scale and shift to v, then the channels' floors (if Floors is true) or the activation.
template <bool Floors>
NST_INLINE Vec affine_vector(const AffineArgs& args, Clamp clamp, const AffineVector& coefficients,
                             Vec v) {
  if (args.scale != nullptr) v = fma(v, coefficients.scale, coefficients.shift);
  if constexpr (Floors) return maximum(coefficients.floor, v);
  return args.act == Activation::sigmoid ? sigmoid(v) : clamped(clamp, v);
}

NST_INLINE Vec affine_sum(const AffineArgs& args, Vec v, Vec add) {
  return fma(add, broadcast(args.add_factor), v);
}

template <bool Floors>
NST_INLINE void affine_pixel(const AffineArgs& args, Clamp clamp, const float* x, const float* add,
                             float* out) {
  for (int c = 0; c < args.channels; c += kLanes) {
    const int n = min_of(args.channels - c, kLanes);
    AffineVector coefficients{broadcast(1.0f), broadcast(0.0f), broadcast(0.0f)};
    if (args.scale != nullptr) {
      coefficients.scale = load_masked(args.scale + c, n);
      coefficients.shift = load_masked(args.shift + c, n);
    }
    if constexpr (Floors) coefficients.floor = load_masked(args.floor + c, n);
    Vec v = affine_vector<Floors>(args, clamp, coefficients, load_masked(x + c, n));
    if (add != nullptr) v = affine_sum(args, v, load_masked(add + c, n));
    store_masked(out + c, v, n);
  }
}

// The coefficients (scale, shift, lower bound) of pixels that have fewer channels than a vector has
// lanes, and no gaps between them. kLanes such pixels fill `channels` whole vectors. Each float of
// these vectors has its own coefficients here. The next kLanes pixels use the same ones.
struct AffinePattern {
  float scale[kLanes * kLanes];
  float shift[kLanes * kLanes];
  float floor[kLanes * kLanes];
};

// Returns true if the pixels have no gaps between them and several share a vector.
NST_INLINE bool is_dense(const AffineArgs& args) {
  return args.channels < kLanes && args.x.pixel_stride == args.channels &&
         args.output.pixel_stride == args.channels &&
         (args.add.data == nullptr || args.add.pixel_stride == args.channels);
}

NST_INLINE void fill_pattern(const AffineArgs& args, AffinePattern& pattern) {
  for (int i = 0; i < args.channels * kLanes; ++i) {
    pattern.scale[i] = args.scale != nullptr ? args.scale[i % args.channels] : 1.0f;
    pattern.shift[i] = args.scale != nullptr ? args.shift[i % args.channels] : 0.0f;
    pattern.floor[i] = args.floor != nullptr ? args.floor[i % args.channels] : 0.0f;
  }
}

template <bool Floors>
NST_INLINE void affine_dense_row(const AffineArgs& args, Clamp clamp, const AffinePattern& pattern,
                                 const float* x, const float* add, float* out) {
  const int floats = args.width * args.channels;
  const int period = args.channels * kLanes;
  for (int i = 0, phase = 0; i < floats; i += kLanes) {
    const int n = min_of(floats - i, kLanes);
    AffineVector coefficients{load(pattern.scale + phase), load(pattern.shift + phase),
                              broadcast(0.0f)};
    if constexpr (Floors) coefficients.floor = load(pattern.floor + phase);
    Vec v = affine_vector<Floors>(args, clamp, coefficients, load_masked(x + i, n));
    if (add != nullptr) v = affine_sum(args, v, load_masked(add + i, n));
    store_masked(out + i, v, n);
    phase = phase + kLanes == period ? 0 : phase + kLanes;
  }
}

template <bool Floors>
void affine_rows(const AffineArgs& args, int row_begin, int row_end) {
  const Clamp clamp = clamp_of(args.act);
  const bool dense_rows = is_dense(args);
  AffinePattern pattern;
  if (dense_rows) fill_pattern(args, pattern);
  for (int y = row_begin; y < row_end; ++y) {
    const float* x = address(args.x, y, 0);
    const float* add = args.add.data != nullptr ? address(args.add, y, 0) : nullptr;
    float* out = address(args.output, y, 0);
    if (dense_rows) {
      affine_dense_row<Floors>(args, clamp, pattern, x, add, out);
      continue;
    }
    for (int i = 0; i < args.width; ++i) {
      affine_pixel<Floors>(args, clamp, x, add, out);
      x += args.x.pixel_stride;
      out += args.output.pixel_stride;
      if (add != nullptr) add += args.add.pixel_stride;
    }
  }
}

void affine(const AffineArgs& args, int row_begin, int row_end) {
  if (args.floor != nullptr) {
    affine_rows<true>(args, row_begin, row_end);
  } else {
    affine_rows<false>(args, row_begin, row_end);
  }
}

}  // namespace
}  // namespace nst::kernels
