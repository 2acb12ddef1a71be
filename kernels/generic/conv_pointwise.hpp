// 1x1 convolution: the product of a matrix of pixels and one of weights, tile by tile as
// conv_direct.hpp, whose packed weights it shares.
#pragma once

#include "kernels/generic/conv_direct.hpp"

namespace nst::kernels {
namespace {
namespace pointwise {

// Fetches the next panel's weights beside a panel's tiles: a deep layer's come from far, once an
// inference, and are needed as fast as they come.
class NextPanel {
 public:
  // Weights from `next` on, as many as the tile's panel of `vectors` vectors has, in `calls` calls.
  NST_INLINE NextPanel(const RegisterTile& t, const float* next, int vectors, int calls)
      : at_(next) {
    constexpr int kDeep = 64;
    if (t.channels > vectors * kLanes && t.run >= kDeep) {
      lines_ = ceil_div(t.run * vectors * kLanes, calls * kLine);
    }
  }
  NST_INLINE void fetch() {
    for (int i = 0; i < lines_; ++i, at_ += kLine) fetch_nearer(at_);
  }

 private:
  const float* at_;
  int lines_ = 0;
};

// As direct::GenericTile for one kernel row and a panel all of whose channels are there, `Skips` as
// the tile has a skip or not. Nothing else is in the loop: whatever is tested or
// fetched for every tile of 16 to 100 products deep costs as much as ten of them.
template <bool Skips>
struct PointwiseTile {
  static constexpr int kMostVectors = kMostPanelVectors;
  static constexpr int most_pixels(int vectors) { return most_tile_pixels(vectors); }
  using Function = void (*)(const RegisterTile&, int tiles);
  template <int P, int V>
  static void run(const RegisterTile& first, int tiles) {
    constexpr int kPointers = (P + 2) / 3;
    const RegisterTile t = first;
    const float* x = t.in;
    const float* skip = t.skip;
    float* out = t.out;
    alignas(64) float biases[V][kLanes] = {};
    if (t.bias != nullptr) copy_floats(t.bias, biases[0], V * kLanes);
    NextPanel next(t, t.weights + static_cast<std::ptrdiff_t>(t.run) * V * kLanes, V, tiles);
    for (; tiles > 0; --tiles) {
      next.fetch();
      Accumulators<P, V> acc;
      unroll<V>([&](auto v) __attribute__((always_inline)) {
        const Vec bias = load(biases[v]);
        unroll<P>([&](auto p) __attribute__((always_inline)) { acc.at[p][v] = bias; });
      });
      const float* in[kPointers];
      unroll<kPointers>([&](auto j)
                            __attribute__((always_inline)) { in[j] = x + 3 * j * t.in_pixel; });
      const float* weights = t.weights;
      if (t.run <= kChainProducts) {
        accumulate_row_products<P, V>(acc, in, t.in_pixel, weights, t.run);
      } else {
        PartialSums<P, V> total;
        int left = t.run;
        for (; left > kChainProducts; left -= kChainProducts) {
          accumulate_row_products<P, V>(acc, in, t.in_pixel, weights, kChainProducts);
          total.take(acc);
        }
        accumulate_row_products<P, V>(acc, in, t.in_pixel, weights, left);
        total.add_to(acc);
      }
      unroll<P>([&](auto p) __attribute__((always_inline)) {
        unroll<V>([&](auto v) __attribute__((always_inline)) {
          Vec value = clamped(t.clamp, acc.at[p][v]);
          if constexpr (Skips) value = value + load(skip + p * t.skip_pixel + v * kLanes);
          store(out + p * t.out_pixel + v * kLanes, value);
        });
      });
      x += P * t.in_pixel;
      if constexpr (Skips) skip += P * t.skip_pixel;
      out += P * t.out_pixel;
    }
  }
};

NST_INLINE void run_row(const RegisterTile& tile, int pixels, int vectors) {
  if (tile.channels < vectors * kLanes) {
    run_tile_row<direct::GenericTile>(tile, pixels, vectors);
  } else if (tile.skip != nullptr) {
    run_tile_row<PointwiseTile<true>>(tile, pixels, vectors);
  } else {
    run_tile_row<PointwiseTile<false>>(tile, pixels, vectors);
  }
}

// Makes the block one long row where its rows follow each other: then no tile is cut short by the
// end of one.
NST_INLINE void join_rows(const ConvArgs& args, const Window& window, Block& block) {
  const auto is_dense = [&](std::ptrdiff_t row, std::ptrdiff_t pixel) {
    return row == pixel * block.w;
  };
  if (is_dense(window.row_stride, window.pixel_stride) &&
      is_dense(args.output.row_stride, args.output.pixel_stride) &&
      (args.skip.data == nullptr || is_dense(args.skip.row_stride, args.skip.pixel_stride))) {
    block.w *= block.h;
    block.h = 1;
  }
}

// A panel of channels at a time for all pixels of the block, so that the weights are fetched once.
// Not fewer pixels where outputs would stay in the first-level cache from panel to panel: the start
// of a row of tiles costs more than that saves.
void run(const ConvArgs& args, const Block whole, float* scratch) {
  Block block = whole;
  const Window window = block_window(args, block, true, scratch);
  join_rows(args, window, block);
  for_panels(block.first_c, block.first_c + block.channels, [&](int first, int vectors) {
    for (int y = 0; y < block.h; ++y) {
      const RegisterTile tile = direct::tile_of_row(args, block, window, y);
      run_row(direct::panel_of(args, tile, first), block.w, vectors);
    }
  });
  raise_to_floor(args, whole);
}

// Areas of at least some register tiles; where that makes few, blocks of fewer channels, whole
// panels as they are packed, and if those are few too, smaller areas.
template <class ScratchFloats>
NST_INLINE ConvBlocking blocking_with(const ConvSpec& spec, const ConvGeometry& geometry,
                                      ScratchFloats&& scratch_floats) {
  constexpr int kEnoughBlocks = 16;
  constexpr int kFewestBlocks = 8;
  constexpr int kFewestPixels = 60;
  const auto areas_of = [&](int fewest_pixels) {
    return pixel_blocking(spec, geometry, 64, 1, scratch_floats, fewest_pixels);
  };
  const auto count = [&](const ConvBlocking& b) {
    return ceil_div(geometry.out_h, b.block_h) * ceil_div(geometry.out_w, b.block_w);
  };
  const int vectors = vectors_of(spec.out_c);
  ConvBlocking b = areas_of(kFewestPixels);
  if (count(b) * max_of(vectors / kPanelVectors, 1) < kFewestBlocks) {
    b = areas_of(kFewestPixels / 2);
  }
  const int groups = ceil_div(kEnoughBlocks, count(b));
  int panels = max_of(vectors / kPanelVectors / groups, 1);
  // The last panel may have a vector more, which must not be left alone.
  while (vectors > panels * kPanelVectors && vectors % (panels * kPanelVectors) == 1) ++panels;
  b.block_c = min_of(spec.out_c, panels * kPanelChannels);
  return b;
}

ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  return blocking_with(spec, geometry, window_floats);
}

bool suits(const ConvSpec& spec) {
  return spec.kernel_h == 1 && spec.kernel_w == 1 && spec.stride == 1 && spec.upsample == 1 &&
         !spec.depthwise;
}

constexpr ConvAlgorithm kAlgorithm = {suits, direct::packed_floats, direct::pack, blocking,
                                      run,   block_moments};

}  // namespace pointwise
}  // namespace
}  // namespace nst::kernels
