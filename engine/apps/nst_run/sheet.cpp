// The commands `nst-run sheet` and `nst-run styles`: contact sheets to choose a style from.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "contact_sheet.hpp"
#include "options.hpp"
#include "paint_settings.hpp"
#include "sample_content.hpp"
#include "streams.hpp"
#include "terminal.hpp"
#include "work_list.hpp"

namespace nst::run {
namespace {

// The shorter side of the pictures of a sheet, if --size is not given.
constexpr const char* kPreviewSize = "256";
constexpr int kStylesInRow = 5;

// The options with which a contact sheet is made.
struct Sheet {
  // The settings that a sheet shares with painting. Members for which `nst-run sheet` has no option
  // keep their defaults.
  PaintSettings paint;
  std::vector<double> strengths{1.0};
};

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

void add_options(CLI::App& app, Sheet& sheet) {
  PaintSettings& o = sheet.paint;
  o.size = {std::string(kPreviewSize)};
  app.add_option("--strength", sheet.strengths,
                 "Strengths 0 to 2 to compare, separated by commas (default: 1)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::Range(0.0, 2.0))
      ->type_name("W,...");
  app.add_option("--size", o.size.text,
                 "Size of the pictures, as when painting (default: 256, the shorter side)")
      ->type_name("SIZE");
  app.add_option("--format", o.output.format,
                 "What to write, whatever the name's end: png, jpg or ppm")
      ->check(CLI::IsMember({"png", "jpg", "jpeg", "ppm"}))
      ->type_name("KIND");
  app.add_option("--quality", o.picture.quality, "JPEG quality 1..100 (default: 95)")
      ->check(CLI::Range(1, 100))
      ->type_name("Q");
  o.engine.add_to(app);
  o.style_size.add_to(app);
}

// A content picture that is painted for the contact sheet.
struct Content {
  std::string name;  // name that the picture's label shows
  std::string path;  // path of its file; "": the sample landscape in nst-run
};

// Returns the longest side that --size fixes. Returns 0 if the result's size depends on the
// content's size.
int fixed_side(const SizeOption& size) {
  const SizeRule rule = size.rule({1 << 14, 1 << 13});
  const SizeRule of_another = size.rule({1 << 15, 1 << 14});
  if (rule.exact != of_another.exact) return 0;
  return std::max({rule.shorter_side, rule.exact.width, rule.exact.height});
}

// Returns the options for decoding a content at a reduced size. Returns nullopt if the result's
// size depends on the content's size, or if the results are very large.
std::optional<ReadOptions> reduced_reading(const PaintSettings& o) {
  // For larger results, no reduced size is tried: hardly any content is so large that it could be
  // reduced.
  constexpr int kLongest = 4096;
  const int side = fixed_side(o.size);
  if (side == 0 || side > kLongest) return std::nullopt;
  ReadOptions options = o.reading();
  // The decoder halves a picture until it fits in the memory limit. But least_side keeps its
  // shorter side at 2 * side or more, so a shorter side below 4 * side cannot be halved. The limit
  // admits such pictures up to a shape of 1:2: 4 * side by 8 * side RGB pixels. The factor 2 is for
  // a copy of the picture, which is needed to turn it upright.
  const std::size_t memory =
      std::size_t{2 * 3 * 4 * 8} * static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  std::size_t& limit = options.max_memory_bytes;
  limit = limit == 0 ? memory : std::min(limit, memory);
  options.least_side = 2 * side;
  return options;
}

// Decodes a content of the sheet. A JPEG or WebP that is far larger than the sheet's pictures is
// decoded at 1/2, 1/4 or 1/8 of its size.
Image decode_content(const PaintSettings& o, Bytes bytes, const std::string& name) {
  if (const std::optional<ReadOptions> reduced = reduced_reading(o)) {
    try {
      LoadedImage loaded = decode_image(bytes, name, *reduced);
      // The low memory limit may cause a warning, for example if a colour profile does not fit.
      // Such a picture may have wrong colours, so the content is decoded again without this limit.
      if (loaded.warnings.empty()) return std::move(loaded.image);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::limit) throw;
    }
  }
  return decode_picture(bytes, name, o.reading()).image;
}

Image read_content(const PaintSettings& o, const Content& content) {
  if (content.path.empty()) return decode_content(o, sample_content(), content.name);
  return decode_content(o, read_bytes(content.path), input_name(content.path));
}

// Paints the content pictures of a contact sheet, one after the other.
class SheetPainter {
 public:
  explicit SheetPainter(const Sheet& sheet)
      : sheet_(sheet),
        painter_(open_model(sheet.paint.engine.model)),
        bar_(sheet.paint.engine.quiet) {
    for (const StyleFile& file : sheet.paint.styles) {
      const std::vector<DecodedStyle> decoded = read_style(sheet.paint, {file});
      styles_.push_back(painter_.encode(style_of(sheet.paint, {file}, decoded), run()));
    }
  }

