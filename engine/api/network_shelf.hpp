// NetworkShelf: stores the transformers of earlier contents with their memory, so that the next
// content can reuse them.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "api/transformer_run.hpp"

namespace nst {

class NetworkShelf {
 public:
  // Removes a transformer from the shelf and returns it, or returns null if none fits. A
  // transformer fits if it paints contents of size `content` within the limits of `run`. It must
  // also have been planned with the same LoweringOptions::keep_encoder as `keeps_encoder`.
  std::unique_ptr<TransformerRun> take(Size content, bool keeps_encoder, const RunOptions& run) {
    for (auto it = runs_.begin(); it != runs_.end(); ++it) {
      if (!(*it)->serves(content, run) || (*it)->keeps_encoder() != keeps_encoder) continue;
      std::unique_ptr<TransformerRun> found = std::move(*it);
      runs_.erase(it);
      return found;
    }
    return nullptr;
  }
  // Keeps a transformer for later calls of take(). Does nothing if it is null.
  void put(std::unique_ptr<TransformerRun> transformer) {
    if (transformer) runs_.push_back(std::move(transformer));
  }
  // Frees all transformers on the shelf.
  void clear() { runs_.clear(); }

 private:
  std::vector<std::unique_ptr<TransformerRun>> runs_;
};

}  // namespace nst
