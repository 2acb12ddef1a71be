// The part of a convolution's input that one block reads: in place where it can be, otherwise
// formed (prologue, upsampling, border) in scratch so that no inner loop tests an edge.
#pragma once

#include "kernels/generic/clamp.hpp"
#include "kernels/generic/lane_pattern.hpp"
#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// A rectangle of the (upsampled) input; it may reach over the border.
struct Rect {
  int y, x, h, w;
};

// Where a block's taps are: tap (0, 0) of its first output pixel is at data.
struct Window {
  const float* data;
  std::ptrdiff_t row_stride, pixel_stride;
};

NST_INLINE Rect window_rect(const ConvSpec& spec, const ConvGeometry& g, Block block) {
  return {block.y * spec.stride - g.pad_top, block.x * spec.stride - g.pad_left,
          (block.h - 1) * spec.stride + spec.kernel_h, (block.w - 1) * spec.stride + spec.kernel_w};
}

// Floats the window of a full block needs in scratch. The last vector may be read past the end.
NST_INLINE std::size_t window_floats(const ConvSpec& spec, int block_h, int block_w) {
  const Rect rect = window_rect(spec, ConvGeometry{}, {0, 0, block_h, block_w, 0, 0});
  return static_cast<std::size_t>(rect.h) * rect.w * spec.in_c + kLanes;
}

// A border only the kernel layer knows: the edge pixel repeats.
constexpr Border kRepeatEdge = static_cast<Border>(2);

// Source row or column of (upsampled) coordinate u; -1 where the border is zero.
NST_INLINE int source_index(int u, int side, int upsample, Border border) {
  const int last = side * upsample - 1;
  if (u < 0 || u > last) {
    if (border == Border::zero) return -1;
    if (border == kRepeatEdge) return u < 0 ? 0 : side - 1;
    u = u < 0 ? -u : 2 * last - u;
  }
  return upsample == 2 ? u >> 1 : u;
}

NST_INLINE bool has_prologue(const ConvInput& input) {
  return input.scale != nullptr || input.residual.data != nullptr;
}

// Can the block read the input itself? Then its window must lie inside, and kernel columns must be
// neighbours in memory unless the caller strides over pixels anyway.
NST_INLINE bool reads_in_place(const ConvArgs& args, const Rect& rect, bool contiguous_columns) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  if (has_prologue(args.input) || args.input.formed.data != nullptr || spec.upsample != 1) {
    return false;
  }
  if (rect.y < 0 || rect.x < 0 || rect.y + rect.h > g.in_h || rect.x + rect.w > g.in_w) {
    return false;
  }
  return !contiguous_columns || spec.kernel_w == 1 || args.input.x.pixel_stride == spec.in_c;
}

NST_INLINE Window window_in_place(const ConvArgs& args, const Rect& rect) {
  return {address(args.input.x, rect.y, rect.x), args.input.x.row_stride,
          args.input.x.pixel_stride};
}

// Pixels of one source row to be formed, from one channel on. Strides count floats.
struct Forming {
  const float* x;
  std::ptrdiff_t x_pixel;
  const float* scale;  // of the first channel, or null; shift and floor go with it
  const float* shift;
  const float* floor;  // or null: `low` for all channels
  float low;
  const float* residual;  // or null
  float residual_factor;
  std::ptrdiff_t residual_pixel;
  float* to;
  std::ptrdiff_t to_pixel;
  std::ptrdiff_t twin;  // from a formed pixel to its second copy; 0 for none
  int pixels;
};

// From n channels further on.
NST_INLINE Forming advanced(Forming f, int n) {
  f.x += n;
  if (f.scale != nullptr) {
    f.scale += n;
    f.shift += n;
    if (f.floor != nullptr) f.floor += n;
  }
  if (f.residual != nullptr) f.residual += n;
  f.to += n;
  return f;
}

// V whole vectors of channels, or the first n lanes of one. The coefficients stay in registers.
template <int V, bool Whole, bool Scaled, bool Sums, bool Twice>
void form_vectors(const Forming& f, int n) {
  const auto at = [&](const float* p, int v) __attribute__((always_inline)) {
    return load_lanes<Whole>(p + v * kLanes, n);
  };
  Vec scale[V];
  Vec shift[V];
  Vec low[V];
  if constexpr (Scaled) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      scale[v] = at(f.scale, v);
      shift[v] = at(f.shift, v);
      low[v] = f.floor != nullptr ? at(f.floor, v) : splat(f.low);
    });
  }
  const Vec residual_factor = splat(f.residual_factor);
  const float* x = f.x;
  const float* residual = f.residual;
  float* to = f.to;
  for (int i = f.pixels; i > 0; --i) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      Vec value = at(x, v);
      if constexpr (Scaled) value = maximum(low[v], fma(value, scale[v], shift[v]));
      if constexpr (Sums) value = fma(at(residual, v), residual_factor, value);
      store_lanes<Whole>(to + v * kLanes, value, n);
      if constexpr (Twice) store_lanes<Whole>(to + f.twin + v * kLanes, value, n);
    });
    x += f.x_pixel;
    if constexpr (Sums) residual += f.residual_pixel;
    to += f.to_pixel;
  }
}

