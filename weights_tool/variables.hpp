// The tensors of one or several sources, found by canonical name in a single list.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "weights_tool/source.hpp"

namespace nst::weights {

// Finds tensors by their canonical names (variable_names.hpp).
class Variables {
 public:
  // Lists the tensors of all sources. The sources must outlive this object.
  explicit Variables(const std::vector<const Source*>& sources);
  const SourceTensor* find(const std::string& name) const;  // null if there is no such variable
  bool any_starts_with(std::string_view prefix) const;
  bool any_contains(std::string_view part) const;
  std::vector<std::string> names() const;
  // Returns the values of a variable. Throws Error{model}, also if two sources have a variable of
  // this name.
  std::vector<float> read(const std::string& name) const;
  // Returns the source that has a variable, or null if no source has it.
  const Source* owner(const std::string& name) const;
  std::string description() const;  // the sources' descriptions, as "A + B"
  std::string sha256() const;       // the sources' hashes, as "<SHA-256 of A> + <SHA-256 of B>"

 private:
  struct Item {
    const Source* source;
    const SourceTensor* tensor;
    bool is_ambiguous;
  };
  std::vector<const Source*> sources_;
  std::map<std::string, Item> items_;
};

}  // namespace nst::weights