  // Returns a cell for each content, strength and style, in this order.
  std::vector<SheetCell> paint(const std::vector<Content>& contents);

 private:
  RunOptions run() const { return sheet_.paint.engine.run_options(); }
  std::optional<StyleVector> set_content(const Content& content);

  const Sheet& sheet_;
  Painter painter_;
  ProgressBar bar_;
  std::vector<StyleVector> styles_;
};

// Sets the content that the painter paints. Returns the content's own style if a strength other
// than 1 needs it.
std::optional<StyleVector> SheetPainter::set_content(const Content& content) {
  const PaintSettings& o = sheet_.paint;
  const Image picture = read_content(o, content);
  const PaintOptions options = paint_options(o, {}, OutputFormat::ppm, picture, content.name);
  painter_.set_options(options);
  std::optional<StyleVector> own;
  const bool mixes = std::any_of(sheet_.strengths.begin(), sheet_.strengths.end(),
                                 [](double strength) { return strength != 1.0; });
  if (mixes) {
    own = painter_.encode(Style::Part{picture.view(), 1.0, options.own_style, content.name}, run());
  }
  painter_.set_content(picture.view(), run());
  return own;
}

std::vector<SheetCell> SheetPainter::paint(const std::vector<Content>& contents) {
  const auto count =
      static_cast<double>(contents.size() * sheet_.strengths.size() * styles_.size());
  std::vector<SheetCell> cells;
  RunOptions painting = run();
  if (const Progress whole = bar_.callback()) {
    painting.progress = [&cells, whole, count](double fraction) {
      return whole((static_cast<double>(cells.size()) + fraction) / count);
    };
  }
  for (const Content& content : contents) {
    const std::optional<StyleVector> own = set_content(content);
    for (const double strength : sheet_.strengths) {
      for (std::size_t i = 0; i < styles_.size(); ++i) {
        std::string label = short_name(sheet_.paint.styles[i].path);
        if (contents.size() > 1) label = content.name + ", " + label;
        if (sheet_.strengths.size() > 1) label.append(1, ' ').append(short_number(strength));
        const bool is_whole = strength == 1.0;
        const StyleVector style =
            is_whole ? styles_[i]
                     : StyleVector::blend(*own, styles_[i], static_cast<float>(strength));
        cells.push_back({painter_.paint(style, painting), label});
      }
    }
  }
  return cells;
}

void write_sheet(const PaintSettings& o, const std::vector<SheetCell>& cells, int columns) {
  o.output.write(contact_sheet(cells, columns).view(), o.picture.writing({}, o.engine.threads));
}

void check_output(const PaintSettings& o) {
  if (o.output.picture_format() == OutputFormat::npy) {
    throw Error(ErrorCode::usage, o.output.path + ": a sheet is written as .png, .jpg or .ppm");
  }
  (void)o.size.rule({1, 1});
  o.output.check();
}

void list_styles() {
  for (const NamedStyle& style : named_styles()) {
    char name[32];
    std::snprintf(name, sizeof name, "@%-13s", style.name.c_str());
    std::cout << name << style.description << '\n';
  }
}

class SheetCommand final : public Command {
 public:
  SheetCommand();
  int run() override;

