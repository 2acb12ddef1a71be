// Resizes row by row. No intermediate picture is stored, only two or three rows of floats.
//
// This file is compiled without fused multiply-adds, so that every machine computes the same
// floats.
#include "image/resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/alpha.hpp"
#include "image/network_picture.hpp"
#include "image/picture_rows.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/float_environment.hpp"
#include "platform/threads.hpp"

namespace nst {
namespace {

constexpr int kRgb = 3;

// The stored sample that means 1.0: 255 for u8, 1 for f32.
template <typename T>
constexpr float kFullScale = sizeof(T) == 1 ? 255.0f : 1.0f;

// The destination of a resize to a float picture in memory. The resize writes row y to place(y),
// then calls made(y), which does nothing here.
class DenseRows {
 public:
  DenseRows(float* first, int width, int channels)
      : first_(first), row_(std::ptrdiff_t{width} * channels) {}
  float* place(int y) const { return first_ + row_ * y; }
  void made(int) const {}

 private:
  float* first_;
  std::ptrdiff_t row_;
};

// The destination of a resize to a u8 picture of one channel. The resize writes row y to place(y)
// as floats. Then it calls made(y), which converts the floats to bytes.
class ByteRows {
 public:
  explicit ByteRows(Image& out) : out_(out), line_(static_cast<std::size_t>(out.width)) {}
  float* place(int) { return line_.data(); }
  void made(int y) {
    std::uint8_t* to = out_.u8() + std::ptrdiff_t{out_.width} * y;
    for (const float value : line_) *to++ = byte_of_unit(value, 0.5f);
  }

 private:
  Image& out_;
  std::vector<float> line_;
};

// The source samples, and their weights, for each output sample along one axis.
struct Filter {
  struct Span {
    int first, count;
  };
  std::vector<Span> spans;
  std::vector<float> weights;  // for each output sample, `taps` weights of source samples
  int taps = 0;

