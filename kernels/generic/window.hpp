// The window: the part of a convolution's input that one block reads. If possible, the block reads
// the tensor itself. Otherwise a copy of this part is made in scratch memory. Prologue, upsampling
// and border are already applied to the copy, so that no inner loop tests for an edge.
#pragma once

#include "kernels/generic/clamp.hpp"
#include "kernels/generic/lane_pattern.hpp"
#include "kernels/generic/view.hpp"

namespace nst::kernels {
namespace {

// A rectangle of the input after upsampling. It may reach beyond the edges of the picture.
struct Rect {
  int y, x, h, w;
};

// The window (a block's inputs) in memory. `data` points to tap (0, 0) of the block's first output
// pixel.
struct Window {
  const float* data;
  std::ptrdiff_t row_stride, pixel_stride;
};

// Returns the rectangle of the input that a block reads, in pixels after upsampling.
NST_INLINE Rect window_rect(const ConvSpec& spec, const ConvGeometry& g, Block block) {
  return {block.y * spec.stride - g.pad_top, block.x * spec.stride - g.pad_left,
          (block.h - 1) * spec.stride + spec.kernel_h, (block.w - 1) * spec.stride + spec.kernel_w};
}

// Returns how many floats of scratch memory the window of a full block needs. This includes one
// additional vector, because the last load may read beyond the window.
NST_INLINE std::size_t window_floats(const ConvSpec& spec, int block_h, int block_w) {
  const Rect rect = window_rect(spec, ConvGeometry{}, {0, 0, block_h, block_w, 0, 0});
  return static_cast<std::size_t>(rect.h) * rect.w * spec.in_c + kLanes;
}

// Returns the row or column of the picture that coordinate u reads, where u counts pixels after
// upsampling. Returns -1 if u lies outside the picture and the border is filled with zeros.
NST_INLINE int source_index(int u, int side, int upsample, Border border) {
  const int last = side * upsample - 1;
  if (u < 0 || u > last) {
    if (border == Border::zero) return -1;
    if (border == Border::replicate) return u < 0 ? 0 : side - 1;
    u = u < 0 ? -u : 2 * last - u;
  }
  return upsample == 2 ? u >> 1 : u;
}

NST_INLINE bool has_prologue(const ConvInput& input) {
  return input.scale != nullptr || input.prologue_add.data != nullptr;
}

// Returns true if a block can read the tensor itself: without prologue and upsampling, and with the
// window inside the picture. If contiguous_columns is true, the pixels must also have no gaps
// between them.
NST_INLINE bool reads_in_place(const ConvArgs& args, const Rect& rect, bool contiguous_columns) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  if (has_prologue(args.input) || args.input.prologue_output.data != nullptr ||
      spec.upsample != 1) {
    return false;
  }
  if (rect.y < 0 || rect.x < 0 || rect.y + rect.h > g.in_h || rect.x + rect.w > g.in_w) {
    return false;
  }
  return !contiguous_columns || spec.kernel_w == 1 || args.input.x.pixel_stride == spec.in_c;
}

// Returns a window that points into the input tensor, at the rectangle. Copies nothing. Allowed
// only if reads_in_place() returns true.
NST_INLINE Window window_in_place(const ConvArgs& args, const Rect& rect) {
  return {address(args.input.x, rect.y, rect.x), args.input.x.row_stride,
          args.input.x.pixel_stride};
}

// The operands of the prologue for some neighbouring pixels of one row of the tensor. The pointers
// point to the first channel to be computed. All strides are in floats.
struct Prologue {
  const float* x;
  std::ptrdiff_t x_pixel;
  const float* scale;  // null: scale, shift and floor are not applied
  const float* shift;
  const float* floor;  // lower bounds of the channels; null: `low` is the bound of all
  float low;
  const float* prologue_add;  // added after the floor, times the factor below; null: nothing
  float prologue_add_factor;
  std::ptrdiff_t add_pixel;
  float* to;
  std::ptrdiff_t to_pixel;
  // In upsampling by 2, each result is stored twice: the distance from the first copy to the
  // second. 0: stored once.
  std::ptrdiff_t second_copy;
  int pixels;
};

// Returns a copy of the prologue whose pointers point n channels further.
NST_INLINE Prologue advanced(Prologue f, int n) {
  f.x += n;
  if (f.scale != nullptr) {
    f.scale += n;
    f.shift += n;
    if (f.floor != nullptr) f.floor += n;
  }
  if (f.prologue_add != nullptr) f.prologue_add += n;
  f.to += n;
  return f;
}

// Applies the prologue to some channels of each pixel. If Whole is true, these are V whole vectors
// of channels, otherwise the first n lanes of one vector. Their scales, shifts and floors are
// loaded once and stay in registers for all pixels.
//
// - Scaled: applies scale, shift and floor
// - Sums: adds prologue_add
// - Twice: stores each result twice, for upsampling by 2
template <int V, bool Whole, bool Scaled, bool Sums, bool Twice>
void apply_prologue_to_vectors(const Prologue& f, int n) {
  const auto at = [&](const float* p, int v) __attribute__((always_inline)) {
    return load_masked_or_whole<Whole>(p + v * kLanes, n);
  };
  Vec scale[V];
  Vec shift[V];
  Vec low[V];
  if constexpr (Scaled) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      scale[v] = at(f.scale, v);
      shift[v] = at(f.shift, v);
      low[v] = f.floor != nullptr ? at(f.floor, v) : broadcast(f.low);
    });
  }
  const Vec prologue_add_factor = broadcast(f.prologue_add_factor);
  const float* x = f.x;
  const float* prologue_add = f.prologue_add;
  float* to = f.to;
  for (int i = f.pixels; i > 0; --i) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      Vec value = at(x, v);
      if constexpr (Scaled) value = maximum(low[v], fma(value, scale[v], shift[v]));
      if constexpr (Sums) value = fma(at(prologue_add, v), prologue_add_factor, value);
      store_masked_or_whole<Whole>(to + v * kLanes, value, n);
      if constexpr (Twice) store_masked_or_whole<Whole>(to + f.second_copy + v * kLanes, value, n);
    });
    x += f.x_pixel;
    if constexpr (Sums) prologue_add += f.add_pixel;
    to += f.to_pixel;
  }
}

