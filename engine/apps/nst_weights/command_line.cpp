#include "apps/nst_weights/command_line.hpp"

#include "nst/version.h"

namespace nst::weights {
namespace {

constexpr const char* kDescription =
    R"(nst-weights converts published weights to model files, and inspects and verifies both.

Examples:
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

}  // namespace

CommandLine::CommandLine() : app(kDescription, "nst-weights") {
  app.set_version_flag("--version", std::string("nst-weights ") + NST_VERSION_STRING);
  app.require_subcommand(1);
  declare_convert();

  inspect_command_ = app.add_subcommand("inspect", "List the tensors of a source or model");
  inspect_command_->add_option("SOURCE", inspect_source_, "What to look into")
      ->required()
      ->type_name("");
  inspect_command_->add_flag("--json", inspect_json_, "Print JSON");

  verify_command_ = app.add_subcommand(
      "verify",
      "Check a model file and replay its self-test, or compare a source with the published");
  verify_command_->add_option("MODEL", verify_model_, "Model file or source")
      ->required()
      ->type_name("");
}

void CommandLine::declare_convert() {
  convert_command_ = app.add_subcommand("convert", "Make a model file of one or several sources");
  convert_command_->add_option("SOURCE", convert_.sources, "Where the weights are")
      ->required()
      ->type_name("");
  convert_command_->add_option("-o,--output", convert_.output, "Model file to write (.safetensors)")
      ->required()
      ->type_name("OUT");
  convert_command_
      ->add_option_function<std::string>(
          "--dtype",
          [this](const std::string& name) {
            convert_.dtype = name == "f16" ? DType::f16 : DType::f32;
          },
          "How the weights are stored (default: f32)")
      ->type_name("TYPE")
      ->check(CLI::IsMember({"f32", "f16"}));
  convert_command_
      ->add_option_function<std::string>(
          "--padding",
          [this](const std::string& name) {
            convert_.padding = name == "zero" ? PaddingKind::zero : PaddingKind::reflect;
          },
          "Padding of the transformer: reflect (as trained), zero (as the TF.js export runs); "
          "default: a model file's own, else reflect")
      ->type_name("KIND")
      ->check(CLI::IsMember({"reflect", "zero"}));
  convert_command_->add_flag("--force", convert_.force,
                             "Join a predictor and a transformer of two families, too");
}

void CommandLine::run() const {
  if (convert_command_->parsed()) run_convert(convert_);
  if (inspect_command_->parsed()) run_inspect(inspect_source_, inspect_json_);
  if (verify_command_->parsed()) run_verify(verify_model_);
}

}  // namespace nst::weights
