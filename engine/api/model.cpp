#include "nst/model.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "api/default_model.hpp"
#include "api/model_impl.hpp"
#include "api/runs.hpp"
#include "api/transformer_run.hpp"
#include "base/text.hpp"
#include "image/network_picture.hpp"
#include "image/samples.hpp"
#include "image/view.hpp"
#include "model/recognise.hpp"
#include "model/style_space.hpp"
#include "networks/family.hpp"
#include "nst/error.hpp"
#include "platform/file.hpp"
#include "platform/float_environment.hpp"

extern "C" {
extern const std::uint8_t nst_default_model_begin[];
extern const std::uint8_t nst_default_model_end[];
}

namespace nst {
namespace {

// The table this process uses, chosen at the first call.
const kernels::Table& process_table() {
  static const kernels::Table* const table = [] {
    const char* wanted = std::getenv("NST_ISA");
    const kernels::Table* chosen = kernels::choose_table(wanted);
    if (!chosen) {
      std::string names;
      const kernels::TableList list = kernels::supported_tables();
      for (int i = 0; i < list.count; ++i)
        names += (i ? ", " : "") + std::string(list.tables[i]->name);
      throw Error(ErrorCode::usage, std::string("NST_ISA: \"") + wanted +
                                        "\" is not an instruction set this machine can run; use " +
                                        names + ", or unset it");
    }
    return chosen;
  }();
  return *table;
}

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

// The file's own word, or for files of earlier versions what their numbers show.
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

Bytes default_model_bytes() {
  return {nst_default_model_begin,
          static_cast<std::size_t>(nst_default_model_end - nst_default_model_begin)};
}

Model::Impl::Impl(std::shared_ptr<const void> bytes_owner, Bytes bytes, const std::string& name,
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
  // All was read to be checked; what is used is read again when it is packed.
  if (contents != nullptr) contents->give_back();
}

Model Model::open(const std::string& path) {
  const DefaultFloatEnvironment environment;
  std::shared_ptr<const FileContents> file;
  try {
    file = std::make_shared<const FileContents>(path, ErrorCode::model);
  } catch (const Error&) {
    refuse_other_path(path);
    throw;
  }
  const Bytes bytes = file->bytes();
  const FileContents* contents = file->can_give_back() ? file.get() : nullptr;
  return Model(std::make_shared<const Impl>(file, bytes, path, process_table(), contents));
}

Model Model::open_memory(const void* data, std::size_t size, const std::string& name) {
  const DefaultFloatEnvironment environment;
  return open_model_with_table(data, size, name, process_table());
}

Model Model::open_memory(std::vector<std::uint8_t> bytes, const std::string& name) {
  const DefaultFloatEnvironment environment;
  const auto owner = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  return Model(std::make_shared<const Impl>(owner, Bytes(*owner), name, process_table()));
}

Model Model::default_model() {
  const Bytes bytes = default_model_bytes();
  return open_memory(bytes.data(), bytes.size(), "default");
}

Model open_model_with_table(const void* data, std::size_t size, const std::string& name,
                            const kernels::Table& table) {
  const Bytes bytes{static_cast<const std::uint8_t*>(data), size};
  return Model(std::make_shared<const Model::Impl>(nullptr, bytes, name, table));
}

const ModelInfo& Model::info() const { return impl_->info; }

std::string Model::isa() { return process_table().name; }

std::vector<std::string> Model::supported_isas() {
  const kernels::TableList list = kernels::supported_tables();
  std::vector<std::string> names;
  for (int i = 0; i < list.count; ++i) names.emplace_back(list.tables[i]->name);
  return names;
}

StyleVector Model::encode_style(const ImageView& style, const StyleOptions& options,
                                const RunOptions& run) const {
  const DefaultFloatEnvironment environment;
  std::optional<Execution> once;
  return encode(*impl_, once, style, options, run);
}

void Model::check_style(const StyleVector& style) const {
  const DefaultFloatEnvironment environment;
  nst::check_style(*impl_, style);
}

void check_style(const Model::Impl& model, const StyleVector& style) {
  const ModelInfo& info = model.info;
  const bool has_predictor = model.predictor != nullptr;
  const std::string advice = has_predictor ? "; encode the painting with this model"
                                           : "; give a style that the predictor of its family made";
  if (style.size() != info.style_size) {
    throw Error(ErrorCode::input, "the style vector has shape (" + std::to_string(style.size()) +
                                      ",), this model takes (" + std::to_string(info.style_size) +
                                      ",)" + advice);
  }
  check_style_values(style, "style vector");
  if (style.space.empty() || info.style_space.empty() || style.space == info.style_space) return;
  const std::string reason = ": they do not belong together and paint a picture without the style";
  if (has_predictor && style.space == model.encoded_space) {
    throw Error(ErrorCode::model,
                "this model joins two families: its predictor makes style "
                "vectors of the space " +
                    style.space + ", its transformer takes " + info.style_space + reason +
                    "; convert both networks of one family");
  }
  throw Error(ErrorCode::model, "the style vector is of the space " + one_line(style.space) +
                                    ", this model takes " + info.style_space + reason + advice);
}

Image Model::stylize(const ImageView& content, const StyleVector& style,
                     const RunOptions& run) const {
  const DefaultFloatEnvironment environment;
  check_picture(content, "content picture");
  TransformerRun transformer(*impl_, {content.width, content.height}, {}, run);
  check_style(style);
  to_network_input(content, transformer.input());
  Image image = output_image(transformer.program());
  transformer.paint(style, {.picture = image.f32()}, run);
  return image;
}

PlanInfo Model::plan_predictor(int width, int height, int threads) const {
  return plan_info(lower_predictor(*impl_, width, height), threads);
}

PlanInfo Model::plan_transformer(int width, int height, int threads,
                                 std::size_t max_memory_bytes) const {
  StyleLayout layout;
  return plan_info(
      lower_transformer_within(*impl_, width, height, layout, {}, threads, max_memory_bytes),
      threads);
}

}  // namespace nst
