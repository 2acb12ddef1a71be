#include "weights_tool/variables.hpp"

#include "base/text.hpp"
#include "weights_tool/variable_names.hpp"

namespace nst::weights {

Variables::Variables(const std::vector<const Source*>& sources) : sources_(sources) {
  for (const Source* source : sources) {
    std::map<std::string, const SourceTensor*> tensors;
    std::vector<std::string> names;
    for (const SourceTensor& tensor : source->tensors()) {
      tensors[tensor.name] = &tensor;
      names.push_back(tensor.name);
    }
    for (const auto& [canonical, name] : canonical_names(names)) {
      const auto [it, is_new] =
          items_.try_emplace(canonical, Item{source, tensors.at(name), false});
      if (!is_new) it->second.is_ambiguous = true;
    }
  }
}

const SourceTensor* Variables::find(const std::string& name) const {
  const auto it = items_.find(name);
  return it == items_.end() ? nullptr : it->second.tensor;
}

bool Variables::any_starts_with(std::string_view prefix) const {
  const auto it = items_.lower_bound(std::string(prefix));
  return it != items_.end() && it->first.starts_with(prefix);
}

bool Variables::any_contains(std::string_view part) const {
  for (const auto& [name, item] : items_) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

std::vector<std::string> Variables::names() const {
  std::vector<std::string> names;
  for (const auto& [name, item] : items_) names.push_back(name);
  return names;
}

std::vector<float> Variables::read(const std::string& name) const {
  const auto it = items_.find(name);
  if (it == items_.end()) throw Error(ErrorCode::internal, "variable " + name + " was not listed");
  if (it->second.is_ambiguous) {
    throw Error(ErrorCode::model, "variable " + one_line(name) +
                                      " is in more than one of the sources; give only one of them");
  }
  return it->second.source->read(it->second.tensor->name);
}

const Source* Variables::owner(const std::string& name) const {
  const auto it = items_.find(name);
  return it == items_.end() ? nullptr : it->second.source;
}

std::string Variables::description() const {
  std::string text;
  for (const Source* source : sources_) text += (text.empty() ? "" : " + ") + source->description();
  return text;
}

std::string Variables::sha256() const {
  std::string text;
  for (const Source* source : sources_) text += (text.empty() ? "" : " + ") + source->sha256();
  return text;
}

}  // namespace nst::weights
