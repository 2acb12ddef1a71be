#include "weights_tool/convert.hpp"

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "model/style_space.hpp"
#include "networks/family.hpp"
#include "weights_tool/fold.hpp"
#include "weights_tool/published.hpp"

namespace nst::weights {
namespace {

// Throws Error{usage} if the output is one of the source's files. Hard and symbolic links are
// recognised.
void check_output(const Source& source, const std::string& output) {
  for (const std::string& file : source.files()) {
    std::error_code error;
    if (std::filesystem::equivalent(file, output, error) && !error) {
      throw Error(ErrorCode::usage, one_line(output) + ": is the same file as the source " +
                                        one_line(file) + "; give -o another name");
    }
  }
}

// Returns the style space (the family of style vectors) that is stated in the file with the
// variable `name`. If the file states none, returns `recognised`. If there is no such variable,
// returns "".
std::string stated_space(const Variables& variables, const std::string& name,
                         const std::string& recognised) {
  const Source* source = variables.owner(name);
  if (source == nullptr) return "";
  const std::string stated = source->facts().style_space.value_or("");
  return stated.empty() ? recognised : stated;
}

// Returns the padding that the transformer's source states. If it states none, returns reflect,
// with which all published transformers were trained.
PaddingKind padding_of(const Source* transformer) {
  if (transformer == nullptr) return PaddingKind::reflect;
  return transformer->facts().padding.value_or(PaddingKind::reflect);
}

}  // namespace

std::optional<std::string> joint_space(const Variables& variables, const Inventory& inventory,
                                       const std::vector<NamedTensor>& tensors, bool force) {
  StyleSpaces spaces = recognise_style_spaces([&](const std::string& name, std::size_t most) {
    const auto it = std::find_if(tensors.begin(), tensors.end(),
                                 [&](const NamedTensor& tensor) { return tensor.name == name; });
    if (it == tensors.end()) return std::vector<float>();
    const std::size_t count = std::min(most, it->values.size());
    return std::vector<float>(it->values.begin(),
                              it->values.begin() + static_cast<std::ptrdiff_t>(count));
  });
  spaces.transformer = stated_space(variables, inventory.style_variable, spaces.transformer);
  if (const PredictorFamily* family = find_predictor(inventory.architecture.predictor)) {
    spaces.predictor =
        stated_space(variables, std::string(family->last_layer) + "/weights", spaces.predictor);
  }
  if (spaces.agree()) {
    return spaces.joint().empty() ? std::nullopt : std::optional(spaces.joint());
  }
  if (force) return "";
  throw Error(ErrorCode::model,
              one_line(variables.description()) +
                  ": the predictor makes style vectors of the space " + spaces.predictor +
                  ", the transformer takes " + spaces.transformer +
                  ": they do not belong together and would paint pictures without the style; take "
                  "both from one family, or join them all the same by --force");
}

Conversion convert_sources(const std::vector<std::string>& paths,
                           const ConversionOptions& options) {
  std::vector<std::unique_ptr<Source>> owned;
  std::vector<const Source*> sources;
  for (const std::string& path : paths) {
    const Source& source = *owned.emplace_back(open_source(path));
    if (!options.output.empty()) check_output(source, options.output);
    for (const Source* part : source.parts()) sources.push_back(part);
  }
  const Variables variables(sources);
  Inventory inventory = take_inventory(variables);
  inventory.architecture.padding =
      options.padding ? *options.padding : padding_of(variables.owner(inventory.style_variable));
  Conversion conversion;
  conversion.tensors = read_layers(variables, inventory);
  const std::optional<PublishedMatch> match = compare_with_published(variables, inventory);
  conversion.description = {
      inventory.architecture, variables.description(), variables.sha256(), "",
      match && match->is_published()
          ? match->model->style_space
          : joint_space(variables, inventory, conversion.tensors, options.force)};
  if (match) conversion.notes.push_back(describe(*match));
  conversion.leftovers = std::move(inventory.leftovers);
  for (const Source* source : sources) {
    conversion.notes.push_back("sha256 " + source->sha256() + "  " +
                               one_line(source->description()));
    const std::string change = source->facts().change;
    if (!change.empty()) {
      conversion.notes.push_back(one_line(source->description()) + ": " + change +
                                 " has changed since it was made; this is a new model of it");
    }
  }
  return conversion;
}

std::string describe_leftovers(const std::vector<std::string>& leftovers) {
  if (leftovers.empty()) return "";
  constexpr std::size_t kShown = 3;
  std::string text = std::to_string(leftovers.size()) +
                     (leftovers.size() == 1 ? " variable" : " variables") + " not needed: ";
  for (std::size_t i = 0; i < std::min(kShown, leftovers.size()); ++i) {
    text += (i == 0 ? "" : ", ") + one_line(leftovers[i]);
  }
  return text + (leftovers.size() > kShown ? ", ..." : "");
}

}  // namespace nst::weights
