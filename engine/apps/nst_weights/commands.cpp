#include "apps/nst_weights/commands.hpp"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "apps/nst_weights/self_test.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "model/recognise.hpp"
#include "platform/file.hpp"
#include "weights_tool/convert.hpp"
#include "weights_tool/fold.hpp"
#include "weights_tool/published.hpp"
#include "weights_tool/source.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::weights {
namespace {

struct Statistics {
  double min = 0.0;
  double max = 0.0;
  double rms = 0.0;
};

// Returns minimum, maximum and root mean square. If any value is NaN, all three are NaN, so that
// the user sees the damage.
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
  return "predictor " + one_line(architecture.predictor) + ", transformer " +
         one_line(architecture.transformer) + ", padding " + to_string(architecture.padding);
}

std::string human_bytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

std::string space_text(const std::string& space) { return space.empty() ? "unknown" : space; }

// Returns the SHA-256 of all files of a source of weights as a JSON string. Returns JSON's null if
// one of the files is missing.
std::string sha256_json(const Source& source) {
  try {
    return json_quoted(source.sha256());
  } catch (const Error&) {
    return "null";
  }
}

void print(const std::string& text, std::FILE* stream) {
  if (std::fputs(text.c_str(), stream) < 0 || std::fflush(stream) != 0) {
    throw Error(ErrorCode::output, "stdout: cannot write; no model file was written");
  }
}

}  // namespace

void run_convert(const ConvertOptions& options) {
  Conversion conversion =
      convert_sources(options.sources, {options.padding, options.force, options.output});
  std::vector<std::uint8_t> bytes =
      build_model_file(conversion.description, conversion.tensors, options.dtype);
  // The self-test records what the network computes from the file's own bytes. So the file is built
  // twice: first without the self-test, to run it, then with the self-test.
  conversion.description.self_test =
      make_self_test(Model::open_memory(bytes.data(), bytes.size(), options.output));
  bytes = build_model_file(conversion.description, conversion.tensors, options.dtype);

  std::string report;
  for (const std::string& note : conversion.notes) report += note + '\n';
  const std::string leftovers = describe_leftovers(conversion.leftovers);
  if (!leftovers.empty()) report += leftovers + '\n';
  report += one_line(options.output) + ": " +
            architecture_text(conversion.description.architecture) + ", space " +
            space_text(conversion.description.style_space.value_or("")) + ", " +
            std::to_string(conversion.tensors.size()) + " tensors as " + dtype_name(options.dtype) +
            ", " + human_bytes(bytes.size()) + '\n';
  // Prints the report before the model is written. If printing fails, an old model file stays
  // unchanged. If the model goes to a pipe, the report goes to stderr.
  std::error_code ignored;
  const bool is_stream = std::filesystem::exists(options.output, ignored) &&
                         !std::filesystem::is_regular_file(options.output, ignored);
  print(report, is_stream ? stderr : stdout);
  write_file_atomically(options.output, bytes);
}

void run_inspect(const std::string& path, bool as_json) {
  const std::unique_ptr<Source> source = open_source(path);
  std::size_t width = 4;
  for (const SourceTensor& tensor : source->tensors()) width = std::max(width, tensor.name.size());
  const int columns = static_cast<int>(std::min<std::size_t>(width, 80));
  if (as_json) {
    std::printf("{\n \"source\": %s,\n \"sha256\": %s,\n \"tensors\": [",
                json_quoted(source->description()).c_str(), sha256_json(*source).c_str());
  } else {
    std::printf("%s, %zu tensors\n%-*s %-8s %-20s %12s %12s %12s\n",
                one_line(source->description()).c_str(), source->tensors().size(), columns, "name",
                "dtype", "shape", "min", "max", "rms");
  }
  const char* separator = "";
  std::optional<Error> unreadable;  // first error of reading a tensor; thrown after the list
  for (const SourceTensor& tensor : source->tensors()) {
    std::optional<Statistics> s;
    try {
      if (is_number(tensor.dtype)) s = statistics_of(source->read(tensor.name));
    } catch (const Error& error) {
      if (!unreadable) unreadable = error;
    }
    if (as_json) {
      std::printf("%s\n  {\"name\": %s, \"dtype\": %s, \"shape\": %s", separator,
                  json_quoted(tensor.name).c_str(), json_quoted(tensor.dtype).c_str(),
                  shape_text(tensor.shape).c_str());
      if (s) {
        std::printf(", \"min\": %s, \"max\": %s, \"rms\": %s", json_number(s->min).c_str(),
                    json_number(s->max).c_str(), json_number(s->rms).c_str());
      }
      std::printf("}");
      separator = ",";
      continue;
    }
    std::printf("%-*s %-8s %-20s", columns, one_line(tensor.name).c_str(), tensor.dtype.c_str(),
                shape_text(tensor.shape).c_str());
    if (s) std::printf(" %12.6g %12.6g %12.6g", s->min, s->max, s->rms);
    std::printf("\n");
  }
  if (as_json) std::printf("\n ]\n}\n");
  if (unreadable) throw *unreadable;
}

namespace {

void verify_source(const Source& source) {
  std::vector<const Source*> parts = source.parts();
  const Variables variables(parts);
  const Inventory inventory = take_inventory(variables);
  read_layers(variables, inventory);
  std::printf("%s: complete and finite: %s\n", one_line(source.description()).c_str(),
              architecture_text(inventory.architecture).c_str());
  const std::optional<PublishedMatch> match = compare_with_published(variables, inventory);
  if (match) {
    std::printf("%s\n", describe(*match).c_str());
  } else {
    std::printf("no published model of known checksums has these variables\n");
  }
}

void verify_model(const std::string& path, const FileData& file) {
  const ModelFile model_file = parse_model_file(file.bytes, path);
  std::printf("%s: checksums of %zu tensors match\n", one_line(path).c_str(),
              model_file.contents.tensors.size());

  const std::unique_ptr<Source> source =
      open_safetensors(FileSet::file(path, file), std::filesystem::path(path).filename().string());
  const Variables variables({source.get()});
  const Inventory inventory = take_inventory(variables);
  if (inventory.architecture.predictor != model_file.architecture.predictor ||
      inventory.architecture.transformer != model_file.architecture.transformer) {
    throw Error(ErrorCode::model, one_line(path) + ": says " +
                                      architecture_text(model_file.architecture) +
                                      ", but holds the variables of another network");
  }
  const std::vector<NamedTensor> tensors = read_layers(variables, inventory);
  // If the file states no style space, checks that predictor and transformer belong to the same
  // one. A stated space needs no check: `nst-weights convert` checked it before it wrote the file,
  // unless the user gave --force.
  if (!model_file.style_space) {
    joint_space(variables, inventory, tensors, false);
  }
  std::printf("complete and finite: %s\n", architecture_text(model_file.architecture).c_str());

  const Model model = Model::open_memory(file.bytes.data(), file.bytes.size(), path);
  std::printf("style vectors: %zu values, space %s\n", model.info().style_size,
              space_text(model.info().style_space).c_str());
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

}  // namespace

void run_verify(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) {
    FileData file = read_file(path);
    const Content content = recognise(file.bytes);
    if (content == Content::safetensors || !is_source(content)) {
      verify_model(path, file);
    } else {
      verify_source(*open_source(path, std::move(file)));
    }
    return;
  }
  verify_source(*open_source(path));
}

}  // namespace nst::weights
