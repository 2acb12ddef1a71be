// Style vectors: blending, and reading and writing their .npy files.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "image/npy.hpp"
#include "image/samples.hpp"
#include "model/style_space.hpp"
#include "nst/error.hpp"
#include "nst/style.hpp"
#include "platform/file.hpp"
#include "platform/float_environment.hpp"

namespace nst {
namespace {
// Largest number of values that the file of a style vector may have. The style vectors of the known
// networks have at most 768 values.
constexpr std::int64_t kMaxSize = 4096;
constexpr std::string_view kSpaceComment = "nst-space: ";

// Throws Error{usage} if the vectors have different sizes, or belong to different style spaces. An
// unknown space suits every other.
void check_alike(const StyleVector& a, const StyleVector& b) {
  if (a.size() != b.size()) {
    throw Error(ErrorCode::usage, "style vectors of " + std::to_string(a.size()) + " and " +
                                      std::to_string(b.size()) + " values cannot be blended");
  }
  if (!a.space.empty() && !b.space.empty() && a.space != b.space) {
    throw Error(ErrorCode::usage, "style vectors of two spaces, " + a.space + " and " + b.space +
                                      ", cannot be blended");
  }
}

}  // namespace

StyleVector StyleVector::blend(const StyleVector& a, const StyleVector& b, float weight) {
  const DefaultFloatEnvironment environment;
  check_alike(a, b);
  StyleVector mix(a.size());
  mix.space = a.space.empty() ? b.space : a.space;
  for (std::size_t i = 0; i < mix.size(); ++i) {
    mix.values[i] = (1.0f - weight) * a.values[i] + weight * b.values[i];
  }
  return mix;
}

StyleVector StyleVector::blend(std::span<const StyleVector> styles,
                               std::span<const double> weights) {
  const DefaultFloatEnvironment environment;
  if (styles.empty() || styles.size() != weights.size()) {
    throw Error(ErrorCode::usage, std::to_string(styles.size()) + " styles with " +
                                      std::to_string(weights.size()) +
                                      " weights cannot be blended; give each one weight");
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  const bool finite =
      std::all_of(weights.begin(), weights.end(), [](double w) { return std::isfinite(w); });
  if (!finite || !(sum > 0.0)) {
    throw Error(ErrorCode::usage, "the weights of styles must be numbers with a positive sum");
  }
  StyleVector mix(styles.front().size());
  std::vector<double> values(mix.size());
  for (std::size_t s = 0; s < styles.size(); ++s) {
    const StyleVector& style = styles[s];
    if (mix.space.empty()) mix.space = style.space;
    check_alike(mix, style);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] += weights[s] / sum * static_cast<double>(style.values[i]);
    }
  }
  std::transform(values.begin(), values.end(), mix.values.begin(),
                 [](double v) { return static_cast<float>(v); });
  return mix;
}

StyleVector StyleVector::load(const std::string& path) {
  return decode(FileContents(path, ErrorCode::input).bytes(), one_line(path));
}

StyleVector StyleVector::decode(Bytes bytes, const std::string& name) {
  const DefaultFloatEnvironment environment;
  NpyArray array = decode_npy(bytes, name);
  if (array.shape.size() != 1 || array.shape[0] < 1 || array.shape[0] > kMaxSize) {
    throw Error(ErrorCode::input, name + ": an array of shape " + numpy_shape(array.shape) +
                                      " is no style vector; that has a shape such as (100,)");
  }
  StyleVector style;
  style.values = std::move(array.values);
  if (array.comment.starts_with(kSpaceComment)) {
    style.space = array.comment.substr(kSpaceComment.size());
    if (!is_style_space(style.space)) {
      throw Error(ErrorCode::input,
                  name + ": its nst-space comment names no space; save the style again");
    }
  }
  check_style_values(style, name);
  return style;
}

std::vector<std::uint8_t> StyleVector::encode() const {
  if (!space.empty() && !is_style_space(space)) {
    throw Error(ErrorCode::usage, "'" + one_line(space) + "' is no name of a style space");
  }
  const std::string comment = space.empty() ? "" : std::string(kSpaceComment) + space;
  return encode_npy({static_cast<std::int64_t>(size())}, values.data(), comment);
}

void StyleVector::save(const std::string& path) const { write_file_atomically(path, encode()); }

}  // namespace nst
