// The command `nst-run encode STYLE -o v.npy`: saves the style of a painting.
#include <memory>
#include <string>

#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "terminal.hpp"

namespace nst::run {

namespace {

class EncodeCommand final : public Command {
 public:
  EncodeCommand();
  int run() override;

 private:
  std::string style_;
  Output output_;
  EngineOptions engine_;
  StyleSizeOptions style_size_;
};

EncodeCommand::EncodeCommand()
    : Command(
          "nst-run encode saves the style of a painting: 100 floats (of most models), to use in "
          "place of the picture.\n\n"
          "Example:\n"
          "  nst-run encode painting.jpg -o style.npy\n",
          "nst-run encode") {
  app.add_option("STYLE", style_, "The painting; - is standard input")->required()->type_name("");
  app.add_option("-o,--output", output_.path,
                 "Where to write: .npy, float32 [n]; - is standard output")
      ->required()
      ->type_name("OUT");
  engine_.add_to(app);
  style_size_.add_to(app);
}

int EncodeCommand::run() {
  RunOptions run = engine_.run_options();
  output_.check();
  if (!output_.is_stream() && !has_extension(output_.path, ".npy")) {
    throw Error(ErrorCode::usage,
                output_.path + ": a style is written as .npy; end the name in .npy");
  }
  check_one_standard_input({style_, engine_.model});
  Image picture;
  const std::string name = input_name(style_);
  const Model model = engine_.open_model_beside([&] {
    picture = decode_painting(read_bytes(style_), name, {run.max_memory_bytes}, style_size_);
  });
  ProgressBar bar(engine_.quiet);
  run.progress = bar.callback();
  const StyleVector vector = naming(name, [&] {
    return model.encode_style(picture.view(), style_size_.for_picture(picture), run);
  });
  write_bytes(output_.path, vector.encode());
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_encode_command() { return std::make_unique<EncodeCommand>(); }

}  // namespace nst::run
