#include "paint_settings.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <istream>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "../program.hpp"
#include "work_list.hpp"

namespace nst::run {
namespace {

// Headings of two groups of options in --help.
constexpr const char* kMany = "Many pictures";
constexpr const char* kLook = "Look";

// Parses a style argument: "FILE" or "FILE:WEIGHT". If a file named like the whole argument exists,
// there is no weight.
StyleFile style_file(const std::string& argument) {
  const std::size_t colon = argument.rfind(':');
  std::error_code ignored;
  if (colon == std::string::npos || std::filesystem::exists(argument, ignored)) return {argument};
  const std::string_view weight = std::string_view(argument).substr(colon + 1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(weight.data(), weight.data() + weight.size(), value);
  if (error != std::errc() || end != weight.data() + weight.size()) return {argument};
  if (!(value > 0.0) || !std::isfinite(value)) {
    throw Error(ErrorCode::usage, "--style: \"" + argument + "\": a weight is a number above 0");
  }
  return {argument.substr(0, colon), value};
}

void add_look_options(CLI::App& app, PaintSettings& o) {
  CLI::Option* size =
      app.add_option("--size", o.size.text,
                     "Size to paint at: orig, N (shorter side, as in Magenta), N% or WxH; with < "
                     "in front only if that is smaller (default: orig)")
          ->type_name("SIZE")
          ->group(kLook);
  o.style_size.add_to(app, kLook);
  app.add_option("--preset", o.preset,
                 "tfhub: as the TensorFlow Hub demo apps do it: both pictures squeezed to 256x256 "
                 "by tf.image.resize, bytes truncated, alpha ignored")
      ->check(CLI::IsMember({"tfhub"}))
      ->type_name("NAME")
      ->excludes(size)
      ->excludes("--style-size")
      ->excludes("--resize")
      ->group(kLook);
  app.add_option(
         "--strength", o.strength,
         "0 is the content's own style, 1 the painting's, up to 2 goes beyond and falls apart "
         "(default: 1)")
      ->check(CLI::Range(0.0, 2.0))
      ->type_name("W")
      ->group(kLook);
  o.look.add_to(app, kLook);
  app.add_flag("--mix", o.mix, "One picture of all styles mixed; -s FILE:2 counts twice")
      ->group(kLook);
  app.add_option("--background", o.background,
                 "What lies under transparent pixels: #rgb, #rrggbb or a name of CSS (default: "
                 "white); a PNG keeps its alpha")
      ->type_name("COLOUR")
      ->group(kLook);
  app.add_flag("--force", o.force, "Paint with a style vector of another model family, too")
      ->group(kLook);
}

void add_many_options(CLI::App& app, PaintSettings& o) {
  app.add_flag("-r,--recursive", o.recursive, "Of folders also all that is below them")
      ->group(kMany);
  app.add_option("--files-from", o.files_from,
                 "Read names of contents from this file, one a line; - is standard input")
      ->type_name("FILE")
      ->group(kMany);
  app.add_flag("-0,--null", o.nul_separated, "Names in --files-from end with NUL (find -print0)")
      ->needs("--files-from")
      ->group(kMany);
  app.add_option("--name", o.name,
                 "Files' names in the folder, without extension (default: {content}-{style}); what "
                 "would be written twice gets a number")
      ->type_name("PATTERN")
      ->group(kMany);
  app.add_flag("--skip-existing", o.skip_existing, "Leave out what has been painted already")
      ->group(kMany);
  app.add_flag("--dry-run", o.dry_run, "Print what would be painted, its size and memory")
      ->group(kMany);
  app.add_flag("--json", o.json, "Print one line of JSON for every picture")->group(kMany);
  app.add_option("--report", o.report, "Write what was painted and what failed, as JSON")
      ->type_name("FILE")
      ->group(kMany);
}

// Reads the file of --config, and fails if the file cannot be read to its end. CLI11 alone would
// ignore the read error and the options that it has not read.
class ConfigReader : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> found = CLI::ConfigTOML::from_config(input);
    if (input.bad()) throw CLI::FileError("--config: the file cannot be read");
    return found;
  }
};

// Warns of options that have no effect on a saved style.
void warn_of_unused(const PaintSettings& o, const std::string& name) {
  const auto warn = [&](const char* has_no, const char* option) {
    program::print_line("warning: " + name + ": a saved style has no " + has_no + ": " + option +
                        " does nothing");
  };
  if (o.style_size.style_size) warn("size", "--style-size");
  if (o.look.match_colour) warn("colours", "--match-color");
}

DecodedStyle read_style(const PaintSettings& o, const StyleFile& style) {
  const std::string name = input_name(style.path);
  DecodedStyle decoded =
      is_style_name(style.path)
          ? DecodedStyle(named_style(style.path))
          : decode_style(read_bytes(style.path), name, [&](Bytes bytes, const std::string& file) {
              return decode_painting(bytes, file, o.reading(), o.style_size);
            });
  if (std::holds_alternative<StyleVector>(decoded)) warn_of_unused(o, name);
  return decoded;
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return path == "-" || std::filesystem::exists(path, ignored);
}

// Throws Error{input} for two common mistakes in names of missing files: a pattern that the shell
// did not expand, and the name of a built-in style without its "@".
void check_names(const PaintSettings& o) {
  for (const std::string& content : o.contents) {
    if (content.find_first_of("*?") == std::string::npos || exists(content)) continue;
    throw Error(ErrorCode::input, content +
                                      ": no such file; without quotes the shell puts the names in "
                                      "its place, or give the folder");
  }
  const std::vector<NamedStyle> own = named_styles();
  for (const StyleFile& style : o.styles) {
    const bool is_own = std::any_of(
        own.begin(), own.end(), [&](const NamedStyle& named) { return named.name == style.path; });
    if (!is_own || exists(style.path)) continue;
    throw Error(ErrorCode::input,
                style.path + ": no such file; nst-run's own style is -s @" + style.path);
  }
}

void check(const PaintSettings& o) {
  if (!(o.strength >= 0.0)) throw Error(ErrorCode::usage, "--strength: not a number; see --help");
  (void)o.size.rule({1, 1});
  o.look.check();
  (void)naming("--background", [&] { return parse_colour(o.background); });
  for (const StyleFile& style : o.styles) {
    if (is_style_name(style.path)) (void)named_style(style.path);
    if (style.weight == 1.0 || o.mix) continue;
    throw Error(ErrorCode::usage, "--style: the weight of " + style.path + " needs --mix");
  }
  if (is_style_name(o.look.mask_style)) (void)named_style(o.look.mask_style);
  if (o.contents.empty() && o.files_from.empty()) {
    throw Error(ErrorCode::usage, "CONTENT is required; see nst-run --help");
  }
  check_names(o);
  std::vector<std::string> inputs = o.contents;
  for (const StyleFile& style : o.styles) inputs.push_back(style.path);
  inputs.push_back(o.engine.model);
  inputs.push_back(o.files_from);
  inputs.push_back(o.look.mask);
  inputs.push_back(o.look.mask_style);
  check_one_standard_input(inputs);
}

// Returns a part of a style. The part refers to the picture in `decoded`, which must outlive it.
Style::Part part_of(const PaintSettings& o, const StyleFile& file, const DecodedStyle& decoded) {
  Style::Part part;
  if (const auto* picture = std::get_if<Image>(&decoded)) {
    part.source = picture->view();
    if (!o.tfhub()) part.encoding = o.style_size.for_picture(*picture);
  } else {
    part.source = std::get<StyleVector>(decoded);
  }
  part.weight = file.weight;
  part.name = input_name(file.path);
  return part;
}
Style::Part part_of(const PaintSettings&, const StyleFile&, DecodedStyle&&) = delete;

}  // namespace