template <int V, bool Whole>
NST_INLINE void apply_prologue_to_vectors(const Prologue& f, int n) {
  using Function = void (*)(const Prologue&, int);
  static constexpr Function kFunctions[2][2][2] = {
      {{apply_prologue_to_vectors<V, Whole, false, false, false>,
        apply_prologue_to_vectors<V, Whole, false, false, true>},
       {apply_prologue_to_vectors<V, Whole, false, true, false>,
        apply_prologue_to_vectors<V, Whole, false, true, true>}},
      {{apply_prologue_to_vectors<V, Whole, true, false, false>,
        apply_prologue_to_vectors<V, Whole, true, false, true>},
       {apply_prologue_to_vectors<V, Whole, true, true, false>,
        apply_prologue_to_vectors<V, Whole, true, true, true>}}};
  kFunctions[f.scale != nullptr][f.prologue_add != nullptr][f.second_copy != 0](f, n);
}

// Applies the prologue to all channels of the pixels. Handles one group of channels for all pixels,
// then the next group. A group is as large as the registers allow, because large groups read memory
// almost in order.
NST_INLINE void apply_prologue_to_channels(const Prologue& f, int channels) {
  constexpr int kMost = kRegisters == 32 ? 8 : 4;
  int c = 0;
  for (; channels - c >= kMost * kLanes; c += kMost * kLanes) {
    apply_prologue_to_vectors<kMost, true>(advanced(f, c), kLanes);
  }
  c += for_vector_groups(
      channels - c, [&](auto vectors, int first) __attribute__((always_inline)) {
        apply_prologue_to_vectors<vectors, true>(advanced(f, c + first), kLanes);
      });
  if (c < channels) apply_prologue_to_vectors<1, false>(advanced(f, c), channels - c);
}

// Returns true if apply_prologue_to_narrow can be used and is faster. The pixels must have no gaps
// between them, and so few channels that a vector holds several pixels. There must be many pixels,
// because the function first repeats scale, shift and floor for a whole lane pattern
// (lane_pattern.hpp).
NST_INLINE bool is_narrow_and_dense(const ConvInput& input, int channels, int pixels) {
  return has_lane_pattern(channels) && pixels * channels >= kPatternVectors * kLanes &&
         input.x.pixel_stride == channels &&
         (input.prologue_add.data == nullptr || input.prologue_add.pixel_stride == channels);
}

// Applies the prologue to pixels for which is_narrow_and_dense is true. First repeats scale, shift
// and floor until they fill kPatternVectors vectors. Then treats these vectors like the channels of
// one pixel.
void apply_prologue_to_narrow(Prologue f, int channels) {
  constexpr int kRound = kPatternVectors * kLanes;
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
  f.x_pixel = f.add_pixel = f.to_pixel = kRound;
  f.pixels = floats / kRound;
  apply_prologue_to_vectors<kPatternVectors, true>(f, kLanes);
  int done = f.pixels * kRound;
  f.x += done;
  f.to += done;
  if (f.prologue_add != nullptr) f.prologue_add += done;
  f.pixels = 1;
  for (; floats - done >= kLanes; done += kLanes) {
    apply_prologue_to_vectors<1, true>(f, kLanes);
    f = advanced(f, kLanes);
  }
  if (done < floats) apply_prologue_to_vectors<1, false>(f, floats - done);
}

