#include "weights_tool/object_graph.hpp"
#include "weights_tool/source_list.hpp"
#include "weights_tool/tensor_bundle.hpp"

namespace nst::weights {
namespace {

constexpr const char* kObjectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";

class TensorflowSource : public ListedSource {
 public:
  TensorflowSource(FileSet files, const std::string& prefix, std::string description)
      : ListedSource(std::move(description)), bundle_(std::move(files), prefix) {
    std::map<std::string, std::string> names;
    for (const std::string& name : bundle_.file_names()) made_of(bundle_.files(), name);
    if (bundle_.files().has("saved_model.pb")) made_of(bundle_.files(), "saved_model.pb");
    const FileSet& set = bundle_.files();
    if (bundle_.entries().count(kObjectGraphKey) != 0) {
      const std::string graph = bundle_.read_string(kObjectGraphKey);
      const Bytes saved_model = set.has("saved_model.pb") ? set.bytes("saved_model.pb") : Bytes();
      names =
          object_graph_names({reinterpret_cast<const std::uint8_t*>(graph.data()), graph.size()},
                             saved_model, set.location());
    }
    std::vector<SourceTensor> tensors;
    for (const auto& [key, entry] : bundle_.entries()) {
      if (key == kObjectGraphKey) continue;
      const auto it = names.find(key);
      const std::string& name = it != names.end() ? it->second : key;
      tensors.push_back({name, TensorBundle::dtype_name(entry.dtype), entry.shape,
                         TensorBundle::is_integer(entry.dtype), entry.masked_crc});
      keys_[name] = key;
    }
    set_tensors(std::move(tensors));
  }

  std::string sha256() const override { return bundle_.sha256(); }
  std::vector<float> read(const std::string& name) const override {
    return bundle_.read(keys_.at(find(name).name), name);
  }

 private:
  TensorBundle bundle_;
  std::map<std::string, std::string> keys_;  // from a variable's name to its key in the checkpoint
};

}  // namespace

std::unique_ptr<Source> open_tensorflow(FileSet files, const std::string& prefix,
                                        std::string description) {
  return std::make_unique<TensorflowSource>(std::move(files), prefix, std::move(description));
}

}  // namespace nst::weights
