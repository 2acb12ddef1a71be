#include "nst/model.hpp"

#include <optional>
#include <utility>

#include "api/default_model.hpp"
#include "api/encode.hpp"
#include "api/kernel_table.hpp"
#include "api/open_model.hpp"
#include "api/plan.hpp"
#include "api/transformer_run.hpp"
#include "base/text.hpp"
#include "image/network_picture.hpp"
#include "image/samples.hpp"
#include "image/view.hpp"
#include "model/recognise.hpp"
#include "nst/error.hpp"
#include "platform/file.hpp"
#include "platform/float_environment.hpp"

namespace nst {

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
  return ModelAccess::make(
      std::make_shared<const OpenModel>(file, bytes, path, process_table(), contents));
}

Model Model::open_memory(const void* data, std::size_t size, const std::string& name) {
  const DefaultFloatEnvironment environment;
  return open_model_with_table(data, size, name, process_table());
}

Model Model::open_memory(std::vector<std::uint8_t> bytes, const std::string& name) {
  const DefaultFloatEnvironment environment;
  const auto owner = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  return ModelAccess::make(
      std::make_shared<const OpenModel>(owner, Bytes(*owner), name, process_table()));
}

Model Model::default_model() {
  const Bytes bytes = default_model_bytes();
  return open_memory(bytes.data(), bytes.size(), "default");
}

const ModelInfo& Model::info() const { return opened_->info; }

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
  return encode(*opened_, once, style, options, run);
}

void Model::check_style(const StyleVector& style) const {
  const DefaultFloatEnvironment environment;
  nst::check_style(*opened_, style);
}

void check_style(const OpenModel& model, const StyleVector& style) {
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
  TransformerRun transformer(*opened_, {content.width, content.height}, {}, run);
  check_style(style);
  to_network_input(content, transformer.input());
  Image image = output_image(transformer.program());
  transformer.paint(style, {.picture = image.f32()}, run);
  return image;
}

PlanInfo Model::plan_predictor(int width, int height, int threads) const {
  return plan_info(lower_predictor(*opened_, width, height), threads);
}

PlanInfo Model::plan_transformer(int width, int height, int threads,
                                 std::size_t max_memory_bytes) const {
  StyleLayout layout;
  return plan_info(
      lower_transformer_within(*opened_, width, height, layout, {}, threads, max_memory_bytes),
      threads);
}

}  // namespace nst
