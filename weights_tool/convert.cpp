#include "weights_tool/convert.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "weights_tool/fold.hpp"

namespace nst::weights {

Conversion convert_sources(const std::vector<std::string>& paths, PaddingKind padding) {
  std::vector<std::unique_ptr<Source>> owned;
  std::vector<const Source*> sources;
  for (const std::string& path : paths)
    sources.push_back(owned.emplace_back(open_source(path)).get());
  const Variables variables(sources);
  Inventory inventory = take_inventory(variables);
  inventory.architecture.padding = padding;
  Conversion conversion;
  conversion.tensors = read_layers(variables, inventory);
  conversion.description = {inventory.architecture, variables.description(), variables.sha256(),
                            ""};
  conversion.leftovers = std::move(inventory.leftovers);
  return conversion;
}

std::string describe_leftovers(const std::vector<std::string>& leftovers) {
  if (leftovers.empty()) return "";
  constexpr std::size_t kShown = 3;
  std::string text = std::to_string(leftovers.size()) +
                     (leftovers.size() == 1 ? " variable" : " variables") + " not needed: ";
  for (std::size_t i = 0; i < std::min(kShown, leftovers.size()); ++i) {
    text += (i == 0 ? "" : ", ") + one_line(leftovers[i]);
  }
  return text + (leftovers.size() > kShown ? ", ..." : "");
}

}  // namespace nst::weights
