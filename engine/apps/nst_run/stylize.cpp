// nst-run CONTENT -s STYLE -o OUT
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "options.hpp"
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
  std::string content, style, output, preset;
  EngineOptions engine;
  StyleSizeOptions style_size;
  SizeOption size;
  double strength = 1.0;
  int quality = 95;

  bool tfhub() const { return preset == "tfhub"; }
};

bool parse_options(Options& o, int argc, char** argv) {
  CLI::App app(kDescription, "nst-run");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("nst-run ") + kVersion);
  app.add_option("CONTENT", o.content, "The picture to paint")->required()->type_name("");
  app.add_option("-s,--style", o.style, "The painting: a picture, or a saved style (.npy)")
      ->required()
      ->type_name("STYLE");
  app.add_option("-o,--output", o.output, "Where to write: .png, .jpg, .ppm or .npy")
      ->required()
      ->type_name("OUT");
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
  if (!parse(app, argc, argv)) return false;
  if (!(o.strength >= 0.0)) throw Error(ErrorCode::usage, "--strength: not a number; see --help");
  (void)o.size.parsed();
  return true;
}

// `content` at the size it is painted at; empty if that is its own.
Image resized_content(const Options& o, const Image& content) {
  const auto [width, height] = o.tfhub() ? std::pair{kTfhubSide, kTfhubSide}
                                         : o.size.applied_to(content.width, content.height);
  if (width == content.width && height == content.height) return {};
  return resize(content.view(), width, height, o.tfhub() ? Resize::tf : o.style_size.method());
}

// The style of the picture from `path`, prepared as the options say.
StyleVector encode(const Options& o, const Model& model, const Image& picture,
                   const std::string& path, const RunOptions& run) {
  return naming(path, [&] {
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

// RGB bytes and the content's alpha, resized as the colours were.
Image with_alpha(const Image& rgb, const Image& content, Resize method) {
  Image alpha(content.width, content.height, 3, SampleType::u8);
  for (std::size_t i = 0; i < alpha.sample_count() / 3; ++i) {
    std::memset(alpha.u8() + 3 * i, content.u8()[4 * i + 3], 3);
  }
  const Image resized = to_u8(resize(alpha.view(), rgb.width, rgb.height, method).view());
  Image rgba(rgb.width, rgb.height, 4, SampleType::u8);
  for (std::size_t i = 0; i < rgba.sample_count() / 4; ++i) {
    std::memcpy(rgba.u8() + 4 * i, rgb.u8() + 3 * i, 3);
    rgba.u8()[4 * i + 3] = resized.u8()[3 * i];
  }
  return rgba;
}

void write_result(const Options& o, const Image& painted, const Image& content, int width,
                  int height) {
  if (has_extension(o.output, ".npy")) {
    write_image(o.output, painted.view());
    return;
  }
  ImageView cropped = painted.view();
  cropped.row_stride_bytes = std::ptrdiff_t{painted.width} * 3 * std::ptrdiff_t{sizeof(float)};
  cropped.width = width;
  cropped.height = height;
  Image picture = to_u8(cropped, o.tfhub() ? Quantise::truncate : Quantise::nearest);
  if (content.channels == 4 && has_extension(o.output, ".png") && !o.tfhub()) {
    picture = with_alpha(picture, content, o.style_size.method());
  }
  write_image(o.output, picture.view(), o.quality);
}

}  // namespace

void stylize_command(int argc, char** argv) {
  Options o;
  if (!parse_options(o, argc, argv)) return;
  RunOptions run = o.engine.run_options();
  check_writable(o.output);
  Image content;
  Style style;
  const Model model = o.engine.open_model_beside([&] {
    content = read_image(o.content);
    style = read_style(o.style);
  });

  const Image resized = resized_content(o, content);
  const ImageView input = resized.bytes.empty() ? content.view() : resized.view();
  const auto* style_picture = std::get_if<Image>(&style);
  ProgressBar bar(o.engine.quiet, stage_weights(o, model, style_picture != nullptr, input));

  StyleVector vector;
  if (style_picture != nullptr) {
    run.progress = bar.next_stage();
    vector = encode(o, model, *style_picture, o.style, run);
  } else {
    vector = std::get<StyleVector>(style);
  }
  if (o.strength < 1.0) {
    run.progress = bar.next_stage();
    const StyleVector own = encode(o, model, content, o.content, run);
    vector = StyleVector::blend(own, vector, static_cast<float>(o.strength));
  }
  run.progress = bar.next_stage();
  const Image painted = naming(o.content, [&] { return model.stylize(input, vector, run); });
  write_result(o, painted, content, input.width, input.height);
}

}  // namespace nst::run
