// nst-weights: turns published weights into model files, and looks into both.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <new>

#include "base/text.hpp"
#include "weights_tool/commands.hpp"

namespace {

constexpr const char* kExamples = R"(Examples:
  nst-weights convert arbitrary_style_transfer.tar.gz -o magenta.safetensors
  nst-weights convert saved_model/ -o magenta.safetensors --dtype f16
  nst-weights convert predict.tflite transfer.tflite -o mobile.safetensors
  nst-weights inspect model.ckpt
  nst-weights verify magenta.safetensors

A SOURCE is a TensorFlow checkpoint or SavedModel (folder or any file of it), a .tflite file, a
TF.js model.json, a .safetensors file, or a .tar, .tar.gz, .tar.xz, .tar.bz2 or .zip of these.
Several sources make one model.

Exit codes: 0 done, 2 wrong usage, 4 a source or model cannot be read or is damaged, 5 the output
cannot be written, 6 a limit is exceeded, 1 a defect of this program.
)";

int report(int code, const char* message) {
  std::fprintf(stderr, "nst-weights: %s\n", message);
  return code;
}

// Without allocating: memory may have ended.
int report_plainly(int code, const char* message) {
  char line[256];
  std::snprintf(line, sizeof line, "%s", message);
  for (char* c = line; *c != '\0'; ++c) {
    if (static_cast<unsigned char>(*c) < ' ') *c = ' ';
  }
  std::fprintf(stderr, "nst-weights: %s\n", line);
  return code;
}

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
    app.set_version_flag("--version", std::string("nst-weights ") + nst::kVersion);
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

    verify_command = app.add_subcommand("verify", "Check a model file and replay its self-test");
    verify_command->add_option("MODEL", verify_model, "Model file")->required();
  }
};

int run(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return line.app.exit(error);  // --help, --version
    const std::string what = nst::one_line(error.what()) + " (see nst-weights --help)";
    return report(static_cast<int>(nst::ErrorCode::usage), what.c_str());
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
  try {
    const int code = run(argc, argv);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
      return report(static_cast<int>(nst::ErrorCode::output), "stdout: cannot write");
    }
    return code;
  } catch (const nst::Error& error) {
    return report(static_cast<int>(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    return report(static_cast<int>(nst::ErrorCode::limit), "out of memory");
  } catch (const std::exception& error) {
    return report_plainly(static_cast<int>(nst::ErrorCode::internal), error.what());
  }
}
