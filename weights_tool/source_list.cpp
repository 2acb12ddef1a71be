#include "weights_tool/source_list.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace nst::weights {

void ListedSource::set_tensors(std::vector<SourceTensor> tensors) {
  tensors_ = std::move(tensors);
  std::sort(tensors_.begin(), tensors_.end(),
            [](const SourceTensor& a, const SourceTensor& b) { return a.name < b.name; });
  for (std::size_t i = 1; i < tensors_.size(); ++i) {
    if (tensors_[i].name == tensors_[i - 1].name) {
      throw Error(ErrorCode::model, one_line(description_) + ": holds the tensor '" +
                                        one_line(tensors_[i].name) + "' twice");
    }
  }
}

const SourceTensor& ListedSource::find(const std::string& name) const {
  const auto it = std::lower_bound(
      tensors_.begin(), tensors_.end(), name,
      [](const SourceTensor& tensor, const std::string& key) { return tensor.name < key; });
  if (it == tensors_.end() || it->name != name) {
    throw Error(ErrorCode::model,
                one_line(description_) + ": has no tensor '" + one_line(name) + "'");
  }
  return *it;
}

}  // namespace nst::weights
