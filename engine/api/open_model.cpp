#include "api/open_model.hpp"

#include <algorithm>
#include <utility>

#include "api/plan.hpp"
#include "base/text.hpp"
#include "model/style_space.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

ModelInfo describe(const ModelFile& file, Bytes bytes, const std::string& name) {
  ModelInfo info;
  info.name = name;
  info.predictor = file.architecture.predictor;
  info.transformer = file.architecture.transformer;
  info.padding = to_string(file.architecture.padding);
  info.source = file.source;
  info.source_sha256 = file.source_sha256;
  info.tensor_count = file.contents.tensors.size();
  for (const auto& [tensor_name, tensor] : file.contents.tensors) {
    info.parameter_count += static_cast<std::size_t>(tensor.element_count());
  }
  info.file_bytes = bytes.size();
  return info;
}

// Returns the style spaces stated in the file. Model files that earlier versions of nst-weights
// wrote state none: their spaces are recognised by their weights.
StyleSpaces spaces_of(const ModelFile& file) {
  if (file.style_space) return {*file.style_space, *file.style_space};
  return recognise_style_spaces([&](const std::string& name, std::size_t most) {
    const auto it = file.contents.tensors.find(name);
    if (it == file.contents.tensors.end()) return std::vector<float>();
    TensorEntry start = it->second;
    start.data = start.data.first(std::min(start.data.size(), most * dtype_bytes(start.dtype)));
    return to_float(start);
  });
}

[[noreturn]] void refuse_kind(const std::string& name, const char* what, const std::string& kind,
                              const std::string& known) {
  throw Error(ErrorCode::model, one_line(name) + ": unknown " + what + " '" + one_line(kind) +
                                    "'; this build knows " + known);
}

const PredictorFamily* predictor_of(const ModelFile& file, const std::string& name) {
  const std::string& kind = file.architecture.predictor;
  if (!file.architecture.has_predictor()) return nullptr;
  const PredictorFamily* family = find_predictor(kind);
  if (family == nullptr) refuse_kind(name, "predictor", kind, "none, " + predictor_names());
  return family;
}

const TransformerFamily* transformer_of(const ModelFile& file, const std::string& name) {
  const std::string& kind = file.architecture.transformer;
  const TransformerFamily* family = find_transformer(kind);
  if (family == nullptr) refuse_kind(name, "transformer", kind, transformer_names());
  return family;
}

}  // namespace

OpenModel::OpenModel(std::shared_ptr<const void> bytes_owner, Bytes bytes, const std::string& name,
                     const kernels::Table& table, const FileContents* contents)
    : owner(std::move(bytes_owner)),
      file(parse_model_file(bytes, name)),
      layers(file, contents, table, name),
      predictor(predictor_of(file, name)),
      transformer(transformer_of(file, name)),
      info(describe(file, bytes, name)) {
  StyleLayout layout;
  const Graph paints = transformer_graph(*this, kAnySide, kAnySide, layout);
  info.residual_blocks =
      static_cast<int>(std::count_if(paints.nodes().begin(), paints.nodes().end(),
                                     [](const Node& node) { return node.kind == NodeKind::add; }));
  info.style_size = static_cast<std::size_t>(layout.style_size);
  info.width = static_cast<double>(layout.slots.front().channels) / transformer->full_width;
  const StyleSpaces spaces = spaces_of(file);
  info.style_space = spaces.joint();
  encoded_space = spaces.predictor.empty() ? spaces.transformer : spaces.predictor;
  if (predictor != nullptr) {
    predictor_graph(*this, kAnySide, kAnySide);
  }
  // Frees the memory of the file's bytes, which the checks have read completely. Packing later
  // reads the weights that it needs from the file again.
  if (contents != nullptr) contents->give_back();
}

Model open_model_with_table(const void* data, std::size_t size, const std::string& name,
                            const kernels::Table& table) {
  const Bytes bytes{static_cast<const std::uint8_t*>(data), size};
  return ModelAccess::make(std::make_shared<const OpenModel>(nullptr, bytes, name, table));
}

}  // namespace nst
