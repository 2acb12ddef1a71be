// Published models whose every variable is known by its checksum.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weights_tool/inventory.hpp"

namespace nst::weights {

struct PublishedModel {
  const char* name;
  const char* style_space;
  std::span<const std::uint32_t> checksums;  // masked CRC-32C of the variables, by name
};

// A source beside the published model of the same variables.
struct PublishedMatch {
  const PublishedModel* model;
  std::vector<std::string> changed;  // variables with other values than the published ones

  bool is_published() const { return changed.empty(); }
  // None of the values is the published one: a network of the same kind, trained by others.
  bool is_stranger() const { return changed.size() == model->checksums.size(); }
};

const PublishedModel& published_hub_model();

// The names of the variables that a model is made of, in order.
std::vector<std::string> variables_of(const Inventory& inventory);

// Compares the variables that `inventory` names, which have been read (read_layers). nullopt if no
// published model of known checksums has as many. Throws Error{model} as Variables::read.
std::optional<PublishedMatch> compare_with_published(const Variables& variables,
                                                     const Inventory& inventory);

// "all 507 variables are those published as …", or how many are not, and the first of them.
std::string describe(const PublishedMatch& match);

}  // namespace nst::weights
