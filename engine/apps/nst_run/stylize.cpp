// The command `nst-run CONTENT... -s STYLE... -o OUT`: paints pictures.
#include <utility>
#include <vector>

#include "commands.hpp"
#include "many_pictures.hpp"
#include "paint_settings.hpp"
#include "terminal.hpp"

namespace nst::run {
namespace {

// Paints one content in one style, or in one mixture, to one file.
void paint_one(const PaintSettings& o) {
  RunOptions run = o.engine.run_options();
  const OutputFormat format = o.output.picture_format();
  o.output.check();
  const std::string& path = o.contents.front();
  LoadedImage content;
  std::vector<DecodedStyle> styles;
  LookPictures look;
  const Model model = o.engine.open_model_beside([&] {
    content = decode_picture(read_bytes(path), input_name(path), o.reading());
    styles = read_style(o, o.styles);
    look = read_look(o);
  });
  ProgressBar bar(o.engine.quiet);
  run.progress = bar.callback();
  const PaintOptions options = paint_options(o, look, format, content.image, input_name(path));
  const Image painted =
      paint(model, std::move(content.image), style_of(o, o.styles, styles), options, run);
  write_bytes(o.output.path, naming(o.output.path, [&] {
                return encode_image(painted.view(), format,
                                    o.picture.writing(content.metadata, o.engine.threads));
              }));
}

}  // namespace

int stylize_command(int argc, char** argv) {
  PaintSettings settings;
  if (!parse(settings, argc, argv)) return 0;
  if (!settings.is_one_picture()) return paint_many(settings);
  paint_one(settings);
  return 0;
}

}  // namespace nst::run
