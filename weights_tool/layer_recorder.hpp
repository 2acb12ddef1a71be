// LayerRecorder: answers a network builder's questions from a source's variables, and records every
// layer that the builder asks for.
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

// Records the layers of a network. Building goes on after a missing variable, so that all missing
// variables are found. The layer of a missing variable gets the published number of channels.
// Shapes are not compared from then on, because they may follow from that number. Use from one
// thread at a time.
class LayerRecorder : public LayerSource {
 public:
  // `variables` must outlive this object.
  explicit LayerRecorder(const Variables& variables);

  ConvAnswer conv(const ConvQuery& query) const override;
  int dense(const std::string& layer, int inputs, int outputs) const override;
  bool holds(std::string_view prefix) const override;
  void refuse(const std::string& what) const override;

  // Throws Error{model} if variables are missing. The message has up to five of their names, and
  // the existing name most like the first.
  void check_complete() const;
  // Return the recorded layers in the order of the questions, and the names of the variables that
  // no layer uses.
  const std::vector<LayerRecord>& layers() const { return recorded_->layers; }
  std::vector<std::string> leftovers() const;

 private:
  // The records of the builder's questions. They are stored behind a pointer, because the functions
  // that answer questions are const.
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
