// The named styles: style vectors that the default model made of the sample paintings
// (models/samples).
#include "api/named_styles.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "nst/error.hpp"
#include "nst/style.hpp"

namespace nst {
namespace {

template <std::size_t n>
struct NamedVector {
  const char* name;
  const char* description;
  float values[n];
};

#include "api/named_styles.inc"

// Returns the number of characters to insert, delete or replace that turn one name into the other
// (Levenshtein's distance).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t before = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = before + (a[i] == b[j] ? 0 : 1);
      before = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, before + 1});
    }
  }
  return row.back();
}

// Returns the names of the three styles nearest to `name`, for example "oil, ink, tiles".
std::string nearest_names(const std::string& name) {
  std::vector<std::pair<std::size_t, std::string>> names;
  for (const auto& style : kStyles) names.emplace_back(distance(name, style.name), style.name);
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text = names[0].second;
  for (std::size_t i = 1; i < 3; ++i) {
    text.push_back(',');
    text.push_back(' ');
    text += names[i].second;
  }
  return text;
}

}  // namespace

const char* named_styles_model() { return kModelSha256; }

StyleText named_style_text(std::size_t index) noexcept {
  if (index >= std::size(kStyles)) return {nullptr, nullptr};
  return {kStyles[index].name, kStyles[index].description};
}

std::vector<NamedStyle> named_styles() {
  std::vector<NamedStyle> all;
  for (const auto& style : kStyles) all.push_back({style.name, style.description});
  return all;
}

StyleVector StyleVector::named(const std::string& name) {
  for (const auto& style : kStyles) {
    if (name != style.name) continue;
    StyleVector vector(kValues);
    vector.values.assign(std::begin(style.values), std::end(style.values));
    vector.space = kSpace;
    return vector;
  }
  // Only the first kLongest bytes of `name` are compared, because the comparison of a long name
  // would take long. No style has a longer name.
  constexpr std::size_t kLongest = 64;
  std::string message = "no style is called \"";
  message.append(one_line(name)).append("\"; the nearest are ");
  throw Error(ErrorCode::usage, message.append(nearest_names(name.substr(0, kLongest))));
}

}  // namespace nst
