#include "weights_tool/commands.hpp"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.hpp"
#include "model/self_test.hpp"
#include "platform/file.hpp"
#include "weights_tool/convert.hpp"
#include "weights_tool/fold.hpp"
#include "weights_tool/source.hpp"

namespace nst::weights {
namespace {

struct Statistics {
  double min = 0.0;
  double max = 0.0;
  double rms = 0.0;
};

// NaN if any value is NaN, so that it is seen.
Statistics statistics_of(const std::vector<float>& values) {
  if (values.empty()) return {};
  Statistics s{values[0], values[0], 0.0};
  double squares = 0.0;
  bool has_nan = false;
  for (const float value : values) {
    s.min = std::min<double>(s.min, value);
    s.max = std::max<double>(s.max, value);
    squares += static_cast<double>(value) * value;
    has_nan = has_nan || std::isnan(value);
  }
  if (has_nan) return {NAN, NAN, NAN};
  s.rms = std::sqrt(squares / static_cast<double>(values.size()));
  return s;
}

bool is_number(const std::string& dtype) { return dtype != "string" && dtype != "complex64"; }

std::string architecture_text(const Architecture& architecture) {
  return "predictor " + to_string(architecture.predictor) + ", transformer " +
         to_string(architecture.transformer) + ", padding " + to_string(architecture.padding);
}

std::string human_bytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

}  // namespace

void run_convert(const ConvertOptions& options) {
  Conversion conversion = convert_sources(options.sources, options.padding);
  std::vector<std::uint8_t> bytes =
      build_model_file(conversion.description, conversion.tensors, options.dtype);
  // What the network makes of these very bytes becomes part of the file.
  conversion.description.self_test =
      make_self_test(Model::open_memory(bytes.data(), bytes.size(), options.output));
  bytes = build_model_file(conversion.description, conversion.tensors, options.dtype);
  write_file_atomically(options.output, bytes);
  const std::string leftovers = describe_leftovers(conversion.leftovers);
  if (!leftovers.empty()) std::printf("%s\n", leftovers.c_str());
  std::printf("%s: %s, %zu tensors as %s, %s\n", one_line(options.output).c_str(),
              architecture_text(conversion.description.architecture).c_str(),
              conversion.tensors.size(), dtype_name(options.dtype).c_str(),
              human_bytes(bytes.size()).c_str());
}

void run_inspect(const std::string& path, bool as_json) {
  const std::unique_ptr<Source> source = open_source(path);
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::size_t width = 4;
  for (const SourceTensor& tensor : source->tensors()) width = std::max(width, tensor.name.size());
  const int columns = static_cast<int>(std::min<std::size_t>(width, 80));
  if (!as_json) {
    std::printf("%s, %zu tensors\n%-*s %-8s %-20s %12s %12s %12s\n", source->description().c_str(),
                source->tensors().size(), columns, "name", "dtype", "shape", "min", "max", "rms");
  }
  for (const SourceTensor& tensor : source->tensors()) {
    std::optional<Statistics> s;
    if (is_number(tensor.dtype)) s = statistics_of(source->read(tensor.name));
    if (as_json) {
      nlohmann::ordered_json entry = {
          {"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}};
      if (s) entry.update({{"min", s->min}, {"max", s->max}, {"rms", s->rms}});
      list.push_back(std::move(entry));
      continue;
    }
    std::printf("%-*s %-8s %-20s", columns, one_line(tensor.name).c_str(), tensor.dtype.c_str(),
                shape_text(tensor.shape).c_str());
    if (s) std::printf(" %12.6g %12.6g %12.6g", s->min, s->max, s->rms);
    std::printf("\n");
  }
  if (as_json) {
    const nlohmann::ordered_json result = {{"source", source->description()},
                                           {"sha256", source->sha256()},
                                           {"tensors", std::move(list)}};
    std::printf("%s\n", result.dump(1).c_str());
  }
}

void run_verify(const std::string& path) {
  const FileContents file(path, ErrorCode::model);
  const ModelFile model_file = parse_model_file(file.bytes(), path);
  std::printf("%s: checksums of %zu tensors match\n", one_line(path).c_str(),
              model_file.contents.tensors.size());

  const std::unique_ptr<Source> source = open_source(path);
  const Variables variables({source.get()});
  const Inventory inventory = take_inventory(variables);
  if (inventory.architecture.predictor != model_file.architecture.predictor ||
      inventory.architecture.transformer != model_file.architecture.transformer) {
    throw Error(ErrorCode::model, one_line(path) + ": says " +
                                      architecture_text(model_file.architecture) +
                                      ", but holds the variables of another network");
  }
  read_layers(variables, inventory);
  std::printf("complete and finite: %s\n", architecture_text(model_file.architecture).c_str());

  const Model model = Model::open_memory(file.bytes().data(), file.bytes().size(), path);
  if (model_file.self_test.empty()) {
    std::printf("no self-test is stored in it\n");
    return;
  }
  const SelfTestResult result = replay_self_test(model, model_file.self_test, path);
  char figures[200];
  std::snprintf(figures, sizeof figures,
                "bottleneck off by %.2g (allowed %.2g), output by %.2g (allowed %.2g)",
                result.bottleneck_error, result.bottleneck_tolerance, result.output_error,
                result.output_tolerance);
  if (!result.passed) {
    throw Error(ErrorCode::model,
                one_line(path) + ": the self-test fails on " + Model::isa() + ": " + figures);
  }
  std::printf("self-test passed on %s: %s\n", Model::isa().c_str(), figures);
}

}  // namespace nst::weights
