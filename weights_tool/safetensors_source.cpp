#include <filesystem>

#include "base/hash.hpp"
#include "model/model_file.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

std::string describe(const std::string& path, const SafeTensors& contents) {
  const auto it = contents.metadata.find("format");
  const bool is_ours = it != contents.metadata.end() && it->second == "nst-model";
  return (is_ours ? "NST model " : "safetensors file ") +
         std::filesystem::path(path).filename().string();
}

class SafeTensorsSource : public ListedSource {
 public:
  SafeTensorsSource(const std::string& path, FileContents file, SafeTensors contents)
      : ListedSource(describe(path, contents)),
        file_(std::move(file)),
        contents_(std::move(contents)) {
    std::vector<SourceTensor> tensors;
    for (const auto& [name, tensor] : contents_.tensors) {
      tensors.push_back({name, tensor.dtype == DType::f32 ? "float32" : "float16", tensor.shape});
    }
    set_tensors(std::move(tensors));
  }

  std::string sha256() const override { return sha256_hex(file_.bytes()); }
  std::vector<float> read(const std::string& name) const override {
    return to_float(contents_.tensors.at(find(name).name));
  }

 private:
  FileContents file_;
  SafeTensors contents_;
};

}  // namespace

std::unique_ptr<Source> open_safetensors(const std::string& path) {
  FileContents file(path, ErrorCode::model);
  SafeTensors contents = parse_safetensors(file.bytes(), path);
  const auto it = contents.metadata.find("format");
  if (it != contents.metadata.end() && it->second == "nst-model") {
    parse_model_file(file.bytes(), path);  // for its checksums
  }
  return std::make_unique<SafeTensorsSource>(path, std::move(file), std::move(contents));
}

}  // namespace nst::weights
