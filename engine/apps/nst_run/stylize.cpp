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
  Image content;
  std::vector<DecodedStyle> styles;
  const Model model = o.engine.open_model_beside([&] {
    content = decode_picture(read_bytes(path), input_name(path), o.reading());
    for (const StyleFile& style : o.styles) styles.push_back(read_style(o, style));
  });
  std::vector<Style::Part> parts;
  for (std::size_t i = 0; i < styles.size(); ++i) {
    parts.push_back(style_part(o, o.styles[i], styles[i]));
  }
  ProgressBar bar(o.engine.quiet, {1.0});
  if (ProgressBar::possible(o.engine.quiet)) run.progress = bar.next_stage();
  const PaintOptions options = paint_options(o, format, content, input_name(path));
  const Image painted = paint(model, std::move(content), Style(std::move(parts)), options, run);
  write_bytes(o.output.path, naming(o.output.path, [&] {
                return encode_image(painted.view(), format, o.quality);
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
