// 1x1 convolution by paired products (paired_products.hpp), with the register tiles of
// conv_pointwise.hpp.
#pragma once

#include "kernels/generic/conv_pointwise.hpp"
#include "kernels/generic/pair_orders.hpp"

namespace nst::kernels {
namespace {
namespace paired {

using Order = paired_products::SidesOfEight;

// A register tile with the additional operands of paired products (paired_products.hpp).
struct PairedTile : RegisterTile {
  // For each pixel: the row correction Σ ± x1 x2 of its inputs.
  const float* corrections;
  // For each output channel: its scale, and the column correction −Σ ± w1 w2 of its weights.
  const float *scales, *column_corrections;
};

// Prefetches the next panel's weights, some of them before each accumulation chain.
struct NextPanel : pointwise::NextPanel {
  using pointwise::NextPanel::NextPanel;
  NST_INLINE void before_chain() { fetch(); }
  NST_INLINE void before_group(const float*) const {}
};

NST_INLINE void advance(PairedTile& tile, int pixels) {
  nst::kernels::advance<RegisterTile>(tile, pixels);
  tile.corrections += pixels;
}

// Computes neighbouring register tiles by paired products. Has the same interface as
// direct::GenericTile.
struct PairedTileLoop {
  static constexpr int kMostVectors = kMostPanelVectors;
  static constexpr int most_pixels(int vectors) { return paired_products::most_pixels(vectors); }
  using Function = void (*)(const PairedTile&, int tiles);
  template <int P, int V>
  static void run(const PairedTile& first, int tiles) {
    PairedTile t = first;
    const paired_products::Depth depth = paired_products::parts_of<Order>(t.row_products);
    alignas(64) float biases[V][kLanes];
    alignas(64) float starts[V][kLanes];
    alignas(64) float factors[V][kLanes];
    unroll<V>([&](auto v) __attribute__((always_inline)) {
      const Vec scale = load(t.scales + v * kLanes);
      const Vec bias = t.bias != nullptr ? load_masked(t.bias + v * kLanes, t.channels - v * kLanes)
                                         : broadcast(0.0f);
      store(biases[v], bias);
      store(starts[v], fma(bias, scale, load(t.column_corrections + v * kLanes)));
      store(factors[v], quotient(broadcast(1.0f), scale));
    });
    const int chains = paired_products::chains_of<Order>(depth);
    NextPanel next(t, t.column_corrections + V * kLanes, V, tiles * max_of(chains, 1));
    for (; tiles > 0; --tiles) {
      Accumulators<P, V> acc;
      unroll<V>([&](auto v) __attribute__((always_inline)) {
        const Vec start = load(starts[v]);
        unroll<P>([&](auto p) __attribute__((always_inline)) {
          acc.at[p][v] = paired_products::subtract_broadcast(start, t.corrections + p);
        });
      });
      const float* in[P];
      unroll<P>([&](auto p) __attribute__((always_inline)) { in[p] = t.in + p * t.in_pixel; });
      paired_products::accumulate<Order, P, V>(acc, in, t.weights, depth, next);
      unroll<P>([&](auto p) __attribute__((always_inline)) {
        unroll<V>([&](auto v) __attribute__((always_inline)) {
          acc.at[p][v] = paired_products::finished(acc.at[p][v], load(factors[v]),
                                                   t.corrections + p, load(biases[v]));
        });
      });
      store_tile(acc, t);
      advance(t, P);
    }
  }
};

// Returns how many packed floats belong to one output channel.
NST_INLINE std::ptrdiff_t channel_floats(const ConvSpec& spec) {
  return spec.in_c + paired_products::kExtraRows;
}

std::size_t packed_floats(const ConvSpec& spec) {
  return static_cast<std::size_t>(channel_floats(spec)) * vectors_of(spec.out_c) * kLanes;
}

// Packs weights as [panel][row][channels of the panel]. There is a row for each input channel; the
// channels of a pair have neighbouring rows (Order::row_of). Then kExtraRows rows follow, with the
// scales and column corrections that paired products need.
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  for_panels(0, spec.out_c, [&](int first, int vectors) {
    const int width = vectors * kLanes;
    for (int i = 0; i < spec.in_c; ++i) {
      const float* from = weights + static_cast<std::ptrdiff_t>(i) * spec.out_c + first;
      float* row = packed + static_cast<std::ptrdiff_t>(Order::row_of(i, spec.in_c)) * width;
      for (int c = 0; c < width; c += kLanes) {
        store(row + c, load_masked(from + c, spec.out_c - first - c));
      }
    }
    paired_products::finish_panel<Order>(packed, spec.in_c, width, 1.0f);
    packed += channel_floats(spec) * width;
  });
}

// Returns a copy of `tile`, which describes channel 0, with its pointers moved to the panel that
// starts at channel `first`.
NST_INLINE PairedTile panel_of(const ConvArgs& args, PairedTile tile, int first, int vectors) {
  const ConvSpec& spec = args.plan.spec;
  direct::move_to_channel(args, tile, first);
  tile.weights = args.packed + channel_floats(spec) * first;
  tile.scales = tile.weights + static_cast<std::ptrdiff_t>(spec.in_c) * vectors * kLanes;
  tile.column_corrections = tile.scales + vectors * kLanes;
  return tile;
}

// Returns the number of floats of scratch: those of the window (the block's inputs), in case it
// must be copied, then one row correction for each pixel.
std::size_t scratch_floats(const ConvSpec& spec, int h, int w) {
  return window_floats(spec, h, w) + static_cast<std::size_t>(h) * w;
}

void run(const ConvArgs& args, const Block whole, float* scratch) {
  Block block = whole;
  const ConvSpec& spec = args.plan.spec;
  float* const corrections = scratch + window_floats(spec, block.h, block.w);
  const Window window = block_window(args, block, true, scratch);
  pointwise::join_rows(args, window, block);
  for (int y = 0; y < block.h; ++y) {
    Order::row_corrections(window.data + y * window.row_stride, window.pixel_stride, block.w,
                           spec.in_c, corrections + y * block.w);
  }
  for_panels(block.first_c, block.first_c + block.channels, [&](int first, int vectors) {
    for (int y = 0; y < block.h; ++y) {
      PairedTile tile{direct::tile_of_row(args, block, window, y), corrections + y * block.w,
                      nullptr, nullptr};
      run_tile_row<PairedTileLoop>(panel_of(args, tile, first, vectors), block.w, vectors);
    }
  });
  raise_to_floor(args, whole);
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  return pointwise::blocking_with(spec, geometry, scratch_floats);
}

// Returns true for layers that are faster with paired than with plain products. Each pixel needs a
// row correction. Its cost is the same for any number of output channels. So paired products are
// faster only with more than one vector of output channels.
bool suits(const ConvSpec& spec) {
  constexpr int kFewestChannels = 12;
  return pointwise::suits(spec) && spec.in_c >= kFewestChannels && spec.out_c > kLanes;
}

constexpr ConvAlgorithm kAlgorithm = {"paired", suits, packed_floats, pack,
                                      blocking, run,   block_moments};

}  // namespace paired
}  // namespace
}  // namespace nst::kernels
