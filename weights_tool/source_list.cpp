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

namespace {

class JoinedSource : public Source {
 public:
  JoinedSource(std::vector<std::unique_ptr<Source>> sources, const std::string& location,
               const std::string& names)
      : sources_(std::move(sources)) {
    for (const auto& source : sources_) {
      for (const SourceTensor& tensor : source->tensors()) {
        const auto [it, is_new] = owners_.try_emplace(tensor.name, source.get());
        if (!is_new) {
          throw Error(ErrorCode::model, one_line(location) + ": holds several models: " + names +
                                            "; give one of them, or one predictor and one "
                                            "transformer");
        }
        tensors_.push_back(tensor);
      }
    }
    std::sort(tensors_.begin(), tensors_.end(),
              [](const SourceTensor& a, const SourceTensor& b) { return a.name < b.name; });
  }

  std::string description() const override {
    std::string text;
    for (const auto& source : sources_) text += (text.empty() ? "" : " + ") + source->description();
    return text;
  }
  std::string sha256() const override {
    std::string text;
    for (const auto& source : sources_) text += (text.empty() ? "" : " + ") + source->sha256();
    return text;
  }
  std::vector<std::string> files() const override {
    std::vector<std::string> files;
    for (const auto& source : sources_) {
      for (const std::string& file : source->files()) files.push_back(file);
    }
    return files;
  }
  std::vector<const Source*> parts() const override {
    std::vector<const Source*> parts;
    for (const auto& source : sources_) parts.push_back(source.get());
    return parts;
  }
  const std::vector<SourceTensor>& tensors() const override { return tensors_; }
  std::vector<float> read(const std::string& name) const override {
    return owners_.at(name)->read(name);
  }

 private:
  std::vector<std::unique_ptr<Source>> sources_;
  std::map<std::string, const Source*> owners_;
  std::vector<SourceTensor> tensors_;
};

}  // namespace

std::unique_ptr<Source> join_sources(std::vector<std::unique_ptr<Source>> sources,
                                     const std::string& location, const std::string& names) {
  if (sources.size() == 1) return std::move(sources[0]);
  return std::make_unique<JoinedSource>(std::move(sources), location, names);
}

}  // namespace nst::weights