ReadOptions PaintSettings::reading() const {
  return {.max_memory_bytes = engine.run_options().max_memory_bytes,
          .as_tensorflow = tfhub(),
          .damaged = picture.damaged};
}

bool PaintSettings::is_one_picture() const {
  std::error_code ignored;
  const bool one = contents.size() == 1 && files_from.empty() && (styles.size() == 1 || mix) &&
                   !std::filesystem::is_directory(contents.front(), ignored);
  return one && !is_folder(output.path) && !dry_run && !json && report.empty() && !skip_existing;
}

void add_paint_options(CLI::App& app, PaintSettings& o) {
  app.add_option("CONTENT", o.contents, "Pictures to paint, or folders; - is standard input")
      ->type_name("");
  app.add_option(
         "-s,--style", o.style_arguments,
         "The painting: a picture, a saved style (.npy), or one of nst-run's own (@oil); - is "
         "standard input. Several -s paint every content in each")
      ->required()
      ->allow_extra_args(false)
      ->type_name("STYLE");
  app.add_option("-o,--output", o.output.path,
                 "Where to write: .png, .jpg, .tif, .webp, .ppm or .npy; a folder (DIR/); - is "
                 "standard output")
      ->required()
      ->type_name("OUT");
  app.add_option("--format", o.output.format,
                 "What to write, whatever the name's end: png, jpg, tif, webp, ppm or npy")
      ->check(
          CLI::IsMember(std::vector<std::string>(std::begin(kFormatNames), std::end(kFormatNames))))
      ->type_name("KIND");
  o.engine.add_to(app);
  o.picture.add_to(app);
  add_look_options(app, o);
  add_many_options(app, o);
  app.set_config("--config", "",
                 "Read options from this file, one a line as NAME = VALUE (INI or TOML), with the "
                 "long names of this list: strength = 0.7. The command line comes first")
      ->type_name("FILE");
  app.config_formatter(std::make_shared<ConfigReader>());
  app.allow_config_extras(false);  // unknown names in the --config file are errors
}

