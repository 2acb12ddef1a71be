// Direct convolution with output channels in the lanes. Each register tile multiplies inputs, each
// broadcast to all lanes, by packed weights.
//
// In a row of an NHWC tensor, the inputs of one kernel row are contiguous: all channels of kernel_w
// neighbouring pixels. So each kernel row contributes a sum of kernel_w * in_c products over
// contiguous inputs, and an output is the sum over kernel_h rows.
#pragma once

#include "kernels/generic/blocking.hpp"
#include "kernels/generic/moments.hpp"
#include "kernels/generic/panels.hpp"
#include "kernels/generic/register_tile.hpp"
#include "kernels/generic/window.hpp"

namespace nst::kernels {
namespace {
namespace direct {

std::size_t packed_floats(const ConvSpec& spec) {
  return products_per_output(spec) * vectors_of(spec.out_c) * kLanes;
}

// Packs weights as [panel][kernel row, kernel column, in_c][channels of the panel]. Lanes without a
// channel get zeros.
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  const std::size_t depth = products_per_output(spec);
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

// Adds the products of all kernel rows, in portions of at most kChainProducts. Before each portion,
// calls between(number of products in the portion), so that the caller can end an accumulation
// chain.
template <int P, int V, class Between>
NST_INLINE void accumulate_rows(Accumulators<P, V>& acc, const RegisterTile& t, Between&& between) {
  constexpr int kPointers = (P + 2) / 3;
  const float* weights = t.weights;
  const std::ptrdiff_t pixel = t.in_pixel;
  for (int ky = 0; ky < t.kernel_h; ++ky) {
    const float* in[kPointers];
    unroll<kPointers>([&](auto j) __attribute__((always_inline)) {
      in[j] = t.in + ky * t.in_row + 3 * j * pixel;
    });
    for (int left = t.row_products; left > 0; left -= kChainProducts) {
      const int count = min_of(left, kChainProducts);
      between(count);
      accumulate_row_products<P, V>(acc, in, pixel, weights, count);
    }
  }
}

// Computes the outputs of one register tile and stores them.
template <int P, int V>
NST_INLINE void run_panel(const RegisterTile& t) {
  Accumulators<P, V> acc;
  unroll<V>([&](auto v) __attribute__((always_inline)) {
    const Vec bias = t.bias != nullptr ? load_masked(t.bias + v * kLanes, t.channels - v * kLanes)
                                       : broadcast(0.0f);
    unroll<P>([&](auto p) __attribute__((always_inline)) { acc.at[p][v] = bias; });
  });
  if (t.kernel_h * t.row_products <= kChainProducts) {
    accumulate_rows<P, V>(acc, t, [](int) {});
  } else {
    PartialSums<P, V> total;
    int length = 0;  // number of products that have been added to each sum in acc
    accumulate_rows<P, V>(
        acc, t, [&](int count) __attribute__((always_inline)) {
          if (length >= kChainProducts) {
            total.take(acc);
            length = 0;
          }
          length += count;
        });
    total.add_to(acc);
  }
  store_tile(acc, t);
}

// Computes register tiles for kernels of any size. One call of run computes `tiles` neighbouring
// tiles of P pixels and V vectors. A separate call for each tile would take the time of 64 products
// more: the jump is mispredicted, and the RegisterTile is copied.
struct GenericTile {
  static constexpr int kMostVectors = kMostPanelVectors;
  static constexpr int most_pixels(int vectors) { return most_tile_pixels(vectors); }
  using Function = void (*)(const RegisterTile&, int tiles);
  template <int P, int V>
  static void run(const RegisterTile& first, int tiles) {
    RegisterTile tile = first;
    for (; tiles > 0; --tiles) {
      run_panel<P, V>(tile);
      advance(tile, P);
    }
  }
};

// Changes a register tile of channel 0 so that it computes the channels from `first` on. The caller
// must also set the pointer to the weights, which depends on how they are packed.
NST_INLINE void move_to_channel(const ConvArgs& args, RegisterTile& tile, int first) {
  tile.channels = args.plan.spec.out_c - first;
  tile.bias = args.bias != nullptr ? args.bias + first : nullptr;
  tile.out += first;
  if (tile.epilogue_add != nullptr) tile.epilogue_add += first;
}

// Returns a copy of `tile` that computes the panel whose first channel is `first`. `tile` must be a
// tile of channel 0.
NST_INLINE RegisterTile panel_of(const ConvArgs& args, RegisterTile tile, int first) {
  move_to_channel(args, tile, first);
  tile.weights =
      args.packed + static_cast<std::ptrdiff_t>(products_per_output(args.plan.spec)) * first;
  return tile;
}

// Returns the first register tile of row y of the block, at channel 0.
NST_INLINE RegisterTile tile_of_row(const ConvArgs& args, Block block, const Window& window,
                                    int y) {
  const ConvSpec& spec = args.plan.spec;
  RegisterTile tile{};
  tile.in = window.data + y * spec.stride * window.row_stride;
  tile.in_pixel = window.pixel_stride * spec.stride;
  tile.in_row = window.row_stride;
  tile.kernel_h = spec.kernel_h;
  tile.row_products = spec.kernel_w * spec.in_c;
  tile.clamp = clamp_before_floor(args);
  if (args.epilogue_add.data != nullptr)
    tile.epilogue_add = address(args.epilogue_add, block.y + y, block.x);
  tile.epilogue_add_pixel = args.epilogue_add.pixel_stride;
  tile.out = address(args.output, block.y + y, block.x);
  tile.out_pixel = args.output.pixel_stride;
  return tile;
}

// Returns true if all weights fit in L1. Then run computes all channels of a row before the next
// row, so that memory is written in order. Otherwise it computes one panel for all rows before the
// next panel, so that the panel's weights stay in a cache.
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
        const RegisterTile tile = tile_of_row(args, block, window, i);
        run_tile_row<GenericTile>(panel_of(args, tile, first), block.w, vectors);
      }
    });
  }
  raise_to_floor(args, block);
}

// Returns how the output is divided into blocks. Each block contains all output channels.
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& geometry) {
  return pixel_blocking(spec, geometry, kWidestBlock, 1, window_floats);
}

constexpr ConvAlgorithm kAlgorithm = {
    "direct",     [](const ConvSpec&) { return true; }, packed_floats, pack, blocking, run,
    block_moments};

}  // namespace direct
}  // namespace
}  // namespace nst::kernels