template <int V, bool Whole>
NST_INLINE void form_vectors(const Forming& f, int n) {
  using Function = void (*)(const Forming&, int);
  static constexpr Function kFunctions[2][2][2] = {
      {{form_vectors<V, Whole, false, false, false>, form_vectors<V, Whole, false, false, true>},
       {form_vectors<V, Whole, false, true, false>, form_vectors<V, Whole, false, true, true>}},
      {{form_vectors<V, Whole, true, false, false>, form_vectors<V, Whole, true, false, true>},
       {form_vectors<V, Whole, true, true, false>, form_vectors<V, Whole, true, true, true>}}};
  kFunctions[f.scale != nullptr][f.residual != nullptr][f.twin != 0](f, n);
}

// As many channels at a time as there are registers for their coefficients: memory is then read in
// its order.
NST_INLINE void form_channels(const Forming& f, int channels) {
  constexpr int kMost = kRegisters == 32 ? 8 : 4;
  int c = 0;
  for (; channels - c >= kMost * kLanes; c += kMost * kLanes) {
    form_vectors<kMost, true>(advanced(f, c), kLanes);
  }
  c += for_vector_groups(
      channels - c, [&](auto vectors, int first) __attribute__((always_inline)) {
        form_vectors<vectors, true>(advanced(f, c + first), kLanes);
      });
  if (c < channels) form_vectors<1, false>(advanced(f, c), channels - c);
}

// Do pixels follow each other without a gap, several to a vector, and enough of them to be worth
// the pattern of their coefficients?
NST_INLINE bool is_narrow_and_dense(const ConvInput& input, int channels, int pixels) {
  return has_phases(channels) && pixels * channels >= kPhases * kLanes &&
         input.x.pixel_stride == channels &&
         (input.residual.data == nullptr || input.residual.pixel_stride == channels);
}

// As form_channels, several pixels to a vector: coefficients come round after kPhases vectors.
void form_narrow(Forming f, int channels) {
  constexpr int kRound = kPhases * kLanes;
  alignas(64) float scale[kRound];
  alignas(64) float shift[kRound];
  alignas(64) float floor[kRound];
  const auto repeat = [&](const float* from, float* to) {
    for (int i = 0, c = 0; i < kRound; ++i) {
      to[i] = from[c];
      if (++c == channels) c = 0;
    }
  };
  if (f.scale != nullptr) {
    repeat(f.scale, scale);
    repeat(f.shift, shift);
    f.scale = scale;
    f.shift = shift;
  }
  if (f.scale != nullptr && f.floor != nullptr) {
    repeat(f.floor, floor);
    f.floor = floor;
  }
  const int floats = f.pixels * channels;
  f.x_pixel = f.residual_pixel = f.to_pixel = kRound;
  f.pixels = floats / kRound;
  form_vectors<kPhases, true>(f, kLanes);
  int done = f.pixels * kRound;
  f.x += done;
  f.to += done;
  if (f.residual != nullptr) f.residual += done;
  f.pixels = 1;
  for (; floats - done >= kLanes; done += kLanes) {
    form_vectors<1, true>(f, kLanes);
    f = advanced(f, kLanes);
  }
  if (done < floats) form_vectors<1, false>(f, floats - done);
}

// n consecutive source pixels from (sy, sx), each stored `repeat` times.
void form_pixels(const ConvArgs& args, int sy, int sx, int n, int repeat, float* to) {
  const ConvInput& input = args.input;
  const int channels = args.plan.spec.in_c;
  const float* x = address(input.x, sy, sx);
  if (!has_prologue(input) && repeat == 1 && input.x.pixel_stride == channels) {
    copy_floats(x, to, static_cast<std::ptrdiff_t>(n) * channels);
    return;
  }
  Forming f{};
  f.x = x;
  f.x_pixel = input.x.pixel_stride;
  f.scale = input.scale;
  f.shift = input.shift;
  f.floor = input.floor;
  f.low = clamp_of(input.act).low;
  f.residual = input.residual.data != nullptr ? address(input.residual, sy, sx) : nullptr;
  f.residual_factor = input.residual_factor;
  f.residual_pixel = input.residual.pixel_stride;
  f.to = to;
  f.to_pixel = static_cast<std::ptrdiff_t>(repeat) * channels;
  f.twin = repeat == 2 ? channels : 0;
  f.pixels = n;
  if (repeat == 1 && is_narrow_and_dense(input, channels, n)) {
    form_narrow(f, channels);
  } else {
    form_channels(f, channels);
  }
}

