// Which variables the networks need, found by walking the architecture over what the sources hold.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/model_file.hpp"
#include "weights_tool/source.hpp"

namespace nst::weights {

// What follows a convolution, and so what has to be read with its weights.
enum class After {
  batch_norm,     // BatchNorm/{beta, moving_mean, moving_variance}[, gamma], or biases if folded
  bias,           // biases
  instance_norm,  // nothing: instance normalisation cancels any constant
};

// One convolution of the networks.
struct Layer {
  std::string name;     // "transformer/contract/conv1"
  std::string weights;  // "weights", "depthwise_weights" or "pointwise_weights"
  After after = After::bias;
  bool has_batch_norm = false;  // the source's batch norm is still to be folded
  bool has_gamma = false;
  bool has_bias = false;      // the source has biases beside or instead of the batch norm
  std::int64_t channels = 0;  // outputs
};

struct Inventory {
  Architecture architecture;  // padding is not to be seen in the variables: reflect
  std::vector<Layer> layers;
  std::vector<std::string> leftovers;  // names nothing needs, in order
};

// The tensors of one or several sources under one roof, by their canonical names (see
// variable_names.hpp).
class Variables {
 public:
  // The sources must outlive this.
  explicit Variables(const std::vector<const Source*>& sources);

  const SourceTensor* find(const std::string& name) const;  // nullptr if there is none
  bool any_starts_with(const std::string& prefix) const;
  bool any_contains(const std::string& part) const;
  std::vector<std::string> names() const;
  // Throws Error{model}; also when two sources hold the name.
  std::vector<float> read(const std::string& name) const;
  // The source of a variable; nullptr if there is none.
  const Source* owner(const std::string& name) const;
  std::string description() const;  // "A + B"
  std::string sha256() const;       // "<of A> + <of B>"

 private:
  struct Item {
    const Source* source;
    const SourceTensor* tensor;
    bool is_ambiguous;
  };
  std::vector<const Source*> sources_;
  std::map<std::string, Item> items_;
};

// Detects the architecture from the names and lists its layers. Channel counts come from the
// shapes; they must fit together, and only 3 (colours) and 100 (bottleneck) are given. Throws
// Error{model}: no transformer, two predictors, up to five missing variables with the nearest name
// there is, or shapes that do not fit.
Inventory take_inventory(const Variables& variables);

}  // namespace nst::weights