// Applies the prologue to n consecutive source pixels, beginning at (sy, sx). Stores each result
// `repeat` times.
void apply_prologue_to_pixels(const ConvArgs& args, int sy, int sx, int n, int repeat, float* to) {
  const ConvInput& input = args.input;
  const int channels = args.plan.spec.in_c;
  const float* x = address(input.x, sy, sx);
  if (!has_prologue(input) && repeat == 1 && input.x.pixel_stride == channels) {
    copy_floats(x, to, static_cast<std::ptrdiff_t>(n) * channels);
    return;
  }
  Prologue f{};
  f.x = x;
  f.x_pixel = input.x.pixel_stride;
  f.scale = input.scale;
  f.shift = input.shift;
  f.floor = input.floor;
  f.low = clamp_of(input.act).low;
  f.prologue_add =
      input.prologue_add.data != nullptr ? address(input.prologue_add, sy, sx) : nullptr;
  f.prologue_add_factor = input.prologue_add_factor;
  f.add_pixel = input.prologue_add.pixel_stride;
  f.to = to;
  f.to_pixel = static_cast<std::ptrdiff_t>(repeat) * channels;
  f.second_copy = repeat == 2 ? channels : 0;
  f.pixels = n;
  if (repeat == 1 && is_narrow_and_dense(input, channels, n)) {
    apply_prologue_to_narrow(f, channels);
  } else {
    apply_prologue_to_channels(f, channels);
  }
}

// Makes one row of the window (the block's inputs) from row sy of the tensor.
void make_window_row(const ConvArgs& args, const Rect& rect, int sy, float* to) {
  const ConvSpec& spec = args.plan.spec;
  const ConvGeometry& g = args.geometry;
  const int side = g.in_w * spec.upsample;
  int u = rect.x;
  const int end = rect.x + rect.w;
  while (u < end) {
    const bool inside = u >= 0 && u < side;
    const bool aligned = u % spec.upsample == 0;
    int count = 1;  // number of window columns that this round writes
    if (inside && aligned) {
      const int pixels = (min_of(end, side) - u) / spec.upsample;
      if (pixels > 0) {
        apply_prologue_to_pixels(args, sy, u / spec.upsample, pixels, spec.upsample, to);
        count = pixels * spec.upsample;
      } else {
        apply_prologue_to_pixels(args, sy, u / spec.upsample, 1, 1, to);
      }
    } else {
      const int sx = source_index(u, g.in_w, spec.upsample, g.border);
      if (sx >= 0) {
        apply_prologue_to_pixels(args, sy, sx, 1, 1, to);
      } else {
        zero_floats(to, spec.in_c);
      }
    }
    u += count;
    to += static_cast<std::ptrdiff_t>(count) * spec.in_c;
  }
}

// Returns true if this block must store row y of the prologue's result in prologue_output.
NST_INLINE bool stores_prologue(const ConvArgs& args, Block block, int y) {
  return args.input.prologue_output.data != nullptr && block.first_c == 0 && y >= block.y &&
         y < block.y + block.h;
}

// Copies row y of the prologue's result to prologue_output. `row` is the same row of the window,
// which is wider than the block. Only the pixels with the block's own coordinates are copied.
void store_prologue(const ConvArgs& args, Block block, const Rect& rect, int y, const float* row) {
  const View& prologue_output = args.input.prologue_output;
  const int channels = args.plan.spec.in_c;
  const float* from = row + static_cast<std::ptrdiff_t>(block.x - rect.x) * channels;
  float* to = address(prologue_output, y, block.x);
  for (int x = 0; x < block.w; ++x) {
    copy_floats(from, to, channels);
    from += channels;
    to += prologue_output.pixel_stride;
  }
}

// Makes the window of a block in scratch memory. The rows of the window are row_stride floats
// apart. If a row of `rect` has fewer floats, the rest of the row is set to zero.
Window make_window(const ConvArgs& args, Block block, const Rect& rect, std::ptrdiff_t row_stride,
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
      make_window_row(args, rect, sy, row);
      zero_floats(row + row_floats, row_stride - row_floats);
    }
    previous = sy;
    const int y = rect.y + r;
    if (stores_prologue(args, block, y)) {
      store_prologue(args, block, rect, y, row);
    }
  }
  return {scratch, row_stride, spec.in_c};
}

Window make_window(const ConvArgs& args, Block block, const Rect& rect, float* scratch) {
  return make_window(args, block, rect, static_cast<std::ptrdiff_t>(rect.w) * args.plan.spec.in_c,
                     scratch);
}

Window block_window(const ConvArgs& args, Block block, bool contiguous_columns, float* scratch) {
  const Rect rect = window_rect(args.plan.spec, args.geometry, block);
  if (reads_in_place(args, rect, contiguous_columns)) {
    return window_in_place(args, rect);
  }
  return make_window(args, block, rect, scratch);
}

// Returns the window of a block for a Winograd algorithm, which reads whole tiles. `whole` is the
// rectangle that these tiles read. It starts at the same row and column as the block's own window,
// but may be larger. The additional pixels only affect outputs outside the block, which are not
// stored. So these pixels may have any finite value: they are zero, or pixels of the picture.
Window tile_window(const ConvArgs& args, Block block, const Rect& whole, float* scratch) {
  if (reads_in_place(args, whole, false)) {
    return window_in_place(args, whole);
  }
  const Rect rect = window_rect(args.plan.spec, args.geometry, block);
  const std::ptrdiff_t row_stride = static_cast<std::ptrdiff_t>(whole.w) * args.plan.spec.in_c;
  const Window window = make_window(args, block, rect, row_stride, scratch);
  zero_floats(scratch + rect.h * row_stride, (whole.h - rect.h) * row_stride);
  return window;
}

}  // namespace
}  // namespace nst::kernels
