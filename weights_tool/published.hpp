// Published models whose variables are all known by their checksums.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

// A published model and the checksums of its variables.
struct PublishedModel {
  const char* name;
  const char* style_space;
  std::span<const std::uint32_t> checksums;  // masked CRC-32Cs, sorted by variable name
};

// The comparison of a source with a published model that has the same variables.
struct PublishedMatch {
  const PublishedModel* model;
  std::vector<std::string> changed;  // variables with other values than published

  bool is_published() const { return changed.empty(); }
  // Returns true if every value differs: a network of the same kind that others have trained.
  bool is_stranger() const { return changed.size() == model->checksums.size(); }
};

// Returns TF Hub's arbitrary-image-stylization-v1-256/2.
const PublishedModel& published_hub_model();

// Returns the names of all variables that a model is made of, sorted.
std::vector<std::string> variables_of(const Inventory& inventory);

// Compares the variables of `inventory` with the published ones. read_layers must have read them
// before. Returns nullopt if no published model with known checksums has as many variables. Throws
// Error{model} as Variables::read.
std::optional<PublishedMatch> compare_with_published(const Variables& variables,
                                                     const Inventory& inventory);

// Returns "all 507 variables are those published as …", or how many differ and the first of them.
std::string describe(const PublishedMatch& match);

}  // namespace nst::weights
