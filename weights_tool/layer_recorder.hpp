// A source's variables as what the networks are built on: every layer they ask for is recorded.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graph/layer_source.hpp"
#include "weights_tool/inventory.hpp"

namespace nst::weights {

// Building goes on after a missing variable, so that all are known: its layer then has the
// published channels, and shapes, which may follow from them, are not compared any more. One thread
// at a time.
class LayerRecorder : public LayerSource {
 public:
  // `variables` must outlive this.
  explicit LayerRecorder(const Variables& variables);

  ConvAnswer conv(const ConvQuery& query) const override;
  int dense(const std::string& layer, int inputs, int outputs) const override;
  bool holds(std::string_view prefix) const override;
  void refuse(const std::string& what) const override;

  // Throws Error{model} if variables were missing: up to five, with the nearest name there is.
  void check_complete() const;
  // What was asked for, in that order, and the names that nothing asked for.
  const std::vector<LayerRecord>& layers() const { return recorded_->layers; }
  std::vector<std::string> leftovers() const;

 private:
  // What the questions of a network, which are const, leave behind.
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
