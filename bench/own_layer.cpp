#include "bench/own_layer.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace nst::bench {
namespace {

// The largest accepted sizes of a layer: height and width of the input, numbers of channels, and
// height and width of the kernel. (Kernels in the published networks have up to 9 x 9 taps.)
constexpr int kMostPixels = 16384;
constexpr int kMostChannels = 65536;
constexpr int kLargestKernel = 15;

[[noreturn]] void refuse(const std::string& text, const std::string& why) {
  throw std::invalid_argument("--layer " + text + ": " + why +
                              "; write e.g. 3x3,128,128,64x64,stride2");
}

std::string quoted(std::string_view text) { return std::string("\"").append(text).append("\""); }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

int number(const std::string& layer, std::string_view text, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most) {
    refuse(layer, quoted(text) + " is no number from 1 to " + std::to_string(most));
  }
  return value;
}

struct Pair {
  int first, second;
};

Pair pair(const std::string& layer, std::string_view text, int most) {
  const auto sides = split(text, 'x');
  if (sides.size() != 2) refuse(layer, quoted(text) + " is no size");
  return {number(layer, sides[0], most), number(layer, sides[1], most)};
}

// Sets in `layer` the property that a word of the layer's text names, such as "stride2" (the words
// are listed in kLayerWords). Returns false for an unknown word.
bool apply(std::string_view word, Layer& layer) {
  if (word == "stride2") {
    layer.spec.stride = 2;
  } else if (word == "upsample2") {
    layer.spec.upsample = 2;
  } else if (word == "depthwise") {
    layer.spec.depthwise = true;
  } else if (word == "reflect") {
    layer.geometry.border = kernels::Border::reflect;
  } else if (word == "prologue") {
    layer.prologue = true;
  } else if (word == "moments") {
    layer.moments = true;
  } else {
    return false;
  }
  return true;
}

// Returns how many pixels of padding precede the input's first pixel along one axis. As in
// TensorFlow's SAME, that is half of all padding, rounded down.
int padding_before(int in, int out, int kernel, int stride) {
  return std::max((out - 1) * stride + kernel - in, 0) / 2;
}

}  // namespace

const char* const kLayerWords =
    "stride2, upsample2 (nearest neighbour, before), depthwise, reflect (border; otherwise zeros), "
    "prologue (the input is normalised while it is read), moments (of the output)";

Layer parse_layer(const std::string& text) {
  const auto parts = split(text, ',');
  if (parts.size() < 4) refuse(text, "a layer has kernel, channels in and out, and a size");
  const Pair kernel = pair(text, parts[0], kLargestKernel);
  const Pair size = pair(text, parts[3], kMostPixels);
  Layer layer{text, {}, {}, false, false, 1};
  layer.spec = {.kernel_h = kernel.first,
                .kernel_w = kernel.second,
                .in_c = number(text, parts[1], kMostChannels),
                .out_c = number(text, parts[2], kMostChannels),
                .stride = 1,
                .upsample = 1,
                .depthwise = false};
  layer.geometry.border = kernels::Border::zero;
  for (std::size_t i = 4; i < parts.size(); ++i) {
    if (!apply(parts[i], layer)) refuse(text, "unknown word " + quoted(parts[i]));
  }
  const kernels::ConvSpec& s = layer.spec;
  if (s.depthwise && s.in_c != s.out_c) refuse(text, "depthwise keeps the number of channels");
  if (s.stride > 1 && s.upsample > 1) refuse(text, "stride2 and upsample2 exclude each other");
  kernels::ConvGeometry& g = layer.geometry;
  g.in_h = size.first;
  g.in_w = size.second;
  const int h = g.in_h * s.upsample;
  const int w = g.in_w * s.upsample;
  g.out_h = (h + s.stride - 1) / s.stride;
  g.out_w = (w + s.stride - 1) / s.stride;
  g.pad_top = padding_before(h, g.out_h, s.kernel_h, s.stride);
  g.pad_left = padding_before(w, g.out_w, s.kernel_w, s.stride);
  if (g.border == kernels::Border::reflect && (g.pad_top >= h || g.pad_left >= w)) {
    refuse(text, "a picture smaller than the border cannot be reflected");
  }
  return layer;
}

}  // namespace nst::bench
