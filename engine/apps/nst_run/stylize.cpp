// The command `nst-run CONTENT... -s STYLE... -o OUT`: paints pictures.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "many_pictures.hpp"
#include "paint_settings.hpp"
#include "terminal.hpp"

namespace nst::run {
namespace {

constexpr const char* kDescription = R"(nst-run paints photographs in the style of paintings.

Examples:
  nst-run photo.jpg -s painting.jpg -o out.png
  nst-run photo.jpg -s painting.jpg -o out.jpg --size 512 --strength 0.7
  nst-run photo.tif -s painting.jpg -o out.tif --depth 16 --metadata all
  nst-run *.jpg -s oil.jpg -s ink.jpg -o out/      every photo in every style
  nst-run photos/ -r -s oil.jpg -o out/            folders, with all below them
  nst-run photo.jpg -s oil.jpg:2 -s ink.jpg --mix -o out.png
  nst-run photo.jpg -s @oil --keep-color -o out.png
  nst-run photo.jpg -s @oil --mask sky.png --mask-style @ink -o out.png
  nst-run styles                                   its own styles, for -s @NAME
  nst-run sheet *.jpg -s @oil -s mine.jpg -o sheet.png
  nst-run encode painting.jpg -o style.npy         save the style once ...
  nst-run photo.jpg -s style.npy -o out.png        ... and use it many times
  nst-run info                                     model, processor, memory needed
  nst-run bench --size 1024 --json                 how fast it is here

Exit codes: 0 done, 2 usage, 3 picture, 4 model, 5 output, 6 limit or memory, 7 some of many
pictures failed, 130 interrupted.
)";

constexpr const char* kNotes = R"(
Pictures are JPEG, PNG, TIFF, WebP, HEIC, AVIF, BMP, TGA, GIF (first frame), PPM, or .npy (float32
[h, w, 3] in 0..1, taken and written as it is: not resized, rounded or cropped unless asked for).
Colours are converted to sRGB by a picture's profile; the result is tagged sRGB.

NST_ISA=baseline|avx2|avx512|zen4|neon in the environment forces an instruction set.

)";

// Returns the end of the help: notes, and the names of the other commands.
std::string footer() {
  std::string names;
  for (const NamedCommand& command : kCommands)
    names += (names.empty() ? "" : ", ") + std::string(command.name);
  return kNotes + ("Commands: " + names) +
         " (nst-run COMMAND --help); a picture of that name is ./" + kCommands[0].name + ".";
}

class PaintCommand final : public Command {
 public:
  PaintCommand() : Command(kDescription, "nst-run") {
    app.footer(footer());
    app.set_version_flag("--version", std::string("nst-run ") + kVersion);
    add_paint_options(app, settings_);
  }
  int run() override;

 private:
  PaintSettings settings_;
};

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
  o.output.write(painted.view(), o.picture.writing(content.metadata, o.engine.threads));
}

int PaintCommand::run() {
  take_styles(settings_);
  if (!settings_.is_one_picture()) return paint_many(settings_);
  paint_one(settings_);
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_paint_command() { return std::make_unique<PaintCommand>(); }

}  // namespace nst::run