  const float* of(int i) const { return weights.data() + std::ptrdiff_t{taps} * i; }
};

// Returns the triangle filter for one axis. When a picture is made smaller, the filter is made
// wider, so that every source sample counts. At the border the filter is cut off and its weights
// are normalised. tf.image.resize(antialias=True) (ScaleAndTranslate) and Pillow's BILINEAR are the
// same filter.
Filter triangle_filter(int in, int out, float gain) {
  const double scale = static_cast<double>(in) / out;
  const double radius = std::max(scale, 1.0);
  Filter filter;
  filter.spans.resize(static_cast<std::size_t>(out));
  filter.taps = std::min(in, static_cast<int>(std::ceil(2.0 * radius)) + 1);
  filter.weights.assign(static_cast<std::size_t>(out) * static_cast<std::size_t>(filter.taps),
                        0.0f);
  std::vector<double> exact(static_cast<std::size_t>(filter.taps));
  for (int i = 0; i < out; ++i) {
    const double centre = (i + 0.5) * scale - 0.5;
    const int first = std::max(0, static_cast<int>(std::ceil(centre - radius)));
    const int last = std::min(in - 1, static_cast<int>(std::floor(centre + radius)));
    const int count = std::min(filter.taps, last - first + 1);
    double sum = 0.0;
    for (int k = 0; k < count; ++k) {
      exact[k] = std::max(0.0, 1.0 - std::abs(first + k - centre) / radius);
      sum += exact[k];
    }
    filter.spans[i] = {first, count};
    float* weights = filter.weights.data() + std::ptrdiff_t{filter.taps} * i;
    for (int k = 0; k < count; ++k) weights[k] = static_cast<float>(exact[k] / sum) * gain;
  }
  return filter;
}

// Writes the weighted sum of the source rows in `span` to `line`, which gets a whole row of
// samples.
template <typename T>
void blend_rows(const ImageView& in, Filter::Span span, const float* weights, float* line) {
  const std::ptrdiff_t samples = std::ptrdiff_t{in.width} * in.channels;
  std::fill_n(line, samples, 0.0f);
  int k = 0;
  // Adds two rows at a time, which halves the number of accesses to `line`.
  for (; k + 1 < span.count; k += 2) {
    const T* a = view_row<T>(in, span.first + k);
    const T* b = view_row<T>(in, span.first + k + 1);
    const float wa = weights[k];
    const float wb = weights[k + 1];
    for (std::ptrdiff_t i = 0; i < samples; ++i) {
      line[i] += wa * static_cast<float>(a[i]) + wb * static_cast<float>(b[i]);
    }
  }
  if (k == span.count) return;
  const T* row = view_row<T>(in, span.first + k);
  for (std::ptrdiff_t i = 0; i < samples; ++i) line[i] += weights[k] * static_cast<float>(row[i]);
}

// Resizes a row of one channel horizontally with the filter. Writes `width` samples to `out`.
void filter_plane_line(const float* line, const Filter& filter, int width, float* out) {
  for (int x = 0; x < width; ++x) {
    const Filter::Span span = filter.spans[x];
    const float* weights = filter.of(x);
    float sum = 0.0f;
    for (int k = 0; k < span.count; ++k) sum += weights[k] * line[span.first + k];
    out[x] = sum;
  }
}

// Filters a line of interleaved pixels horizontally. `line` has `channels` samples per pixel; `out`
// gets `width` RGB pixels. Each pixel is computed as four floats, so that the compiler can use
// vectors. The fourth float has no meaning and is dropped: it comes from alpha, from the next
// pixel, or from the unused float at the line's end.
void filter_line(const float* line, int channels, const Filter& filter, int width, float* out) {
  for (int x = 0; x < width; ++x) {
    const Filter::Span span = filter.spans[x];
    const float* weights = filter.of(x);
    const float* pixel = line + std::ptrdiff_t{channels} * span.first;
    float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    for (int k = 0; k < span.count; ++k, pixel += channels) {
      for (int c = 0; c < 4; ++c) sum[c] += weights[k] * pixel[c];
    }
    for (int c = 0; c < kRgb; ++c) out[kRgb * x + c] = sum[c];
  }
}

// The range of rows of the resized picture that is computed: [begin, end).
struct RowRange {
  int begin, end;
};

template <typename T, int kChannels, typename Rows>
void resize_smooth(const ImageView& in, Size size, RowRange range, Rows& out) {
  const Filter vertical = triangle_filter(in.height, size.height, 1.0f / kFullScale<T>);
  const Filter horizontal = triangle_filter(in.width, size.width, 1.0f);
  std::vector<float> line(
      static_cast<std::size_t>(in.width) * static_cast<std::size_t>(in.channels) + 1);
  for (int y = range.begin; y < range.end; ++y) {
    blend_rows<T>(in, vertical.spans[y], vertical.of(y), line.data());
    if constexpr (kChannels == 1) {
      filter_plane_line(line.data(), horizontal, size.width, out.place(y));
    } else {
      filter_line(line.data(), in.channels, horizontal, size.width, out.place(y));
    }
    out.made(y);
  }
}

// The two source samples between which an output sample is interpolated, and the weight of the
// second one. The arithmetic is that of TensorFlow's compute_interpolation_weights
// (core/kernels/image/resize_bilinear_op.cc), in float.
struct Lerp {
  int lower, upper;
  float weight;
};

std::vector<Lerp> interpolation(int in, int out, bool half_pixel_centres) {
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  std::vector<Lerp> lerps(static_cast<std::size_t>(out));
  for (int i = 0; i < out; ++i) {
    const float position = half_pixel_centres ? (static_cast<float>(i) + 0.5f) * scale - 0.5f
                                              : static_cast<float>(i) * scale;
    const float floor = std::floor(position);
    lerps[i] = {std::max(static_cast<int>(floor), 0),
                std::min(static_cast<int>(std::ceil(position)), in - 1), position - floor};
  }
  return lerps;
}

template <typename T, int kChannels, typename Rows>
void resize_tensorflow(const ImageView& in, Size size, RowRange range, Rows& out,
                       bool half_pixel_centres) {
  const std::vector<Lerp> columns = interpolation(in.width, size.width, half_pixel_centres);
  const std::vector<Lerp> rows = interpolation(in.height, size.height, half_pixel_centres);
  // Keeps the two source rows that were used last, already resized horizontally, because
  // neighbouring output rows often need the same source rows.
  struct Line {
    int source = -1;
    std::vector<float> values;
  } lines[2];
  const std::size_t samples = std::size_t{kChannels} * static_cast<std::size_t>(size.width);
  for (Line& line : lines) line.values.resize(samples);

  const auto horizontal = [&](int source, int other) -> const float* {
    Line& line = lines[0].source == source   ? lines[0]
                 : lines[1].source == source ? lines[1]
                 : lines[0].source == other  ? lines[1]
                                             : lines[0];
    if (line.source == source) return line.values.data();
    line.source = source;
    const T* row = view_row<T>(in, source);
    float* to = line.values.data();
    for (const Lerp& column : columns) {
      const T* left = row + std::ptrdiff_t{column.lower} * in.channels;
      const T* right = row + std::ptrdiff_t{column.upper} * in.channels;
      for (int c = 0; c < kChannels; ++c) {
        const float a = static_cast<float>(left[c]);
        *to++ = a + (static_cast<float>(right[c]) - a) * column.weight;
      }
    }
    return line.values.data();
  };

  for (int y = range.begin; y < range.end; ++y) {
    const Lerp& row = rows[y];
    const float* top = horizontal(row.lower, row.upper);
    const float* bottom = horizontal(row.upper, row.lower);
    float* to = out.place(y);
    for (std::size_t i = 0; i < samples; ++i) {
      to[i] = (top[i] + (bottom[i] - top[i]) * row.weight) / kFullScale<T>;
    }
    out.made(y);
  }
}

template <typename T, int kChannels, typename Rows>
void resize_as(const ImageView& in, Size size, Resize method, RowRange range, Rows& out) {
  if (method == Resize::smooth) {
    resize_smooth<T, kChannels>(in, size, range, out);
  } else {
    resize_tensorflow<T, kChannels>(in, size, range, out, method == Resize::tf);
  }
}

// If all pixels have one colour, fills out [h, w, 3] with exactly this colour and returns true. A
// resize would add rounding errors, which a network with instance norms would amplify to a visible
// pattern.
template <typename T>
bool fill_if_flat(const ImageView& in, Size size, float* out) {
  const T* const first = view_row<T>(in, 0);
  for (int y = 0; y < in.height; ++y) {
    const T* pixel = view_row<T>(in, y);
    for (int x = 0; x < in.width; ++x, pixel += in.channels) {
      if (!std::equal(first, first + kRgb, pixel)) return false;
    }
  }
  const std::ptrdiff_t pixels = std::ptrdiff_t{size.width} * size.height;
  for (std::ptrdiff_t i = 0; i < pixels; ++i, out += kRgb) {
    for (int c = 0; c < kRgb; ++c) out[c] = static_cast<float>(first[c]) / kFullScale<T>;
  }
  return true;
}

}  // namespace

void resize_into(const ImageView& image, Size size, Resize method, float* out, int threads) {
  const bool bytes = image.type == SampleType::u8;
  if (bytes ? fill_if_flat<std::uint8_t>(image, size, out)
            : fill_if_flat<float>(image, size, out)) {
    return;
  }
  // Divides the rows into four parts for each thread, so that no thread waits long for a slower
  // one.
  const int parts = threads == 1 ? 1 : std::min(4 * threads, size.height);
  for_each_item(threads, parts, [&](int part) {
    const auto bound = [&](std::int64_t i) { return static_cast<int>(i * size.height / parts); };
    const RowRange range{bound(part), bound(part + 1)};
    DenseRows rows(out, size.width, kRgb);
    if (bytes) {
      resize_as<std::uint8_t, kRgb>(image, size, method, range, rows);
    } else {
      resize_as<float, kRgb>(image, size, method, range, rows);
    }
  });
}

Image resize(const ImageView& image, int width, int height, Resize method) {
  const DefaultFloatEnvironment environment;
  check_picture(image);
  Image out(width, height, kRgb, SampleType::f32);
  fill_input(image, {{width, height}, method, std::nullopt, ""}, out.f32());
  return out;
}

Image alpha_at(const ImageView& image, Size size, Resize method) {
  Image alpha = alpha_plane(image);
  if (size == Size{image.width, image.height}) return alpha;
  Image out(size.width, size.height, 1, SampleType::u8);
  ByteRows rows(out);
  resize_as<std::uint8_t, 1>(alpha.view(), size, method, {0, size.height}, rows);
  return out;
}

Image resized_alpha(const ImageView& rgba, int width, int height, Resize method) {
  const DefaultFloatEnvironment environment;
  check_picture(rgba);
  if (!has_alpha(rgba)) throw Error(ErrorCode::usage, "the picture has no alpha");
  return alpha_at(rgba, {width, height}, method);
}

}  // namespace nst
