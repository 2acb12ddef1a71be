// Recognises published models by the checksums of all their variables.
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
  // The CRC-32C of each variable, masked as in TensorFlow checkpoints (mask_crc32c), in the order
  // of the variables' names.
  std::span<const std::uint32_t> checksums;
};

// The result of comparing the weights of a source with those of a published model that has the same
// variables.
struct PublishedMatch {
  const PublishedModel* model;
  std::vector<std::string> changed;  // variables whose values differ from the published ones

  bool is_published() const { return changed.empty(); }
  // Returns true if every variable differs from the published one. The source is then a network of
  // the same kind that someone else has trained.
  bool is_stranger() const { return changed.size() == model->checksums.size(); }
};

// Returns the model arbitrary-image-stylization-v1-256/2 of TF Hub.
const PublishedModel& published_hub_model();

// Returns the names of all variables that the layers of `inventory` use, sorted.
std::vector<std::string> variables_of(const Inventory& inventory);

// Compares the variables of `inventory` with those of the published models. Returns nullopt if no
// published model with known checksums has the same number of variables. Throws Error{model} if
// Variables::read cannot read a variable. Call read_layers before: it checks that every variable
// exists.
std::optional<PublishedMatch> compare_with_published(const Variables& variables,
                                                     const Inventory& inventory);

// Returns a line such as "all 507 variables are those published as …". If some variables differ,
// the line has their number and the name of the first one.
std::string describe(const PublishedMatch& match);

}  // namespace nst::weights
