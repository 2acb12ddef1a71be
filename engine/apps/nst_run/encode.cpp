// The command `nst-run encode STYLE -o v.npy`: saves the style of a painting.
#include <string>

#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "terminal.hpp"

namespace nst::run {

int encode_command(int argc, char** argv) {
  std::string style;
  Output output;
  EngineOptions engine;
  StyleSizeOptions style_size;
  CLI::App app(
      "nst-run encode saves the style of a painting: 100 floats (of most models), to use in place "
      "of the picture.\n\n"
      "Example:\n"
      "  nst-run encode painting.jpg -o style.npy\n",
      "nst-run encode");
  app.add_option("STYLE", style, "The painting; - is standard input")->required()->type_name("");
  app.add_option("-o,--output", output.path,
                 "Where to write: .npy, float32 [n]; - is standard output")
      ->required()
      ->type_name("OUT");
  engine.add_to(app);
  style_size.add_to(app);
  if (!parse(app, argc, argv)) return 0;

  RunOptions run = engine.run_options();
  output.check();
  if (!output.is_stream() && !has_extension(output.path, ".npy")) {
    throw Error(ErrorCode::usage,
                output.path + ": a style is written as .npy; end the name in .npy");
  }
  check_one_standard_input({style, engine.model});
  Image picture;
  const std::string name = input_name(style);
  const Model model = engine.open_model_beside([&] {
    picture = decode_painting(read_bytes(style), name, {run.max_memory_bytes}, style_size);
  });
  ProgressBar bar(engine.quiet);
  run.progress = bar.callback();
  const StyleVector vector = naming(name, [&] {
    return model.encode_style(picture.view(), style_size.for_picture(picture), run);
  });
  write_bytes(output.path, vector.encode());
  return 0;
}

}  // namespace nst::run
