#include "weights_tool/variable_names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace nst::weights {
namespace {

// The root scopes: the outermost scopes in the names of the networks' variables. The first root
// scope in a name counts, so "style_params/transformer/..." belongs to "style_params/".
constexpr std::array<std::string_view, 5> kRoots = {"style_params/", "transformer/", "InceptionV3/",
                                                    "MobilenetV2/", "mobilenet_conv/"};
constexpr std::size_t kInception = 2;
// The scope of the last layer of the predictor with Inception, which is not inside "InceptionV3/".
constexpr std::string_view kInceptionHead = "Conv/";

// The place of the first root scope (kRoots) in a name: its position, and its index in kRoots. A
// root scope begins at the start of a name or after a '/'.
struct Root {
  std::size_t at = std::string::npos;
  std::size_t index = 0;
};

Root find_root(std::string_view name) {
  Root first;
  for (std::size_t i = 0; i < kRoots.size(); ++i) {
    for (std::size_t at = name.find(kRoots[i]); at != std::string_view::npos;
         at = name.find(kRoots[i], at + 1)) {
      if (at != 0 && name[at - 1] != '/') continue;
      if (at < first.at) first = {at, i};
      break;
    }
  }
  return first;
}

std::string without_reading(std::string name) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view ending : {":0", "/read", "/ReadVariableOp", "/Read"}) {
      if (name.size() <= ending.size() || !name.ends_with(ending)) continue;
      name.resize(name.size() - ending.size());
      again = true;
    }
  }
  return name;
}

// Returns the name of the variable that an operation reads. For example, ".../Conv2D" gives
// ".../weights".
std::string variable_of(std::string name) {
  struct Ending {
    std::string_view operation, variable;
  };
  constexpr Ending kEndings[] = {{"/Conv2D_weights", "/weights"},
                                 {"/Conv2D_bn_offset", "/biases"},
                                 {"/depthwise_bn_offset", "/biases"},
                                 {"/separable_conv2d_bn_offset", "/biases"},
                                 {"/Conv2D", "/weights"},
                                 {"/BiasAdd", "/biases"},
                                 {"/depthwise/depthwise", "/depthwise/depthwise_weights"}};
  for (const Ending& ending : kEndings) {
    if (!name.ends_with(ending.operation)) continue;
    name.resize(name.size() - ending.operation.size());
    return name.append(ending.variable);
  }
  return name;
}

// For each root scope (kRoots), returns the prefix that most often precedes it in `names`. Returns
// "" for a root scope that stands at the beginning of at least one name, or in no name.
std::array<std::string, kRoots.size()> scopes(const std::vector<std::string>& names) {
  std::array<std::map<std::string, std::size_t>, kRoots.size()> uses;
  for (const std::string& name : names) {
    const Root root = find_root(name);
    if (root.at != std::string::npos) ++uses[root.index][name.substr(0, root.at)];
  }
  std::array<std::string, kRoots.size()> chosen;
  for (std::size_t i = 0; i < kRoots.size(); ++i) {
    if (uses[i].empty() || uses[i].count("") != 0) continue;
    chosen[i] = std::max_element(uses[i].begin(), uses[i].end(), [](const auto& a, const auto& b) {
                  return a.second < b.second;
                })->first;
  }
  return chosen;
}

}  // namespace

bool is_layer_of_family(const std::string& name) {
  return find_root(name + "/").at != std::string::npos || name == "Conv" || name.ends_with("/Conv");
}

std::map<std::string, std::string> canonical_names(const std::vector<std::string>& names) {
  const auto scope = scopes(names);
  std::map<std::string, std::string> canonical;
  for (const std::string& name : names) canonical.emplace(name, name);
  for (const std::string& name : names) {
    std::string plain = name;
    const Root root = find_root(name);
    const std::string& before = scope[root.at != std::string::npos ? root.index : kInception];
    const bool is_head =
        root.at == std::string::npos && std::string_view(name)
                                            .substr(std::min(before.size(), name.size()))
                                            .starts_with(kInceptionHead);
    if ((root.at != std::string::npos || is_head) && name.starts_with(before)) {
      plain.erase(0, before.size());
    }
    plain = variable_of(without_reading(std::move(plain)));
    if (plain == name) continue;
    if (canonical.emplace(plain, name).second) canonical.erase(name);
  }
  return canonical;
}

}  // namespace nst::weights