void take_styles(PaintSettings& o) {
  for (const std::string& style : o.style_arguments) o.styles.push_back(style_file(style));
  check(o);
}

LookPictures read_look(const PaintSettings& o) {
  LookPictures look;
  if (!o.look.mask.empty()) {
    look.mask = decode_picture(read_bytes(o.look.mask), input_name(o.look.mask), o.reading()).image;
  }
  if (!o.look.mask_style.empty()) look.mask_style = read_style(o, StyleFile{o.look.mask_style});
  return look;
}

PaintOptions paint_options(const PaintSettings& o, const LookPictures& look, OutputFormat format,
                           const Image& content, const std::string& name) {
  PaintOptions options;
  if (o.tfhub()) {
    options = tfhub_preset();
  } else {
    options.size.exact = naming("--size", [&] {
      return apply(o.size.rule({content.width, content.height}), {content.width, content.height});
    });
    options.resize = o.style_size.method();
    options.own_style = o.style_size.for_picture(content);
    const bool has_alpha =
        format == OutputFormat::png || format == OutputFormat::tiff || format == OutputFormat::webp;
    options.alpha = has_alpha ? AlphaOutput::keep : AlphaOutput::compose;
  }
  options.strength = static_cast<float>(o.strength);
  options.background = naming("--background", [&] { return parse_colour(o.background); });
  options.raw = format == OutputFormat::npy;
  if (!options.raw) o.picture.check(format);
  if (o.picture.depth == 16) options.type = SampleType::f32;
  options.any_style_space = o.force;
  options.content_name = name;
  apply_look(o.look, look, o.tfhub(), options);
  if (!o.look.mask_style.empty()) {
    options.mask_style = part_of(o, StyleFile{o.look.mask_style}, look.mask_style);
  }
  return options;
}

std::vector<DecodedStyle> read_style(const PaintSettings& o, const std::vector<StyleFile>& files) {
  std::vector<DecodedStyle> styles;
  for (const StyleFile& file : files) styles.push_back(read_style(o, file));
  return styles;
}

Style style_of(const PaintSettings& o, const std::vector<StyleFile>& files,
               const std::vector<DecodedStyle>& decoded) {
  std::vector<Style::Part> parts;
  for (std::size_t i = 0; i < files.size(); ++i) parts.push_back(part_of(o, files[i], decoded[i]));
  return Style(std::move(parts));
}

}  // namespace nst::run
