// nst-run encode STYLE -o v.npy
#include <string>

#include "commands.hpp"
#include "options.hpp"
#include "terminal.hpp"

namespace nst::run {

void encode_command(int argc, char** argv) {
  std::string style, output;
  EngineOptions engine;
  StyleSizeOptions style_size;
  CLI::App app(
      "nst-run encode saves the style of a painting: 100 floats, to use in place of the "
      "picture.\n\n"
      "Example:\n"
      "  nst-run encode painting.jpg -o style.npy\n",
      "nst-run encode");
  app.add_option("STYLE", style, "The painting")->required()->type_name("");
  app.add_option("-o,--output", output, "Where to write: .npy, float32 [100]")
      ->required()
      ->type_name("OUT");
  engine.add_to(app);
  style_size.add_to(app);
  if (!parse(app, argc, argv)) return;

  RunOptions run = engine.run_options();
  check_writable(output);
  if (!has_extension(output, ".npy")) {
    throw Error(ErrorCode::usage, output + ": a style is written as .npy; end the name in .npy");
  }
  Image picture;
  const Model model = engine.open_model_beside(
      [&] { picture = read_painting(style, run.max_memory_bytes, style_size); });
  ProgressBar bar(engine.quiet, {1.0});
  run.progress = bar.next_stage();
  const StyleVector vector = naming(style, [&] {
    return model.encode_style(picture.view(), style_size.for_picture(picture), run);
  });
  vector.save(output);
}

}  // namespace nst::run
