// 1x1 convolution: the product of a matrix of pixels and a matrix of weights, computed by register
// tiles. The weights are packed as in conv_direct.hpp.
#pragma once

#include "kernels/generic/conv_direct.hpp"

namespace nst::kernels {
namespace {
namespace pointwise {

// Prefetches the next panel's weights into L2 while the current panel is computed. A layer with
// many channels reads each weight once per inference, from memory, and these loads limit its speed.
class NextPanel {
 public:
  // Prepares to prefetch one panel, `vectors` vectors wide, that begins at `next`. The loads are
  // spread evenly over `calls` calls of fetch(). fetch() does nothing for the last panel, and for
  // layers with fewer than kDeep input channels.
  NST_INLINE NextPanel(const RegisterTile& t, const float* next, int vectors, int calls)
      : at_(next) {
    // Fewest input channels. With fewer, a panel is computed before the prefetched weights arrive.
    constexpr int kDeep = 64;
    if (t.channels > vectors * kLanes && t.row_products >= kDeep) {
      lines_ = ceil_div(t.row_products * vectors * kLanes, calls * kLine);
    }
  }
  NST_INLINE void fetch() {
    for (int i = 0; i < lines_; ++i, at_ += kLine) prefetch_l2(at_);
  }

 private:
  const float* at_;
  int lines_ = 0;
};

// The tile loop for one kernel row and a panel whose lanes all have a channel. If HasEpilogueAdd
// is true, epilogue_add is added to the outputs. This is a template parameter, because testing it
// in the loop would take as long as ten products, and a sum may have only 16 products.
template <bool HasEpilogueAdd>
struct PointwiseTile {
  static constexpr int kMostVectors = kMostPanelVectors;
  static constexpr int most_pixels(int vectors) { return most_tile_pixels(vectors); }
  using Function = void (*)(const RegisterTile&, int tiles);
  template <int P, int V>
  static void run(const RegisterTile& first, int tiles) {
    constexpr int kPointers = (P + 2) / 3;
    const RegisterTile t = first;
    const float* x = t.in;
    const float* epilogue_add = t.epilogue_add;
    float* out = t.out;
    alignas(64) float biases[V][kLanes] = {};
    if (t.bias != nullptr) copy_floats(t.bias, biases[0], V * kLanes);
    NextPanel next(t, t.weights + static_cast<std::ptrdiff_t>(t.row_products) * V * kLanes, V,
                   tiles);
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
      if (t.row_products <= kChainProducts) {
        accumulate_row_products<P, V>(acc, in, t.in_pixel, weights, t.row_products);
      } else {
        PartialSums<P, V> total;
        int left = t.row_products;
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
          if constexpr (HasEpilogueAdd)
            value = value + load(epilogue_add + p * t.epilogue_add_pixel + v * kLanes);
          store(out + p * t.out_pixel + v * kLanes, value);
        });
      });
      x += P * t.in_pixel;
      if constexpr (HasEpilogueAdd) epilogue_add += P * t.epilogue_add_pixel;
      out += P * t.out_pixel;
    }
  }
};

NST_INLINE void run_row(const RegisterTile& tile, int pixels, int vectors) {
  if (tile.channels < vectors * kLanes) {
    run_tile_row<direct::GenericTile>(tile, pixels, vectors);
  } else if (tile.epilogue_add != nullptr) {
    run_tile_row<PointwiseTile<true>>(tile, pixels, vectors);
  } else {
    run_tile_row<PointwiseTile<false>>(tile, pixels, vectors);
  }
}

// Joins the block's rows into one long row, if they follow each other in memory. Then no register
// tile ends early at the end of a row.
NST_INLINE void join_rows(const ConvArgs& args, const Window& window, Block& block) {
  const auto is_dense = [&](std::ptrdiff_t row, std::ptrdiff_t pixel) {
    return row == pixel * block.w;
  };
  if (is_dense(window.row_stride, window.pixel_stride) &&
      is_dense(args.output.row_stride, args.output.pixel_stride) &&
      (args.epilogue_add.data == nullptr ||
       is_dense(args.epilogue_add.row_stride, args.epilogue_add.pixel_stride))) {
    block.w *= block.h;
    block.h = 1;
  }
}

// Computes one panel for all pixels of the block before the next panel, so that each weight is
// loaded once. With fewer pixels at a time, outputs would stay in L1, but starting a row of tiles
// costs more.
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

// Returns blocks of at least a few register tiles of pixels. If that gives too few blocks for the
// threads, blocks have fewer channels, in whole panels. If there are still too few, blocks have
// fewer pixels.
template <class ScratchFloats>
NST_INLINE ConvBlocking blocking_with(const ConvSpec& spec, const ConvGeometry& geometry,
                                      ScratchFloats&& scratch_floats) {
  // Blocks get fewer channels if there are fewer blocks than this: two for each of eight threads.
  constexpr int kEnoughBlocks = 16;
  // Blocks get fewer pixels if there would still be fewer blocks than this: one for each of eight
  // threads.
  constexpr int kFewestBlocks = 8;
  // Least pixels of a block: about four register tiles.
  constexpr int kFewestPixels = 60;
  const auto spatial_blocks_with = [&](int fewest_pixels) {
    return pixel_blocking(spec, geometry, kWidestBlock, 1, scratch_floats, fewest_pixels);
  };
  const auto count = [&](const ConvBlocking& b) {
    return ceil_div(geometry.out_h, b.block_h) * ceil_div(geometry.out_w, b.block_w);
  };
  const int vectors = vectors_of(spec.out_c);
  ConvBlocking b = spatial_blocks_with(kFewestPixels);
  if (count(b) * max_of(vectors / kPanelVectors, 1) < kFewestBlocks) {
    b = spatial_blocks_with(kFewestPixels / 2);
  }
  const int channel_blocks = ceil_div(kEnoughBlocks, count(b));
  int panels = max_of(vectors / kPanelVectors / channel_blocks, 1);
  // Avoids a last block with only one vector of channels. In such a block each broadcast input
  // would be used in only one multiplication.
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

constexpr ConvAlgorithm kAlgorithm = {"pointwise", suits, direct::packed_floats, direct::pack,
                                      blocking,    run,   block_moments};

}  // namespace pointwise
}  // namespace
}  // namespace nst::kernels
