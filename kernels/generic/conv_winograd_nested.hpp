// Large square kernels (9x9) as nested 3x3 ones: 25 products where the direct form takes 81.
//
// A kernel of 3 S taps is S kernels of 3 taps, 3 pixels apart. Cut the outputs into tiles of 3 and
// take F(3, 3) of each: the second small kernel reads what the first one reads of the next tile, so
//   M[tile] = sum over s of U[s] V[tile + s]
// with transformed inputs V shared by all small kernels: at each of the 5 x 5 points an S x S
// convolution over the grid of tiles. Tiles lie in the lanes: each point's grid is a plane whose
// rows, with their S - 1 surplus tiles, follow each other, so vectors run on from row to row.
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
// Input channels transformed at a time, so that all their points fit the second-level cache.
constexpr int kChunk = 8;

NST_INLINE int small_kernels(const ConvSpec& spec) { return spec.kernel_h / kOut; }

bool suits(const ConvSpec& spec) {
  return spec.kernel_h == spec.kernel_w && spec.kernel_h % kOut == 0 && spec.kernel_h > kOut &&
         spec.stride == 1 && spec.upsample == 1 && !spec.depthwise;
}

NST_INLINE std::size_t taps(const ConvSpec& spec) {
  return static_cast<std::size_t>(small_kernels(spec)) * small_kernels(spec);
}

std::size_t packed_floats(const ConvSpec& spec) {
  return kPoints * taps(spec) * spec.in_c * spec.out_c;
}

// G g Gᵀ of the small kernel whose first tap is at `weights`, at one point.
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

// [panel][point][in_c][small kernel row][small kernel column][channels of the panel].
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

// The tiles of one block and the parts of its scratch, in floats.
struct Layout {
  int small;             // small kernels along an axis
  int tiles_h, tiles_w;  // of outputs
  int rows, columns;     // of transformed inputs
  // Window: [row][in_c][column mod 3][pitch]; then one row of pixels.
  int pitch;
  std::ptrdiff_t window_channel, window_row;
  std::size_t row_scratch, y;
  // V: [point][channel of the chunk][v_channel]. M: [panel][point][channel of the
  // panel][m_channel].
  std::size_t v, m, end;
  std::ptrdiff_t v_channel, v_point, m_channel;
  int vectors;  // of a plane of M
};

NST_INLINE Layout layout(const ConvSpec& spec, int tiles_h, int tiles_w) {
  const auto aligned = [](std::ptrdiff_t floats) { return (floats + 15) / 16 * 16; };
  Layout l{};
  l.small = small_kernels(spec);
  l.tiles_h = tiles_h;
  l.tiles_w = tiles_w;
  l.rows = tiles_h + l.small - 1;
  l.columns = tiles_w + l.small - 1;
  // A vector of columns reads one column further, of pixels that nothing uses.
  l.pitch = ceil_div(l.columns, kLanes) * kLanes + 1;
  l.window_channel = static_cast<std::ptrdiff_t>(ceil_div(kOut * l.pitch, kLanes)) * kLanes;
  l.window_row = l.window_channel * spec.in_c;
  const int window_rows = kOut * l.rows + kAxis - kOut;
  l.row_scratch = aligned(l.window_row * window_rows + kLanes);
  l.y = l.row_scratch +
        aligned(static_cast<std::ptrdiff_t>(kOut * l.columns + kAxis - kOut) * spec.in_c + kLanes);
  l.v = l.y + aligned(kAxis * l.window_channel + kLanes);
  // The last vector of a row may reach this far.
  l.v_channel = aligned(static_cast<std::ptrdiff_t>(l.rows) * l.columns + kLanes);
  l.v_point = l.v_channel * min_of(spec.in_c, kChunk);
  l.m = l.v + kPoints * l.v_point + kLanes;
  l.vectors = ceil_div((tiles_h - 1) * l.columns + tiles_w, kLanes);
  l.m_channel = static_cast<std::ptrdiff_t>(l.vectors) * kLanes;
  l.end = aligned(l.m + kPoints * l.m_channel * spec.out_c + kLanes);
  return l;
}

