// nst-run CONTENT -s STYLE -o OUT
#include <algorithm>
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

// Both pictures of the reference app (polaris404/neural-style-transfer) are of this size.
constexpr int kTfhubSide = 256;

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
  // Size at which a content of width × height is painted.
  std::pair<int, int> size_for(int width, int height) const {
    return tfhub() ? std::pair{kTfhubSide, kTfhubSide} : size.applied_to(width, height);
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
  (void)o.size.parsed();
  (void)o.background_colour();
  check_one_standard_input({o.content, o.style, o.engine.model});
  return true;
}

// The picture to paint: as it looks on the background, and its alpha at the size it is painted at.
struct Content {
  Image picture;
  Image alpha;  // of one channel; empty: it has none
};

Content read_content(const Options& o, std::size_t max_memory_bytes) {
  Content content;
  content.picture =
      decode_picture(read_bytes(o.content), input_name(o.content), {max_memory_bytes, 0});
  if (content.picture.channels != 4) return content;
  const ImageView rgba = content.picture.view();
  if (!o.tfhub()) {
    const auto [width, height] = o.size.applied_to(rgba.width, rgba.height);
    content.alpha = resized_alpha(rgba, width, height, o.style_size.method());
  }
  content.picture = compose(rgba, o.background_colour());
  return content;
}

// `content` at the size it is painted at; empty if that is its own.
Image resized_content(const Options& o, const Image& content) {
  const auto [width, height] = o.size_for(content.width, content.height);
  if (width == content.width && height == content.height) return {};
  return resize(content.view(), width, height, o.tfhub() ? Resize::tf : o.style_size.method());
}

// The style of the picture called `name`, prepared as the options say.
StyleVector encode(const Options& o, const Model& model, const Image& picture,
                   const std::string& name, const RunOptions& run) {
  return naming(name, [&] {
    if (!o.tfhub()) {
      return model.encode_style(picture.view(), o.style_size.for_picture(picture), run);
    }
    const Image square = resize(picture.view(), kTfhubSide, kTfhubSide, Resize::tf);
    return model.encode_style(square.view(), {0, Resize::tf}, run);
  });
}

// How much work each stage is, for the bar: the style, the content's own style, the painting.
std::vector<double> stage_weights(const Options& o, const Model& model, bool encodes_style,
                                  const ImageView& content) {
  const bool mixes = o.strength < 1.0;
  std::vector<double> weights(1 + (encodes_style ? 1 : 0) + (mixes ? 1 : 0), 0.0);
  if (!ProgressBar::possible(o.engine.quiet)) return weights;
  weights.back() = static_cast<double>(model.plan_transformer(content.width, content.height).mac);
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    weights[i] = static_cast<double>(model.plan_predictor(kTfhubSide, kTfhubSide).mac);
  }
  return weights;
}

// The bytes of the file to write.
std::vector<std::uint8_t> encode_result(const Options& o, OutputFormat format, const Image& painted,
                                        const Image& alpha, int width, int height) {
  if (format == OutputFormat::npy) return encode_image(painted.view(), format);
  ImageView cropped = painted.view();
  cropped.row_stride_bytes = std::ptrdiff_t{painted.width} * 3 * std::ptrdiff_t{sizeof(float)};
  cropped.width = width;
  cropped.height = height;
  Image picture = to_u8(cropped, o.tfhub() ? Quantise::truncate : Quantise::nearest);
  if (!alpha.bytes.empty()) {
    picture = with_alpha(picture.view(), alpha);
    if (format != OutputFormat::png) picture = compose(picture.view(), o.background_colour());
  }
  return encode_image(picture.view(), format, o.quality);
}

}  // namespace

void stylize_command(int argc, char** argv) {
  Options o;
  if (!parse_options(o, argc, argv)) return;
  RunOptions run = o.engine.run_options();
  const OutputFormat format = o.output.picture_format();
  o.output.check();
  Content read;
  Style style;
  const Model model = o.engine.open_model_beside([&] {
    read = read_content(o, run.max_memory_bytes);
    style = decode_style(read_bytes(o.style), input_name(o.style),
                         [&](Bytes bytes, const std::string& name) {
                           return decode_painting(bytes, name, run.max_memory_bytes, o.style_size);
                         });
  });
  const Image& content = read.picture;

  const Image resized = resized_content(o, content);
  const ImageView input = resized.bytes.empty() ? content.view() : resized.view();
  const auto* style_picture = std::get_if<Image>(&style);
  ProgressBar bar(o.engine.quiet, stage_weights(o, model, style_picture != nullptr, input));

  StyleVector vector;
  if (style_picture != nullptr) {
    run.progress = bar.next_stage();
    vector = encode(o, model, *style_picture, input_name(o.style), run);
  } else {
    vector = std::get<StyleVector>(style);
  }
  if (o.force) vector.space.clear();
  naming(style_picture != nullptr ? model.info().name : o.style,
         [&] { model.check_style(vector); });
  if (o.strength < 1.0) {
    run.progress = bar.next_stage();
    StyleVector own = encode(o, model, content, input_name(o.content), run);
    if (o.force) own.space.clear();
    vector = StyleVector::blend(own, vector, static_cast<float>(o.strength));
  }
  run.progress = bar.next_stage();
  const Image painted =
      naming(input_name(o.content), [&] { return model.stylize(input, vector, run); });
  const std::vector<std::uint8_t> file = naming(o.output.path, [&] {
    return encode_result(o, format, painted, read.alpha, input.width, input.height);
  });
  write_bytes(o.output.path, file);
}

}  // namespace nst::run
