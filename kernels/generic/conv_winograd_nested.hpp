// Convolution with a large square kernel (9x9), computed as many 3x3 convolutions by Winograd's
// algorithm. An output needs 25 multiplications; direct convolution needs 81.
//
// Along each axis, a kernel of 3 S taps is cut into S small kernels of 3 taps, and the outputs are
// cut into tiles of 3. Each small kernel contributes to every tile, by the transform F(3, 3). Small
// kernel s begins 3 s taps, or s tiles, after the first one. So it needs the inputs of the tile
// that is s tiles further on:
//     M[tile] = sum over s of U[s] V[tile + s]
// V are the transformed inputs, which all small kernels share. U are the transformed weights, and M
// the products. A transformed tile has 5 x 5 values, called points. For each point, the formula is
// a convolution with S x S taps over the grid of tiles. V and M store one plane of tiles for each
// point, so that a vector contains neighbouring tiles. A plane's rows follow each other without
// gaps. Each row ends with S - 1 surplus tiles, whose outputs are dropped.
#pragma once

#include "kernels/generic/conv_planar.hpp"
#include "kernels/generic/winograd_transform.hpp"

namespace nst::kernels {
namespace {
namespace winograd_nested {

using Transform = Winograd33;
constexpr int kOut = Transform::kOut;
constexpr int kAxis = Transform::kIn;
constexpr int kPoints = kAxis * kAxis;
// Number of input channels that are transformed together. Their transformed inputs fit in L2.
constexpr int kChunkChannels = 8;

// Returns the number of small kernels along each axis of the kernel. small_kernels_of() returns the
// number of all small kernels, which is the square of this.
NST_INLINE int small_kernels(const ConvSpec& spec) { return spec.kernel_h / kOut; }

bool suits(const ConvSpec& spec) {
  return spec.kernel_h == spec.kernel_w && spec.kernel_h % kOut == 0 && spec.kernel_h > kOut &&
         spec.stride == 1 && spec.upsample == 1 && !spec.depthwise;
}

NST_INLINE std::size_t small_kernels_of(const ConvSpec& spec) {
  return static_cast<std::size_t>(small_kernels(spec)) * small_kernels(spec);
}

std::size_t packed_floats(const ConvSpec& spec) {
  return kPoints * small_kernels_of(spec) * spec.in_c * spec.out_c;
}

// Returns one of the 5 x 5 values (points) of a small kernel's transformed weights G g Gᵀ.
// `weights` points to the first tap of the small kernel.
NST_INLINE double transformed(const float* weights, std::ptrdiff_t tap, std::ptrdiff_t row,
                              int point) {
  const double(&gy)[kOut] = Transform::kKernel[point / kAxis];
  const double(&gx)[kOut] = Transform::kKernel[point % kAxis];
  double u = 0;
  for (int y = 0; y < kOut; ++y) {
    for (int x = 0; x < kOut; ++x) {
      u += gy[y] * gx[x] * static_cast<double>(weights[y * row + x * tap]);
    }
  }
  return u;
}

// Packs the transformed weights U as [panel][point][in_c][small kernel row][small kernel
// column][channels of the panel].
void pack(const ConvSpec& spec, const float* weights, float* packed) {
  const std::ptrdiff_t tap = static_cast<std::ptrdiff_t>(spec.in_c) * spec.out_c;
  const std::ptrdiff_t row = tap * spec.kernel_w;
  for (int first = 0; first < spec.out_c;) {
    const int channels = planar::panel_channels(spec.out_c - first);
    for (int point = 0; point < kPoints; ++point) {
      for (int ic = 0; ic < spec.in_c; ++ic) {
        for (int sy = 0; sy < small_kernels(spec); ++sy) {
          for (int sx = 0; sx < small_kernels(spec); ++sx) {
            const float* g = weights + kOut * (sy * row + sx * tap) +
                             static_cast<std::ptrdiff_t>(ic) * spec.out_c + first;
            for (int i = 0; i < channels; ++i) {
              *packed++ = static_cast<float>(transformed(g + i, tap, row, point));
            }
          }
        }
      }
    }
    first += channels;
  }
}

// The numbers of tiles in a block, and the parts of the block's scratch, as offsets in floats.
struct Layout {
  int small;             // number of small kernels (3x3 taps) along each axis of the kernel
  int tiles_h, tiles_w;  // number of output tiles in each direction
  // Number of input tiles in each direction: the output tiles, and small - 1 more.
  int rows, columns;
  // The window (the block's inputs) is stored as [row][in_c][column mod 3][pitch]. Tiles are 3
  // columns apart. So columns with the same remainder belong to neighbouring tiles, and are loaded
  // as a vector. After the window there is room for one row of pixels, and for the vertically
  // transformed rows of one channel.
  int pitch;
  std::ptrdiff_t window_channel, window_row;
  std::size_t row_scratch, y;
  // Layout of transformed inputs V: [point][channel of kChunkChannels][v_channel floats].
  // Layout of products M: [panel][point][channel of the panel][m_channel floats].
  std::size_t v, m, end;
  std::ptrdiff_t v_channel, v_point, m_channel;
  // Number of vectors of products M for one point and one output channel. A lane is a tile.
  int vectors;
};

// Returns the layout for a block of tiles_h x tiles_w output tiles.
NST_INLINE Layout layout(const ConvSpec& spec, int tiles_h, int tiles_w) {
  Layout l{};
  l.small = small_kernels(spec);
  l.tiles_h = tiles_h;
  l.tiles_w = tiles_w;
  l.rows = tiles_h + l.small - 1;
  l.columns = tiles_w + l.small - 1;
  // The additional column: each tile also reads inputs of the next tile.
  l.pitch = ceil_div(l.columns, kLanes) * kLanes + 1;
  l.window_channel = static_cast<std::ptrdiff_t>(ceil_div(kOut * l.pitch, kLanes)) * kLanes;
  l.window_row = l.window_channel * spec.in_c;
  const int window_rows = kOut * l.rows + kAxis - kOut;
  l.row_scratch = round_up_to_line(l.window_row * window_rows + kLanes);
  l.y = l.row_scratch +
        round_up_to_line(static_cast<std::ptrdiff_t>(kOut * l.columns + kAxis - kOut) * spec.in_c +
                         kLanes);
  l.v = l.y + round_up_to_line(kAxis * l.window_channel + kLanes);
  // Leaves room for one vector more, because the last store may reach beyond the plane's end.
  l.v_channel = round_up_to_line(static_cast<std::ptrdiff_t>(l.rows) * l.columns + kLanes);
  l.v_point = l.v_channel * min_of(spec.in_c, kChunkChannels);
  l.m = l.v + kPoints * l.v_point + kLanes;
  l.vectors = ceil_div((tiles_h - 1) * l.columns + tiles_w, kLanes);
  l.m_channel = static_cast<std::ptrdiff_t>(l.vectors) * kLanes;
  l.end = round_up_to_line(l.m + kPoints * l.m_channel * spec.out_c + kLanes);
  return l;
}

// Returns blocks that are at most kWidest tiles wide, and as high as the scratch allows. High
// blocks are better: a block reads a fixed number of additional input rows (8 for a kernel of 9x9).
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  // Largest width and height of a block in Winograd tiles. With a 9x9 kernel, which reaches beyond
  // the last tile, 46 output tiles need 48 input tiles. These fill three vectors of 16 lanes.
  constexpr int kWidest = 46;
  constexpr int kHighest = 8;
  // Blocks are made lower until there are this many: one for each of eight threads.
  constexpr int kEnoughBlocks = 8;
  const int tiles_h = ceil_div(g.out_h, kOut);
  const int tiles_w = ceil_div(g.out_w, kOut);
  const int w = ceil_div(tiles_w, ceil_div(tiles_w, kWidest));
  int h = min_of(kHighest, tiles_h);
  while (h > 1 && (ceil_div(tiles_h, h) * ceil_div(tiles_w, w) < kEnoughBlocks ||
                   layout(spec, h, w).end > kNestedScratchFloats)) {
    --h;
  }
  return {0, 0, h * kOut, w * kOut, spec.out_c, layout(spec, h, w).end};
}

// Makes a block's window (its inputs) in scratch, stored as described in Layout. The tiles also
// compute some outputs outside the block, which are dropped. Inputs that only those outputs need
// are set to zero.
void make_window(const ConvArgs& args, Block block, const Layout& l, float* scratch) {
  const int channels = args.plan.spec.in_c;
  const Rect rect = window_rect(args.plan.spec, args.geometry, block);
  make_planes(args, block, rect, l.window_row, scratch + l.row_scratch, scratch,
              [&](const float* row, float* planes) {
                const auto plane = [&](int r, int c) __attribute__((always_inline)) {
                  return planes + r * l.pitch + c * l.window_channel;
                };
                // Transposes kOut neighbouring pixels as one pixel with kOut times as many
                // channels: even few channels then fill the vectors of transpose().
                const int tiles = rect.w / kOut;
                const std::ptrdiff_t tile = static_cast<std::ptrdiff_t>(kOut) * channels;
                transpose(
                    row, tile, tiles, kOut * channels, [&](int k) __attribute__((always_inline)) {
                      return plane(k / channels, k % channels);
                    });
                for (int r = 0; r < kOut; ++r) {
                  const bool has_more = tiles * kOut + r < rect.w;
                  for (int c = 0; c < channels; ++c) {
                    float* const p = plane(r, c);
                    int i = tiles;
                    if (has_more) p[i++] = row[tiles * tile + r * channels + c];
                    for (; i <= l.columns; ++i) p[i] = 0;
                  }
                }
              });
  zero_floats(scratch + rect.h * l.window_row,
              (kOut * l.rows + kAxis - kOut - rect.h) * l.window_row);
}

// Applies the input transform vertically to one channel of a row of tiles. Reads `length` floats
// from each of kAxis window rows. Writes kAxis transformed rows of `length` floats to y.
NST_INLINE void transform_columns(const float* rows, std::ptrdiff_t row, std::ptrdiff_t length,
                                  float* y) {
  for (std::ptrdiff_t i = 0; i < length; i += kLanes) {
    Vec d[kAxis];
    Vec out[kAxis];
    unroll<kAxis>([&](auto k) __attribute__((always_inline)) { d[k] = load(rows + k * row + i); });
    Transform::input(d, out);
    unroll<kAxis>([&](auto k)
                      __attribute__((always_inline)) { store(y + k * length + i, out[k]); });
  }
}

// Applies the input transform horizontally to one row of tiles, and writes kAxis points of each
// tile. Reads three planes: the columns of the window with column mod 3 = 0, 1 and 2.
NST_INLINE void transform_row(const float* planes, int pitch, int columns, float* v,
                              std::ptrdiff_t v_point) {
  for (int i = 0; i < columns; i += kLanes) {
    Vec d[kAxis];
    Vec out[kAxis];
    unroll<kAxis>([&](auto k) __attribute__((always_inline)) {
      d[k] = load(planes + (k % kOut) * pitch + k / kOut + i);
    });
    Transform::input(d, out);
    unroll<kAxis>([&](auto k)
                      __attribute__((always_inline)) { store(v + k * v_point + i, out[k]); });
  }
}

// Transforms input channels [first, first + channels) of the window and writes them to V.
void transform_inputs(const Layout& l, int first, int channels, float* scratch) {
  float* const y = scratch + l.y;
  for (int c = 0; c < channels; ++c) {
    const float* window = scratch + (first + c) * l.window_channel;
    float* v = scratch + l.v + c * l.v_channel;
    // From top to bottom: a row's last vector may reach into the next row, which is written later.
    for (int row = 0; row < l.rows; ++row) {
      transform_columns(window, l.window_row, l.window_channel, y);
      for (int i = 0; i < kAxis; ++i) {
        transform_row(y + i * l.window_channel, l.pitch, l.columns, v + i * kAxis * l.v_point,
                      l.v_point);
      }
      window += kOut * l.window_row;
      v += l.columns;
    }
  }
}

// The operands of the products at one point: some vectors of tiles × one panel of channels.
struct PointProducts {
  const float* v;  // transformed inputs: those of the first tile and the first input channel
  std::ptrdiff_t channel, row;
  int channels, small;
  const float* weights;
  float* m;
  std::ptrdiff_t m_channel;
  bool adds;  // true: adds the products to the values in m; false: overwrites them
};

// Computes the products at one point, for C output channels × P vectors of tiles, in registers.
struct PointTileLoop {
  using Function = void (*)(const PointProducts&);
  template <int C, int P>
  static void run(const PointProducts& t) {
    Accumulators<C, P> acc;
    clear(acc);
    const float* weights = t.weights;
    for (int ic = 0; ic < t.channels; ++ic) {
      for (int sy = 0; sy < t.small; ++sy) {
        const float* in = t.v + ic * t.channel + sy * t.row;
        for (int sx = 0; sx < t.small; ++sx, weights += C) {
          planar::accumulate<C, P>(acc, in + sx, weights);
        }
      }
    }
    unroll<C>([&](auto c) __attribute__((always_inline)) {
      unroll<P>([&](auto p) __attribute__((always_inline)) {
        float* m = t.m + c * t.m_channel + p * kLanes;
        store(m, t.adds ? acc.at[c][p] + load(m) : acc.at[c][p]);
      });
    });
  }
};

// Computes M [point][channel][tile] for one panel. weights_point is the distance from the weights
// of a point to those of the next point, in floats.
void multiply(const Layout& l, int in_channels, int channels, const float* weights,
              std::ptrdiff_t weights_point, bool adds, const float* v, float* m) {
  PointProducts tile{};
  tile.channel = l.v_channel;
  tile.row = l.columns;
  tile.channels = in_channels;
  tile.small = l.small;
  tile.m_channel = l.m_channel;
  tile.adds = adds;
  for (int point = 0; point < kPoints; ++point) {
    tile.v = v;
    tile.m = m;
    tile.weights = weights;
    for_tiles(l.vectors, planar::most_vectors(channels), [&](int n) {
      planar::tile_function<PointTileLoop>(channels, n)(tile);
      tile.v += n * kLanes;
      tile.m += n * kLanes;
    });
    v += l.v_point;
    m += l.m_channel * channels;
    weights += weights_point;
  }
}

// Computes the outputs Aᵀ m A of one channel and one vector of tiles: out[row][column][lane].
NST_INLINE void transform_outputs(const float* m, std::ptrdiff_t point, Vec bias, Clamp clamp,
                                  float* out, std::ptrdiff_t out_stride) {
  transform_2d<kAxis, kOut, kAxis, kOut>(
      [&](auto i, auto j)
          __attribute__((always_inline)) { return load(m + (i * kAxis + j) * point); },
      [](const auto& column, auto& values)
          __attribute__((always_inline)) { Transform::output(column, values); },
      [](const auto& row, auto& values)
          __attribute__((always_inline)) { Transform::output(row, values); },
      [](auto) __attribute__((always_inline)) { return true; },
      [&](auto y, auto x, Vec value) __attribute__((always_inline)) {
        store(out + (y * kOut + x) * out_stride, clamped(clamp, value + bias));
      });
}

// Writes one vector of finished tiles, [row][column][channel][lane], to the outputs from (y, x) on.
NST_INLINE void write_tiles(const ConvArgs& args, Block block, const float* finished, int y, int x,
                            int channels, int first) {
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(channels) * kLanes;
  const View& output = args.output;
  const int rows = min_of(kOut, block.h - y);
  const int pixels = min_of(kOut * kLanes, block.w - x);
  if (output.pixel_stride != channels || args.epilogue_add.data != nullptr) {
    for (int r = 0; r < rows; ++r) {
      for (int i = 0; i < kOut; ++i) {
        planar::write_pixels(args, finished + (r * kOut + i) * plane, kLanes, channels,
                             ceil_div(pixels - i, kOut), block.y + y + r, block.x + x + i, kOut,
                             first);
      }
    }
    return;
  }
  // Here each row of a tile is contiguous in the output, and there is no epilogue_add.
  const int tiles = pixels / kOut;
  for (int r = 0; r < rows; ++r) {
    const float* const from = finished + r * kOut * plane;
    float* const out = address(output, block.y + y + r, block.x + x);
    transpose(from, kLanes, kOut * channels, tiles, out, kOut * channels);
    transpose(from + tiles, kLanes, (pixels - tiles * kOut) * channels, 1,
              out + tiles * kOut * channels, 0);
  }
}

// Computes the block's outputs from the products M, and writes them.
void write_outputs(const ConvArgs& args, Block block, const Layout& l, const float* m) {
  // Number of channels finished at a time: whole panels, and whole cache lines of an output pixel.
  constexpr int kFinishedChannels = 4 * planar::kMostChannels;
  alignas(64) float finished[kOut * kOut * kFinishedChannels * kLanes];
  const Clamp clamp = clamp_of(args.act);
  const int out_c = args.plan.spec.out_c;
  for (int first = 0; first < out_c; first += kFinishedChannels) {
    const int channels = min_of(kFinishedChannels, out_c - first);
    for (int ty = 0; ty < l.tiles_h; ++ty) {
      for (int tx = 0; tx < l.tiles_w; tx += kLanes) {
        const float* from = m + ty * l.columns + tx;
        for (int c = 0; c < channels;) {
          const int panel = planar::panel_channels(channels - c);
          for (int i = 0; i < panel; ++i, ++c) {
            const Vec bias = broadcast(args.bias != nullptr ? args.bias[first + c] : 0.0f);
            transform_outputs(from + i * l.m_channel, l.m_channel * panel, bias,
                              clamp_of_channel(clamp, args.floor, first + c), finished + c * kLanes,
                              static_cast<std::ptrdiff_t>(channels) * kLanes);
          }
          from += kPoints * l.m_channel * panel;
        }
        write_tiles(args, block, finished, ty * kOut, tx * kOut, channels, first);
      }
    }
    m += kPoints * l.m_channel * channels;
  }
}

void run(const ConvArgs& args, Block block, float* scratch) {
  const ConvSpec& spec = args.plan.spec;
  const Layout l = layout(spec, ceil_div(block.h, kOut), ceil_div(block.w, kOut));
  make_window(args, block, l, scratch);
  for (int from = 0; from < spec.in_c; from += kChunkChannels) {
    const int n = min_of(kChunkChannels, spec.in_c - from);
    transform_inputs(l, from, n, scratch);
    const float* weights = args.packed;
    float* m = scratch + l.m;
    for (int first = 0; first < spec.out_c;) {
      const int channels = planar::panel_channels(spec.out_c - first);
      const std::ptrdiff_t per_channel =
          static_cast<std::ptrdiff_t>(small_kernels_of(spec)) * channels;
      multiply(l, n, channels, weights + from * per_channel, per_channel * spec.in_c, from > 0,
               scratch + l.v, m);
      m += kPoints * l.m_channel * channels;
      weights += kPoints * per_channel * spec.in_c;
      first += channels;
    }
  }
  write_outputs(args, block, l, scratch + l.m);
}

constexpr ConvAlgorithm kAlgorithm = {"winograd_nested", suits, packed_floats, pack,
                                      blocking,          run,   block_moments};

}  // namespace winograd_nested
}  // namespace
}  // namespace nst::kernels
