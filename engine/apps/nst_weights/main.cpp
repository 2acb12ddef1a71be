// nst-weights: the program that converts published weights to model files, and inspects and
// verifies both.
#include <CLI/CLI.hpp>

#include "apps/nst_weights/commands.hpp"
#include "apps/program.hpp"
#include "base/text.hpp"
#include "nst/version.h"

namespace {

constexpr const char* kExamples = R"(Examples:
  nst-weights convert arbitrary_style_transfer.tar.gz -o magenta.safetensors
  nst-weights convert saved_model/ -o magenta.safetensors --dtype f16
  nst-weights convert predict.tflite transfer.tflite -o mobile.safetensors
  nst-weights inspect model.ckpt
  nst-weights verify magenta.safetensors
  nst-weights verify arbitrary-image-stylization-v1-tensorflow1-256-v2.tar.gz

A SOURCE is a TensorFlow checkpoint or SavedModel (folder or any file of it), a .tflite file, a
TF.js model.json, a .safetensors file, or a .tar, .tar.gz, .tar.xz, .tar.bz2 or .zip of these.
Several sources make one model.

Exit codes: 0 done, 2 wrong usage, 4 a source or model cannot be read or is damaged, 5 the output
cannot be written, 6 a limit is exceeded, 130, 143, 129 ended by a signal, 1 a defect of this
program.
)";

struct CommandLine {
  CLI::App app{kExamples, "nst-weights"};
  nst::weights::ConvertOptions convert;
  std::string inspect_source;
  bool inspect_json = false;
  std::string verify_model;
  CLI::App* convert_command = nullptr;
  CLI::App* inspect_command = nullptr;
  CLI::App* verify_command = nullptr;

  CommandLine() {
    app.set_version_flag("--version", std::string("nst-weights ") + NST_VERSION_STRING);
    app.require_subcommand(1);

    convert_command = app.add_subcommand("convert", "Make a model file of one or several sources");
    convert_command->add_option("SOURCE", convert.sources, "Where the weights are")->required();
    convert_command->add_option("-o,--output", convert.output, "Model file to write (.safetensors)")
        ->required();
    convert_command
        ->add_option_function<std::string>(
            "--dtype",
            [this](const std::string& name) {
              convert.dtype = name == "f16" ? nst::DType::f16 : nst::DType::f32;
            },
            "How the weights are stored (default: f32)")
        ->type_name("TYPE")
        ->check(CLI::IsMember({"f32", "f16"}));
    convert_command
        ->add_option_function<std::string>(
            "--padding",
            [this](const std::string& name) {
              convert.padding = name == "zero" ? nst::PaddingKind::zero : nst::PaddingKind::reflect;
            },
            "Padding of the transformer: reflect (as trained), zero (as the TF.js export runs); "
            "default: a model file's own, else reflect")
        ->type_name("KIND")
        ->check(CLI::IsMember({"reflect", "zero"}));
    convert_command->add_flag("--force", convert.force,
                              "Join a predictor and a transformer of two families, too");

    inspect_command = app.add_subcommand("inspect", "List the tensors of a source or model");
    inspect_command->add_option("SOURCE", inspect_source, "What to look into")->required();
    inspect_command->add_flag("--json", inspect_json, "Print JSON");

    verify_command = app.add_subcommand(
        "verify",
        "Check a model file and replay its self-test, or compare a source with the published");
    verify_command->add_option("MODEL", verify_model, "Model file or source")->required();
  }
};

int run(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // CLI11 prints --help and --version this way
      line.app.exit(error);
      return 0;
    }
    throw nst::Error(nst::ErrorCode::usage,
                     nst::one_line(error.what()) + " (see nst-weights --help)");
  }
  if (line.convert_command->parsed()) nst::weights::run_convert(line.convert);
  if (line.inspect_command->parsed()) {
    nst::weights::run_inspect(line.inspect_source, line.inspect_json);
  }
  if (line.verify_command->parsed()) nst::weights::run_verify(line.verify_model);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return nst::program::run("nst-weights", "out of memory", run, argc, argv);
}
