// Style vectors: blending, and their files.
#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "image/npy.hpp"
#include "model/style_space.hpp"
#include "nst/nst.hpp"

namespace nst {
namespace {

constexpr std::int64_t kMaxSize = 4096;  // what no network of the family comes near
constexpr std::string_view kSpaceComment = "nst-space: ";

// A shape as Python writes it: "(100,)".
std::string tuple_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (const std::int64_t side : shape)
    text += (text.size() > 1 ? " " : "") + std::to_string(side) + ",";
  if (shape.size() > 1) text.pop_back();
  return text + ")";
}

}  // namespace

StyleVector StyleVector::blend(const StyleVector& a, const StyleVector& b, float weight) {
  if (a.size() != b.size()) {
    throw Error(ErrorCode::usage, "style vectors of " + std::to_string(a.size()) + " and " +
                                      std::to_string(b.size()) + " values cannot be blended");
  }
  if (!a.space.empty() && !b.space.empty() && a.space != b.space) {
    throw Error(ErrorCode::usage, "style vectors of two spaces, " + a.space + " and " + b.space +
                                      ", cannot be blended");
  }
  StyleVector mix(a.size());
  mix.space = a.space.empty() ? b.space : a.space;
  for (std::size_t i = 0; i < mix.size(); ++i) {
    mix.values[i] = (1.0f - weight) * a.values[i] + weight * b.values[i];
  }
  return mix;
}

StyleVector StyleVector::load(const std::string& path) {
  const MappedFile file(path, ErrorCode::input);
  NpyArray array = decode_npy(file.bytes(), one_line(path));
  if (array.shape.size() != 1 || array.shape[0] < 1 || array.shape[0] > kMaxSize) {
    throw Error(ErrorCode::input, one_line(path) + ": shape " + tuple_text(array.shape) +
                                      " is not a style vector's, which is (100,) for instance");
  }
  if (!std::all_of(array.values.begin(), array.values.end(),
                   [](float v) { return std::isfinite(v); })) {
    throw Error(ErrorCode::input, one_line(path) + ": a value is not finite; check what wrote it");
  }
  StyleVector style;
  style.values = std::move(array.values);
  if (array.comment.starts_with(kSpaceComment)) {
    style.space = array.comment.substr(kSpaceComment.size());
    if (!is_style_space(style.space)) {
      throw Error(ErrorCode::input,
                  one_line(path) + ": its nst-space comment names no space; save the style again");
    }
  }
  return style;
}

void StyleVector::save(const std::string& path) const {
  if (!space.empty() && !is_style_space(space)) {
    throw Error(ErrorCode::usage, "'" + one_line(space) + "' is no name of a style space");
  }
  const std::string comment = space.empty() ? "" : std::string(kSpaceComment) + space;
  write_file_atomically(path,
                        encode_npy({static_cast<std::int64_t>(size())}, values.data(), comment));
}

}  // namespace nst