// One row of the window; sy is its source row.
void form_row(const ConvArgs& args, const Rect& rect, int sy, float* to) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  const int side = g.in_w * spec.upsample;
  int u = rect.x;
  const int end = rect.x + rect.w;
  while (u < end) {
    const bool inside = u >= 0 && u < side;
    const bool aligned = u % spec.upsample == 0;
    int count = 1;  // window columns written in this step
    if (inside && aligned) {
      const int pixels = (min_of(end, side) - u) / spec.upsample;
      if (pixels > 0) {
        form_pixels(args, sy, u / spec.upsample, pixels, spec.upsample, to);
        count = pixels * spec.upsample;
      } else {
        form_pixels(args, sy, u / spec.upsample, 1, 1, to);
      }
    } else {
      const int sx = source_index(u, g.in_w, spec.upsample, g.border);
      if (sx >= 0) {
        form_pixels(args, sy, sx, 1, 1, to);
      } else {
        zero_floats(to, spec.in_c);
      }
    }
    u += count;
    to += static_cast<std::ptrdiff_t>(count) * spec.in_c;
  }
}

// Does this block store the formed value of row y?
NST_INLINE bool keeps_formed(const ConvArgs& args, Block block, int y) {
  return args.input.formed.data != nullptr && block.first_c == 0 && y >= block.y &&
         y < block.y + block.h;
}

// Stores the block's own pixels of a formed row where the caller keeps them.
void keep_formed(const ConvArgs& args, Block block, const Rect& rect, int y, const float* row) {
  const View& formed = args.input.formed;
  const int channels = args.plan.spec.in_c;
  const float* from = row + static_cast<std::ptrdiff_t>(block.x - rect.x) * channels;
  float* to = address(formed, y, block.x);
  for (int x = 0; x < block.w; ++x) {
    copy_floats(from, to, channels);
    from += channels;
    to += formed.pixel_stride;
  }
}

// Rows are row_stride floats apart; what a row has beyond the rectangle is zero.
Window form_window(const ConvArgs& args, Block block, const Rect& rect, std::ptrdiff_t row_stride,
                   float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  const std::ptrdiff_t row_floats = static_cast<std::ptrdiff_t>(rect.w) * spec.in_c;
  int previous = -1;
  for (int r = 0; r < rect.h; ++r) {
    float* row = scratch + r * row_stride;
    const int sy = source_index(rect.y + r, g.in_h, spec.upsample, g.border);
    if (sy < 0) {
      zero_floats(row, row_stride);
    } else if (sy == previous) {
      copy_floats(row - row_stride, row, row_stride);
    } else {
      form_row(args, rect, sy, row);
      zero_floats(row + row_floats, row_stride - row_floats);
    }
    previous = sy;
    const int y = rect.y + r;
    if (keeps_formed(args, block, y)) {
      keep_formed(args, block, rect, y, row);
    }
  }
  return {scratch, row_stride, spec.in_c};
}

Window form_window(const ConvArgs& args, Block block, const Rect& rect, float* scratch) {
  return form_window(args, block, rect, static_cast<std::ptrdiff_t>(rect.w) * args.plan.spec.in_c,
                     scratch);
}

Window block_window(const ConvArgs& args, Block block, bool contiguous_columns, float* scratch) {
  const Rect rect = window_rect(args.plan.spec, args.geometry, block);
  if (reads_in_place(args, rect, contiguous_columns)) {
    return window_in_place(args, rect);
  }
  return form_window(args, block, rect, scratch);
}

// The window of a block rounded up to `whole` (same origin), for algorithms that work in tiles.
// What only the surplus outputs read is zero or the picture's own: any finite value would do, for
// those outputs are dropped.
Window tile_window(const ConvArgs& args, Block block, const Rect& whole, float* scratch) {
  if (reads_in_place(args, whole, false)) {
    return window_in_place(args, whole);
  }
  const Rect rect = window_rect(args.plan.spec, args.geometry, block);
  const std::ptrdiff_t row_stride = static_cast<std::ptrdiff_t>(whole.w) * args.plan.spec.in_c;
  const Window window = form_window(args, block, rect, row_stride, scratch);
  zero_floats(scratch + rect.h * row_stride, (whole.h - rect.h) * row_stride);
  return window;
}

}  // namespace
}  // namespace nst::kernels
