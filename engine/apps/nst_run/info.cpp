// The command `nst-run info [MODEL]`: describes the model, the processor and the memory needed.
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "commands.hpp"
#include "options.hpp"

namespace nst::run {
namespace {

std::string mebibytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(bytes) / (1024.0 * 1024.0));
  return text;
}

void print(const char* label, const std::string& value) {
  char line[32];
  std::snprintf(line, sizeof line, "%-13s", label);
  std::cout << line << value << '\n';
}

void print_plan(const char* network, int width, int height, const PlanInfo& plan) {
  char line[128];
  const std::string size = std::to_string(width) + "x" + std::to_string(height);
  std::snprintf(line, sizeof line, "  %-11s  %-9s  %9s  %9s  %9s  %9.2f\n", network, size.c_str(),
                mebibytes(plan.arena_bytes).c_str(), mebibytes(plan.scratch_bytes).c_str(),
                mebibytes(plan.weight_bytes).c_str(), static_cast<double>(plan.mac) * 1e-9);
  std::cout << line;
}

std::string isa_text() {
  std::string others;
  for (const std::string& name : Model::supported_isas()) {
    if (name != Model::isa()) others += (others.empty() ? "" : ", ") + name;
  }
  return Model::isa() + (others.empty() ? "" : " (also here: " + others + "; choose by NST_ISA)");
}

void print_model(const ModelInfo& info) {
  char parameters[64];
  std::snprintf(parameters, sizeof parameters, "%.2f million parameters in %zu tensors, ",
                static_cast<double>(info.parameter_count) * 1e-6, info.tensor_count);
  char width[32];
  std::snprintf(width, sizeof width, "%g", info.width);
  print("model", info.name == "default" ? "default (embedded)" : info.name);
  print("", parameters + mebibytes(info.file_bytes) + " MiB");
  print("predictor", info.predictor);
  print("transformer", info.transformer + ", width " + width + ", " +
                           std::to_string(info.residual_blocks) + " residual blocks, " +
                           info.padding + " padding");
  print("style", std::to_string(info.style_size) + " values, space " +
                     (info.style_space.empty() ? "unknown" : info.style_space));
  print("source", info.source.empty() ? "unknown" : info.source);
  if (!info.source_sha256.empty()) print("", "sha256 " + info.source_sha256);
}

class InfoCommand final : public Command {
 public:
  InfoCommand();
  int run() override;

 private:
  std::string path_, named_;
  int threads_ = 0;
};

InfoCommand::InfoCommand()
    : Command(
          "nst-run info describes a model, the instruction sets and threads in use, and the memory "
          "and work of a run.\n\n"
          "Examples:\n"
          "  nst-run info\n"
          "  nst-run info model.safetensors -t 1\n",
          "nst-run info") {
  add_model_option(app, path_);
  app.add_option("MODEL", named_, "The same as -m MODEL")->type_name("");
  add_threads_option(app, threads_);
}

int InfoCommand::run() {
  const Model model = open_model(named_.empty() ? path_ : named_);
  std::cout << "nst-run " << kVersion << '\n';
  print_model(model.info());
  print("isa", isa_text());
  print("threads", std::to_string(thread_count(threads_)) + " (" + thread_backend() + ")");
  std::cout << "\n  network      size        arena MiB  work MiB  weights MiB  GMAC\n";
  if (model.info().predictor != "none") {
    print_plan("predictor", 256, 256, model.plan_predictor(256, 256, threads_));
  }
  constexpr int kSizes[][2] = {{256, 256}, {512, 512}, {1024, 1024}, {1920, 1080}, {3840, 2160}};
  for (const auto& [width, height] : kSizes) {
    print_plan("transformer", width, height, model.plan_transformer(width, height, threads_));
  }
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_info_command() { return std::make_unique<InfoCommand>(); }

}  // namespace nst::run
