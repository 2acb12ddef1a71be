// Direct convolution with output channels in the lanes: a register tile of pixels × channel
// vectors, fed by broadcast inputs and packed weights.
//
// Rows of NHWC are contiguous over (kernel column, channel), so a kernel row is one run of
// kernel_w * in_c products and the whole convolution is kernel_h such runs.
#pragma once

#include "kernels/generic/algorithm.hpp"
#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {
namespace direct {

// The register tile: kPixels × kVectors accumulators. Two vectors of channels let one broadcast
// feed two multiplies; the remaining registers hold pixels, which is what keeps the weights'
// traffic from the second-level cache low (one vector per kPixels multiplies).
constexpr int kVectors = 2;
constexpr int kPixels = kRegisters == 32 ? 14 : 6;
// With one vector of channels: enough to hide the latency of the additions.
constexpr int kPixelsOfOne = kRegisters == 32 ? 14 : 12;
// Three vectors that are left go together: one alone would need a broadcast for every multiply.
constexpr int kMostVectors = 3;
constexpr int kPixelsOfThree = kRegisters == 32 ? 9 : 4;
constexpr int kPanelChannels = kVectors * kLanes;
// Products per loop turn: amortises the pointer increments.
constexpr int kUnroll = 4;

NST_INLINE int vectors_of(int channels) { return ceil_div(channels, kLanes); }

NST_INLINE std::size_t products(const ConvSpec& spec) {
  return static_cast<std::size_t>(spec.kernel_h) * spec.kernel_w * spec.in_c;
}

std::size_t packed_floats(const ConvSpec& spec) {
  return products(spec) * vectors_of(spec.out_c) * kLanes;
}

// Vectors of the next panel out of `left`.
NST_INLINE int panel_vectors(int left) {
  return left == kMostVectors ? left : min_of(kVectors, left);
}

// f(first channel, vectors) for the panels of channels [first_c, end_c).
template <class F>
NST_INLINE void for_panels(int first_c, int end_c, F&& f) {
  for (int first = first_c, vectors = 0; first < end_c; first += vectors * kLanes) {
    vectors = panel_vectors(vectors_of(end_c - first));
    f(first, vectors);
  }
}

// [panel][kernel row, kernel column, in_c][channels of the panel], absent channels zero.
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  const std::size_t depth = products(spec);
  for_panels(0, spec.out_c, [&](int first, int vectors) {
    const int width = vectors * kLanes;
    const int present = min_of(width, spec.out_c - first);
    for (std::size_t k = 0; k < depth; ++k, packed += width) {
      const float* from = weights + k * spec.out_c + first;
      int i = 0;
      for (; i + kLanes <= present; i += kLanes) store(packed + i, load(from + i));
      for (; i < width; ++i) packed[i] = i < present ? from[i] : 0.0f;
    }
  });
}

// A register tile: neighbouring pixels of one row × a panel of channels.
struct Tile {
  const float* in;                  // tap (0, 0) of the first pixel
  std::ptrdiff_t in_pixel, in_row;  // to the next output pixel; to the next kernel row
  int kernel_h, run;                // run: kernel_w * in_c
  const float* weights;
  const float* bias;  // of the panel, or null
  int channels;       // valid ones, from the panel's first on
  Clamp clamp;
  const float* skip;  // of the first pixel, or null
  std::ptrdiff_t skip_pixel;
  float* out;
  std::ptrdiff_t out_pixel;
};

template <int P, int V>
struct Accumulators {
  Vec at[P][V];
};

// Pointers are kept for every third pixel: three addresses share one by offsets of 0, 1 and 2
// pixels, which leaves x86's 16 general registers enough.
template <int P, int V, int U>
NST_INLINE void accumulate(Accumulators<P, V>& acc, const float* const* in, std::ptrdiff_t pixel,
                           const float* weights) {
  unroll<U>([&](auto u) __attribute__((always_inline)) {
    Vec w[V];
    unroll<V>([&](auto v)
                  __attribute__((always_inline)) { w[v] = load(weights + (u * V + v) * kLanes); });
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      const Vec x = splat(in[p / 3][(p % 3) * pixel + u]);
      unroll<V>([&](auto v) __attribute__((always_inline)) { add_product(acc.at[p][v], x, w[v]); });
    });
  });
}

template <int P, int V>
NST_INLINE void finish(const Accumulators<P, V>& acc, const Tile& t) {
  const bool plain = t.channels >= V * kLanes && t.skip == nullptr;
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      float* const out = t.out + p * t.out_pixel + v * kLanes;
      Vec value = clamped(t.clamp, acc.at[p][v]);
      if (plain) return store(out, value);
      const int valid = t.channels - v * kLanes;
      if (t.skip != nullptr) {
        value = value + load_first(t.skip + p * t.skip_pixel + v * kLanes, valid);
      }
      store_first(out, value, valid);
    });
  });
}

