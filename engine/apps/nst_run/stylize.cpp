// The command `nst-run CONTENT -s STYLE -o OUT`: paints a picture.
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "options.hpp"
#include "streams.hpp"
#include "style.hpp"
#include "terminal.hpp"

namespace nst::run {
namespace {

constexpr const char* kDescription = R"(nst-run paints a photograph in the style of a painting.

Examples:
  nst-run photo.jpg -s painting.jpg -o out.png
  nst-run photo.jpg -s painting.jpg -o out.jpg --size 512 --strength 0.7
  nst-run encode painting.jpg -o style.npy     save the style once ...
  nst-run photo.jpg -s style.npy -o out.png    ... and use it many times
  nst-run info                                 model, processor, memory needed
  nst-run bench --size 1024 --json             how fast it is here

Exit codes: 0 done, 2 usage, 3 picture, 4 model, 5 output, 6 limit or memory, 130 interrupted.
)";

constexpr const char* kFooter = R"(
Pictures are JPEG, PNG, BMP, TGA, GIF (first frame), PPM, or .npy (float32 [h, w, 3] in 0..1, taken
and written as it is: not resized, rounded or cropped unless asked for).
Commands: encode, info, bench (nst-run COMMAND --help); a picture of that name is ./encode.)";

struct Options {
  std::string content, style, preset;
  Output output;
  EngineOptions engine;
  StyleSizeOptions style_size;
  SizeOption size;
  double strength = 1.0;
  int quality = 95;
  std::string background = "white";
  bool force = false;

  bool tfhub() const { return preset == "tfhub"; }
  Colour background_colour() const {
    return naming("--background", [&] { return parse_colour(background); });
  }
};

bool parse_options(Options& o, int argc, char** argv) {
  CLI::App app(kDescription, "nst-run");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("nst-run ") + kVersion);
  app.add_option("CONTENT", o.content, "The picture to paint; - is standard input")
      ->required()
      ->type_name("");
  app.add_option("-s,--style", o.style,
                 "The painting: a picture, or a saved style (.npy); - is standard input")
      ->required()
      ->type_name("STYLE");
  app.add_option("-o,--output", o.output.path,
                 "Where to write: .png, .jpg, .ppm or .npy; - is standard output")
      ->required()
      ->type_name("OUT");
  app.add_option("--format", o.output.format,
                 "What to write, whatever the name's end: png, jpg, ppm or npy")
      ->check(CLI::IsMember({"png", "jpg", "jpeg", "ppm", "npy"}))
      ->type_name("KIND");
  o.engine.add_to(app);
  CLI::Option* size =
      app.add_option(
             "--size", o.size.text,
             "Size to paint at: orig, N (shorter side, as in Magenta) or WxH (default: orig)")
          ->type_name("SIZE");
  o.style_size.add_to(app);
  app.add_option("--preset", o.preset,
                 "tfhub: as the TensorFlow Hub demo apps do it: both pictures squeezed to 256x256 "
                 "by tf.image.resize, bytes truncated, alpha ignored")
      ->check(CLI::IsMember({"tfhub"}))
      ->type_name("NAME")
      ->excludes(size)
      ->excludes("--style-size")
      ->excludes("--resize");
  app.add_option("--strength", o.strength,
                 "From 0, the content's own style, to 1, the painting's (default: 1)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("W");
  app.add_option("--quality", o.quality, "JPEG quality 1..100 (default: 95)")
      ->check(CLI::Range(1, 100))
      ->type_name("Q");
  app.add_option("--background", o.background,
                 "What lies under transparent pixels: #rgb, #rrggbb or a name of CSS (default: "
                 "white); a PNG keeps its alpha")
      ->type_name("COLOUR");
  app.add_flag("--force", o.force, "Paint with a style vector of another model family, too");
  if (!parse(app, argc, argv)) return false;
  if (!(o.strength >= 0.0)) throw Error(ErrorCode::usage, "--strength: not a number; see --help");
  (void)o.size.rule();
  (void)o.background_colour();
  check_one_standard_input({o.content, o.style, o.engine.model});
  return true;
}

// Returns what happens to the content's alpha in a file of this format.
AlphaOutput alpha_output(const Options& o, OutputFormat format) {
  if (o.tfhub()) return AlphaOutput::drop;
  return format == OutputFormat::png ? AlphaOutput::keep : AlphaOutput::compose;
}

PaintOptions paint_options(const Options& o, OutputFormat format, const Image& content) {
  PaintOptions options;
  if (o.tfhub()) {
    options = tfhub_preset();
  } else {
    options.size.exact = naming("--size", [&] {
      return apply(o.size.rule(), {content.width, content.height});
    });
    options.resize = o.style_size.method();
    options.own_style = o.style_size.for_picture(content);
  }
  options.strength = static_cast<float>(o.strength);
  options.background = o.background_colour();
  options.alpha = alpha_output(o, format);
  options.raw = format == OutputFormat::npy;
  options.any_style_space = o.force;
  options.content_name = input_name(o.content);
  return options;
}

// Returns the style to paint in. `decoded` must outlive the style.
Style style_of(const Options& o, const DecodedStyle& decoded) {
  Style::Part part;
  if (const auto* picture = std::get_if<Image>(&decoded)) {
    part.source = picture->view();
    if (!o.tfhub()) part.encoding = o.style_size.for_picture(*picture);
  } else {
    part.source = std::get<StyleVector>(decoded);
  }
  part.name = input_name(o.style);
  return part;
}

}  // namespace

void stylize_command(int argc, char** argv) {
  Options o;
  if (!parse_options(o, argc, argv)) return;
  RunOptions run = o.engine.run_options();
  const OutputFormat format = o.output.picture_format();
  o.output.check();
  Image content;
  DecodedStyle style;
  const ReadOptions reading{.max_memory_bytes = run.max_memory_bytes, .as_tensorflow = o.tfhub()};
  const Model model = o.engine.open_model_beside([&] {
    content = decode_picture(read_bytes(o.content), input_name(o.content), reading);
    style = decode_style(read_bytes(o.style), input_name(o.style),
                         [&](Bytes bytes, const std::string& name) {
                           return decode_painting(bytes, name, reading, o.style_size);
                         });
  });

  ProgressBar bar(o.engine.quiet, {1.0});
  if (ProgressBar::possible(o.engine.quiet)) run.progress = bar.next_stage();
  const PaintOptions options = paint_options(o, format, content);
  const Image painted = paint(model, std::move(content), style_of(o, style), options, run);
  write_bytes(o.output.path, naming(o.output.path, [&] {
                return encode_image(painted.view(), format, o.quality);
              }));
}

}  // namespace nst::run