 private:
  Sheet sheet_;
};

SheetCommand::SheetCommand()
    : Command(
          "nst-run sheet paints small pictures of every content in every style and strength, and "
          "writes them with labels into one picture to choose from.\n\n"
          "Examples:\n"
          "  nst-run sheet photo.jpg -s @oil -s @ink -s mine.jpg -o sheet.png\n"
          "  nst-run sheet *.jpg -s @oil --strength 0.5,1,1.5 -o sheet.png\n",
          "nst-run sheet") {
  PaintSettings& o = sheet_.paint;
  app.add_option("CONTENT", o.contents, "Pictures to paint, or folders; - is standard input")
      ->required()
      ->type_name("");
  app.add_option("-s,--style", o.style_arguments,
                 "A painting, a saved style (.npy) or one of nst-run's own (@oil)")
      ->required()
      ->allow_extra_args(false)
      ->type_name("STYLE");
  app.add_option("-o,--output", o.output.path, "Where to write: .png, .jpg or .ppm")
      ->required()
      ->type_name("OUT");
  add_options(app, sheet_);
}

int SheetCommand::run() {
  PaintSettings& o = sheet_.paint;
  for (const std::string& style : o.style_arguments) {
    if (is_style_name(style)) (void)named_style(style);
    o.styles.push_back({style});
  }
  check_output(o);
  std::vector<std::string> inputs = o.contents;
  inputs.insert(inputs.end(), o.style_arguments.begin(), o.style_arguments.end());
  inputs.push_back(o.engine.model);
  check_one_standard_input(inputs);
  std::vector<Content> contents;
  for (const ContentFile& file : find_contents(o.contents, false, "")) {
    contents.push_back({short_name(file.path), file.path});
  }
  write_sheet(o, SheetPainter(sheet_).paint(contents), static_cast<int>(o.styles.size()));
  return 0;
}

class StylesCommand final : public Command {
 public:
  StylesCommand();
  int run() override;

 private:
  Sheet sheet_;
};

StylesCommand::StylesCommand()
    : Command(
          "nst-run styles lists nst-run's own styles, for -s @NAME with the built-in model; with "
          "-o it paints a picture in each of them as a sheet.\n\n"
          "Examples:\n"
          "  nst-run styles\n"
          "  nst-run styles -o sheet.png\n"
          "  nst-run styles photo.jpg -o sheet.png\n",
          "nst-run styles") {
  PaintSettings& o = sheet_.paint;
  app.add_option("CONTENT", o.contents, "The picture to paint (default: a sample landscape)")
      ->expected(0, 1)
      ->type_name("");
  app.add_option("-o,--output", o.output.path, "Where to write the sheet: .png, .jpg or .ppm")
      ->type_name("OUT");
  add_options(app, sheet_);
}

int StylesCommand::run() {
  PaintSettings& o = sheet_.paint;
  if (o.output.path.empty()) {
    list_styles();
    return 0;
  }
  for (const NamedStyle& style : named_styles()) {
    o.styles.push_back({std::string(1, '@') + style.name});
  }
  check_output(o);
  const Content content = o.contents.empty()
                              ? Content{"sample", ""}
                              : Content{short_name(o.contents.front()), o.contents.front()};
  write_sheet(o, SheetPainter(sheet_).paint({content}), kStylesInRow);
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_sheet_command() { return std::make_unique<SheetCommand>(); }
std::unique_ptr<Command> make_styles_command() { return std::make_unique<StylesCommand>(); }

}  // namespace nst::run
