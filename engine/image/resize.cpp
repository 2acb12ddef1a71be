// Resizing, row by row: no intermediate picture, two or three rows of floats at most.
//
// This unit is compiled without fused multiply-adds, so that every machine makes the same floats.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/alpha.hpp"
#include "image/view.hpp"
#include "platform/float_environment.hpp"

namespace nst {
namespace {

constexpr int kRgb = 3;

// What a stored sample is divided by.
template <typename T>
constexpr float kFullScale = sizeof(T) == 1 ? 255.0f : 1.0f;

template <typename T>
void convert(const ImageView& in, Image& out) {
  float* to = out.f32();
  for (int y = 0; y < in.height; ++y) {
    const T* from = view_row<T>(in, y);
    for (int x = 0; x < in.width; ++x, from += in.channels, to += kRgb) {
      for (int c = 0; c < kRgb; ++c) to[c] = static_cast<float>(from[c]) / kFullScale<T>;
    }
  }
}

// The weights of the source samples that make each output sample of one axis.
struct Filter {
  struct Span {
    int first, count;
  };
  std::vector<Span> spans;
  std::vector<float> weights;  // `taps` per output sample
  int taps = 0;

  const float* of(int i) const { return weights.data() + std::ptrdiff_t{taps} * i; }
};

// Triangle filter, widened by the reduction so that every source sample counts; cut off at the
// border and normalised. As tf.image.resize(antialias=True) (ScaleAndTranslate) and Pillow's
// BILINEAR.
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

// line = the weighted sum of `span` rows, all channels.
template <typename T>
void blend_rows(const ImageView& in, Filter::Span span, const float* weights, float* line) {
  const std::ptrdiff_t samples = std::ptrdiff_t{in.width} * in.channels;
  std::fill_n(line, samples, 0.0f);
  int k = 0;
  for (; k + 1 < span.count; k += 2) {  // two rows at a time halve the traffic on `line`
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

// One output row from a line of one sample per pixel.
void filter_plane_line(const float* line, const Filter& filter, int width, float* out) {
  for (int x = 0; x < width; ++x) {
    const Filter::Span span = filter.spans[x];
    const float* weights = filter.of(x);
    float sum = 0.0f;
    for (int k = 0; k < span.count; ++k) sum += weights[k] * line[span.first + k];
    out[x] = sum;
  }
}

// One output row from a line of `channels` samples per pixel and one spare float at its end: pixels
// are summed four floats wide, the last of which is alpha, the next pixel or the spare, and
// dropped.
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

template <typename T>
void resize_smooth(const ImageView& in, Image& out) {
  const Filter vertical = triangle_filter(in.height, out.height, 1.0f / kFullScale<T>);
  const Filter horizontal = triangle_filter(in.width, out.width, 1.0f);
  std::vector<float> line(
      static_cast<std::size_t>(in.width) * static_cast<std::size_t>(in.channels) + 1);
  for (int y = 0; y < out.height; ++y) {
    blend_rows<T>(in, vertical.spans[y], vertical.of(y), line.data());
    float* row = out.f32() + std::ptrdiff_t{out.channels} * out.width * y;
    if (out.channels == 1) {
      filter_plane_line(line.data(), horizontal, out.width, row);
    } else {
      filter_line(line.data(), in.channels, horizontal, out.width, row);
    }
  }
}

// The two source samples of each output sample and the way between them, in the float arithmetic of
// TensorFlow's compute_interpolation_weights (core/kernels/image/resize_bilinear_op.cc).
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

template <typename T, int kChannels>
void resize_tensorflow(const ImageView& in, Image& out, bool half_pixel_centres) {
  const std::vector<Lerp> columns = interpolation(in.width, out.width, half_pixel_centres);
  const std::vector<Lerp> rows = interpolation(in.height, out.height, half_pixel_centres);
  // The last two source rows, resized horizontally.
  struct Line {
    int source = -1;
    std::vector<float> values;
  } lines[2];
  const std::size_t samples = std::size_t{kChannels} * static_cast<std::size_t>(out.width);
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

  float* to = out.f32();
  for (const Lerp& row : rows) {
    const float* top = horizontal(row.lower, row.upper);
    const float* bottom = horizontal(row.upper, row.lower);
    for (std::size_t i = 0; i < samples; ++i) {
      to[i] = (top[i] + (bottom[i] - top[i]) * row.weight) / kFullScale<T>;
    }
    to += samples;
  }
}

// Has every pixel the colour of the first? Ends at one that has not.
template <typename T>
bool is_flat(const ImageView& in) {
  const T* const first = view_row<T>(in, 0);
  for (int y = 0; y < in.height; ++y) {
    const T* pixel = view_row<T>(in, y);
    for (int x = 0; x < in.width; ++x, pixel += in.channels) {
      if (!std::equal(first, first + kRgb, pixel)) return false;
    }
  }
  return true;
}

template <typename T>
void fill(const T* colour, Image& out) {
  for (std::size_t i = 0; i < out.sample_count(); ++i) {
    out.f32()[i] = static_cast<float>(colour[i % kRgb]) / kFullScale<T>;
  }
}

template <typename T>
void resize_as(const ImageView& in, Image& out, Resize method) {
  if (in.width == out.width && in.height == out.height) {
    convert<T>(in, out);
  } else if (is_flat<T>(in)) {
    // To the bit: what rounding makes of it a network of instance norms would magnify.
    fill(view_row<T>(in, 0), out);
  } else if (method == Resize::smooth) {
    resize_smooth<T>(in, out);
  } else {
    resize_tensorflow<T, kRgb>(in, out, method == Resize::tf);
  }
}

}  // namespace

Image resize(const ImageView& image, int width, int height, Resize method) {
  const DefaultFloatEnvironment environment;
  check_view(image);
  Image out(width, height, kRgb, SampleType::f32);
  if (image.type == SampleType::u8) {
    resize_as<std::uint8_t>(image, out, method);
  } else {
    resize_as<float>(image, out, method);
  }
  return out;
}

Image resized_alpha(const ImageView& rgba, int width, int height, Resize method) {
  const DefaultFloatEnvironment environment;
  Image alpha = alpha_plane(rgba);
  if (width == rgba.width && height == rgba.height) return alpha;
  Image floats(width, height, 1, SampleType::f32);
  const ImageView plane = alpha.view();
  if (method == Resize::smooth) {
    resize_smooth<std::uint8_t>(plane, floats);
  } else {
    resize_tensorflow<std::uint8_t, 1>(plane, floats, method == Resize::tf);
  }
  Image out(width, height, 1, SampleType::u8);
  for (std::size_t i = 0; i < out.sample_count(); ++i) {
    out.u8()[i] = byte_of_unit(floats.f32()[i], 0.5f);
  }
  return out;
}

}  // namespace nst
