// LayerRecorder: gives a network's builder the layers that it asks for, from a source's variables,
// and records each of these layers.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "weights/layer_source.hpp"
#include "weights_tool/inventory.hpp"

namespace nst::weights {

// Records the layers of a network. If a variable is missing, building goes on, so that all missing
// variables are found. The missing variable's layer then gets the number of channels of the
// published network. Shapes of later layers are not checked, because they may depend on that
// number. Use from one thread at a time.
class LayerRecorder : public LayerSource {
 public:
  // `variables` must outlive this object.
  explicit LayerRecorder(const Variables& variables);

  ConvAnswer conv(const ConvQuery& query) const override;
  int dense(const std::string& layer, int inputs, int outputs) const override;
  bool holds(std::string_view prefix) const override;
  void refuse(const std::string& what) const override;

  // Throws Error{model} if variables are missing. The message names up to five of them, and the
  // existing variable whose name is most like the first.
  void check_complete() const;
  // layers() returns the recorded layers, in the order in which the builder asked for them.
  // leftovers() returns the names of the variables that no layer uses.
  const std::vector<LayerRecord>& layers() const { return recorded_->layers; }
  std::vector<std::string> leftovers() const;

 private:
  // What was recorded. It is stored behind a pointer, because the functions that record are const.
  struct Recorded {
    std::vector<LayerRecord> layers;
    std::vector<std::string> missing;
    std::set<std::string> used;
  };

  bool use(const std::string& name, bool is_required) const;
  bool fits(const std::string& name, const std::vector<std::int64_t>& expected) const;
  void finish(LayerRecord layer) const;
  void finish_batch_norm(LayerRecord& layer) const;

  const Variables& variables_;
  bool uses_batch_norm_;
  std::unique_ptr<Recorded> recorded_ = std::make_unique<Recorded>();
};

}  // namespace nst::weights