// Blocks as wide as whole vectors of tiles allow and, since 8 more rows are formed than each has,
// as high as the second-level cache does.
ConvBlocking blocking(const ConvSpec& spec, const ConvGeometry& g) {
  constexpr std::size_t kScratchFloats = 1200 * 1024 / sizeof(float);
  constexpr int kWidest = 46;
  constexpr int kHighest = 8;
  constexpr int kEnoughBlocks = 8;
  const int tiles_h = ceil_div(g.out_h, kOut);
  const int tiles_w = ceil_div(g.out_w, kOut);
  const int w = ceil_div(tiles_w, ceil_div(tiles_w, kWidest));
  int h = min_of(kHighest, tiles_h);
  while (h > 1 && (ceil_div(tiles_h, h) * ceil_div(tiles_w, w) < kEnoughBlocks ||
                   layout(spec, h, w).end > kScratchFloats)) {
    --h;
  }
  return {0, 0, h * kOut, w * kOut, spec.out_c, layout(spec, h, w).end};
}

// What only surplus outputs of the last tiles read is zero: it may lie outside the picture.
void form_window(const ConvArgs& args, Block block, const Layout& l, float* scratch) {
  const int channels = args.plan.spec.in_c;
  const Rect rect = window_rect(args.plan.spec, args.geometry, block);
  form_planes(args, block, rect, l.window_row, scratch + l.row_scratch, scratch,
              [&](const float* row, float* planes) {
                const auto plane = [&](int r, int c) __attribute__((always_inline)) {
                  return planes + r * l.pitch + c * l.window_channel;
                };
                // Pixels of a tile side by side: a few channels still fill a step.
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

// Bᵀ along the columns of one row of tiles and one channel: `length` floats of each of kAxis rows.
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

// Bᵀ along a row: from the planes of column 0, 1 and 2 mod 3 to kAxis points.
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

// `channels` channels from `first` of the window.
void transform_inputs(const Layout& l, int first, int channels, float* scratch) {
  float* const y = scratch + l.y;
  for (int c = 0; c < channels; ++c) {
    const float* window = scratch + (first + c) * l.window_channel;
    float* v = scratch + l.v + c * l.v_channel;
    // Rows upwards: a row's last vector may reach into the next one, which then overwrites it.
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

// One point's products for some vectors of tiles and one panel of channels.
struct Tile {
  const float* v;  // of channel 0, first tile
  std::ptrdiff_t channel, row;
  int channels, small;
  const float* weights;
  float* m;
  std::ptrdiff_t m_channel;
  bool adds;  // to what m holds
};

struct Nested {
  using Function = void (*)(const Tile&);
  template <int C, int P>
  static void run(const Tile& t) {
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

// M [point][channel][tile] of one panel; weights_point floats lie between two points' weights.
void multiply(const Layout& l, int in_channels, int channels, const float* weights,
              std::ptrdiff_t weights_point, bool adds, const float* v, float* m) {
  Tile tile{};
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
      planar::tile_function<Nested>(channels, n)(tile);
      tile.v += n * kLanes;
      tile.m += n * kLanes;
    });
    v += l.v_point;
    m += l.m_channel * channels;
    weights += weights_point;
  }
}

// Aᵀ m A of one vector of tiles and one channel, as [row][column][lane].
NST_INLINE void transform_outputs(const float* m, std::ptrdiff_t point, Vec bias, Clamp clamp,
                                  float* out, std::ptrdiff_t out_stride) {
  Vec columns[kAxis][kOut];
  unroll<kAxis>([&](auto j) __attribute__((always_inline)) {
    Vec in[kAxis];
    unroll<kAxis>([&](auto i) __attribute__((always_inline)) {
      in[i] = load(m + (i * kAxis + j) * point);
    });
    Transform::output(in, columns[j]);
  });
  unroll<kOut>([&](auto y) __attribute__((always_inline)) {
    Vec in[kAxis];
    Vec values[kOut];
    unroll<kAxis>([&](auto j) __attribute__((always_inline)) { in[j] = columns[j][y]; });
    Transform::output(in, values);
    unroll<kOut>([&](auto x) __attribute__((always_inline)) {
      store(out + (y * kOut + x) * out_stride, clamped(clamp, values[x] + bias));
    });
  });
}

// A vector of tiles, finished as [row][column][channel][lane], to the block's pixels from (y, x)
// on.
NST_INLINE void write_tiles(const ConvArgs& args, Block block, const float* finished, int y, int x,
                            int channels, int first) {
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(channels) * kLanes;
  const View& output = args.output;
  const int rows = min_of(kOut, block.h - y);
  const int pixels = min_of(kOut * kLanes, block.w - x);
  if (output.pixel_stride != channels || args.skip.data != nullptr) {
    for (int r = 0; r < rows; ++r) {
      for (int i = 0; i < kOut; ++i) {
        planar::write_pixels(args, finished + (r * kOut + i) * plane, kLanes, channels,
                             ceil_div(pixels - i, kOut), block.y + y + r, block.x + x + i, kOut,
                             first);
      }
    }
    return;
  }
  // The pixels of a tile follow each other in memory.
  const int tiles = pixels / kOut;
  for (int r = 0; r < rows; ++r) {
    const float* const from = finished + r * kOut * plane;
    float* const out = address(output, block.y + y + r, block.x + x);
    transpose(from, kLanes, kOut * channels, tiles, out, kOut * channels);
    transpose(from + tiles, kLanes, (pixels - tiles * kOut) * channels, 1,
              out + tiles * kOut * channels, 0);
  }
}

// M to the block's pixels, kGroup channels at a time.
void write_outputs(const ConvArgs& args, Block block, const Layout& l, const float* m) {
  // A whole number of panels, and of cache lines of pixels that have them.
  constexpr int kGroup = 4 * planar::kMostChannels;
  alignas(64) float finished[kOut * kOut * kGroup * kLanes];
  const Clamp clamp = clamp_of(args.act);
  const int out_c = args.plan.spec.out_c;
  for (int first = 0; first < out_c; first += kGroup) {
    const int channels = min_of(kGroup, out_c - first);
    for (int ty = 0; ty < l.tiles_h; ++ty) {
      for (int tx = 0; tx < l.tiles_w; tx += kLanes) {
        const float* from = m + ty * l.columns + tx;
        for (int c = 0; c < channels;) {
          const int panel = planar::panel_channels(channels - c);
          for (int i = 0; i < panel; ++i, ++c) {
            const Vec bias = splat(args.bias != nullptr ? args.bias[first + c] : 0.0f);
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
  form_window(args, block, l, scratch);
  for (int from = 0; from < spec.in_c; from += kChunk) {
    const int n = min_of(kChunk, spec.in_c - from);
    transform_inputs(l, from, n, scratch);
    const float* weights = args.packed;
    float* m = scratch + l.m;
    for (int first = 0; first < spec.out_c;) {
      const int channels = planar::panel_channels(spec.out_c - first);
      const std::ptrdiff_t per_channel = static_cast<std::ptrdiff_t>(taps(spec)) * channels;
      multiply(l, n, channels, weights + from * per_channel, per_channel * spec.in_c, from > 0,
               scratch + l.v, m);
      m += kPoints * l.m_channel * channels;
      weights += kPoints * per_channel * spec.in_c;
      first += channels;
    }
  }
  write_outputs(args, block, l, scratch + l.m);
}

constexpr ConvAlgorithm kAlgorithm = {suits, packed_floats, pack, blocking, run, block_moments};

}  // namespace winograd_nested
}  // namespace
}  // namespace nst::kernels