template <int P, int V>
NST_INLINE void clear(Accumulators<P, V>& acc) {
  unroll<P>([&](auto p) __attribute__((always_inline)) {
    unroll<V>([&](auto v) __attribute__((always_inline)) { acc.at[p][v] = splat(0.0f); });
  });
}

// Long sums are made of partial ones of kPartial products: rounding errors grow with the length of
// a chain, and a deep network multiplies them. Costs about two percent.
constexpr int kPartial = 64;

// `count` products of one kernel row; advances `in` and `weights`.
template <int P, int V>
NST_INLINE void accumulate_run(Accumulators<P, V>& acc, const float** in, std::ptrdiff_t pixel,
                               const float*& weights, int count) {
  constexpr int kPointers = (P + 2) / 3;
  for (; count >= kUnroll; count -= kUnroll) {
    accumulate<P, V, kUnroll>(acc, in, pixel, weights);
    unroll<kPointers>([&](auto j) __attribute__((always_inline)) { in[j] += kUnroll; });
    weights += kUnroll * V * kLanes;
  }
  for (; count > 0; --count) {
    accumulate<P, V, 1>(acc, in, pixel, weights);
    unroll<kPointers>([&](auto j) __attribute__((always_inline)) { ++in[j]; });
    weights += V * kLanes;
  }
}

// Sums that wait in memory while the registers hold the next chain.
template <int P, int V>
struct Total {
  alignas(64) float at[P][V][kLanes];
  bool is_empty = true;

  // To the compiler `at` is written here, so that it neither clears it nor warns.
  NST_INLINE Total() { asm("" : "=m"(at)); }

  NST_INLINE void take(Accumulators<P, V>& acc) {
    add_to(acc);
    is_empty = false;
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      unroll<V>([&](auto v) __attribute__((always_inline)) { store(at[p][v], acc.at[p][v]); });
    });
    clear(acc);
  }
  NST_INLINE void add_to(Accumulators<P, V>& acc) const {
    if (is_empty) return;
    unroll<P>([&](auto p) __attribute__((always_inline)) {
      unroll<V>([&](auto v) __attribute__((always_inline)) {
        acc.at[p][v] = acc.at[p][v] + load(at[p][v]);
      });
    });
  }
};

// The rows of the kernel one after the other; between(count) is called before each run of `count`
// products of at most kPartial.
template <int P, int V, class Between>
NST_INLINE void accumulate_rows(Accumulators<P, V>& acc, const Tile& t, Between&& between) {
  constexpr int kPointers = (P + 2) / 3;
  const float* weights = t.weights;
  const std::ptrdiff_t pixel = t.in_pixel;
  for (int ky = 0; ky < t.kernel_h; ++ky) {
    const float* in[kPointers];
    unroll<kPointers>([&](auto j) __attribute__((always_inline)) {
      in[j] = t.in + ky * t.in_row + 3 * j * pixel;
    });
    for (int left = t.run; left > 0; left -= kPartial) {
      const int count = min_of(left, kPartial);
      between(count);
      accumulate_run<P, V>(acc, in, pixel, weights, count);
    }
  }
}

template <int P, int V>
NST_INLINE void run_panel(const Tile& t) {
  Accumulators<P, V> acc;
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    const Vec bias =
        t.bias != nullptr ? load_first(t.bias + v * kLanes, t.channels - v * kLanes) : splat(0.0f);
    unroll<P>([&](auto p) __attribute__((always_inline)) { acc.at[p][v] = bias; });
  });
  if (t.kernel_h * t.run <= kPartial) {
    accumulate_rows<P, V>(acc, t, [](int) {});
  } else {
    Total<P, V> total;
    int length = 0;  // of the chains in acc
    accumulate_rows<P, V>(
        acc, t, [&](int count) __attribute__((always_inline)) {
          if (length >= kPartial) {
            total.take(acc);
            length = 0;
          }
          length += count;
        });
    total.add_to(acc);
  }
  finish(acc, t);
}

constexpr int most_pixels(int vectors) {
  return vectors == 1 ? kPixelsOfOne : vectors == 2 ? kPixels : kPixelsOfThree;
}

// For kernels of any size: `tiles` neighbours of P pixels and a panel of V vectors, in one call. A
// call for each would cost as much as 64 products of a tile: its jump is seldom foreseen, and a
// Tile that was just written is copied.
struct AnyKernel {
  static constexpr int kMostVectors = direct::kMostVectors;
  static constexpr int most_pixels(int vectors) { return direct::most_pixels(vectors); }
  using Function = void (*)(const Tile&, int tiles);
  template <int P, int V>
  static void run(const Tile& first, int tiles) {
    Tile tile = first;
    for (; tiles > 0; --tiles) {
      run_panel<P, V>(tile);
      advance(tile, P);
    }
  }
};

// Loop::run<pixels, vectors>, for tiles of at most Loop::kMostVectors vectors and
// Loop::most_pixels(vectors) pixels.
template <class Loop, int V, int... P>
NST_INLINE auto tiles_function(int pixels, std::integer_sequence<int, P...>) {
  static constexpr typename Loop::Function functions[] = {Loop::template run<P + 1, V>...};
  return functions[pixels - 1];
}

template <class Loop, int V>
NST_INLINE auto tiles_function(int pixels) {
  return tiles_function<Loop, V>(pixels, std::make_integer_sequence<int, Loop::most_pixels(V)>{});
}

template <class Loop>
NST_INLINE auto tiles_function(int pixels, int vectors) {
  static_assert(kVectors == 2 && kMostVectors == 3);
  if constexpr (Loop::kMostVectors == 3) {
    if (vectors == 3) return tiles_function<Loop, 3>(pixels);
  }
  return vectors == 2 ? tiles_function<Loop, 2>(pixels) : tiles_function<Loop, 1>(pixels);
}

// `pixels` neighbours of a row for a panel of `vectors` vectors.
template <class Loop, class Tile>
NST_INLINE void run_row(Tile tile, int pixels, int vectors) {
  for_equal_tiles(pixels, Loop::most_pixels(vectors), [&](int width, int tiles) {
    tiles_function<Loop>(width, vectors)(tile, tiles);
    advance(tile, width * tiles);
  });
}

// Moves a tile at channel 0 to channel `first`, but for its weights.
NST_INLINE void move_to_channel(const ConvArgs& args, Tile& tile, int first) {
  tile.channels = args.plan.spec.out_c - first;
  tile.bias = args.bias != nullptr ? args.bias + first : nullptr;
  tile.out += first;
  if (tile.skip != nullptr) tile.skip += first;
}

// The panel of channels from `first` on, of a tile at channel 0.
NST_INLINE Tile panel_of(const ConvArgs& args, Tile tile, int first) {
  move_to_channel(args, tile, first);
  tile.weights = args.packed + static_cast<std::ptrdiff_t>(products(args.plan.spec)) * first;
  return tile;
}

// The first tile of the block's row y, at channel 0.
NST_INLINE Tile tile_of_row(const ConvArgs& args, Block block, const Window& window, int y) {
  const ConvSpec& spec = args.plan.spec;
  Tile tile{};
  tile.in = window.data + y * spec.stride * window.row_stride;
  tile.in_pixel = window.pixel_stride * spec.stride;
  tile.in_row = window.row_stride;
  tile.kernel_h = spec.kernel_h;
  tile.run = spec.kernel_w * spec.in_c;
  tile.clamp = clamp_before_floor(args);
  if (args.skip.data != nullptr) tile.skip = address(args.skip, block.y + y, block.x);
  tile.skip_pixel = args.skip.pixel_stride;
  tile.out = address(args.output, block.y + y, block.x);
  tile.out_pixel = args.output.pixel_stride;
  return tile;
}

// Few weights stay in the first-level cache whatever is done; then pixels get all their channels
// before the next row, so that memory is written in its order. Many are used for all rows, a panel
// at a time.
NST_INLINE bool has_few_weights(const ConvSpec& spec) {
  constexpr std::size_t kFew = 24 * 1024 / sizeof(float);
  return packed_floats(spec) <= kFew;
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const Window window = block_window(args, block, true, scratch);
  const int rows = has_few_weights(spec) ? 1 : block.h;
  for (int y = 0; y < block.h; y += rows) {
    for_panels(0, spec.out_c, [&](int first, int vectors) {
      for (int i = y; i < y + rows; ++i) {
        const Tile tile = tile_of_row(args, block, window, i);
        run_row<AnyKernel>(panel_of(args, tile, first), block.w, vectors);
      }
    });
  }
  raise_to_floor(args, block);
}

// Wider rows gain nothing but fewer columns read twice. A block has all channels.
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  return pixel_blocking(spec, geometry, 64, 1, window_floats);
}

constexpr ConvAlgorithm kAlgorithm = {
    [](const ConvSpec&) { return true; }, packed_floats, pack, blocking, run, block_moments};

}  // namespace direct
}  // namespace
}  // namespace nst::kernels
