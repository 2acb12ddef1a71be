// The commands `nst-run sheet` and `nst-run styles`: contact sheets to choose a style from.
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
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

// The settings of a sheet.
struct Sheet {
  PaintSettings paint;  // those options that a sheet has; the others keep their defaults
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
  std::string name;
  Image picture;
};

// Paints every content in every style and strength: a row for each content and strength, a column
// for each style.
std::vector<SheetCell> painted_cells(const Sheet& sheet, Painter& painter,
                                     const std::vector<Content>& contents) {
  const PaintSettings& o = sheet.paint;
  ProgressBar bar(o.engine.quiet);
  const Progress whole = bar.callback();
  const std::size_t count = contents.size() * sheet.strengths.size() * o.styles.size();
  std::size_t done = 0;
  RunOptions run = o.engine.run_options();
  if (whole) {
    run.progress = [&](double fraction) {
      return whole((static_cast<double>(done) + fraction) / static_cast<double>(count));
    };
  }
  std::vector<StyleVector> styles;
  for (const StyleFile& file : o.styles) {
    const std::vector<DecodedStyle> decoded = read_style(o, {file});
    styles.push_back(painter.encode(style_of(o, {file}, decoded), o.engine.run_options()));
  }
  std::vector<SheetCell> cells;
  for (const Content& content : contents) {
    for (const double strength : sheet.strengths) {
      PaintOptions options = paint_options(o, {}, OutputFormat::ppm, content.picture, content.name);
      options.strength = static_cast<float>(strength);
      painter.set_options(options);
      painter.set_content(content.picture.view(), o.engine.run_options());
      for (std::size_t i = 0; i < styles.size(); ++i, ++done) {
        std::string label = short_name(o.styles[i].path);
        if (contents.size() > 1) label = content.name + ", " + label;
        if (sheet.strengths.size() > 1) label.append(1, ' ').append(short_number(strength));
        cells.push_back({painter.paint(styles[i], run), label});
      }
    }
  }
  return cells;
}

void write_sheet(const PaintSettings& o, const std::vector<SheetCell>& cells, int columns) {
  const Image picture = contact_sheet(cells, columns);
  write_bytes(o.output.path, naming(o.output.path, [&] {
                return encode_image(picture.view(), o.output.picture_format(),
                                    o.picture.writing({}, o.engine.threads));
              }));
}

void check_output(const PaintSettings& o) {
  if (o.output.picture_format() == OutputFormat::npy) {
    throw Error(ErrorCode::usage, o.output.path + ": a sheet is written as .png, .jpg or .ppm");
  }
  (void)o.size.rule({1, 1});
  o.output.check();
}

Content read_content(const PaintSettings& o, const std::string& path) {
  return {short_name(path), decode_picture(read_bytes(path), input_name(path), o.reading()).image};
}

void list_styles() {
  for (const NamedStyle& style : named_styles()) {
    char name[32];
    std::snprintf(name, sizeof name, "@%-13s", style.name.c_str());
    std::cout << name << style.description << '\n';
  }
}

}  // namespace

int sheet_command(int argc, char** argv) {
  Sheet sheet;
  PaintSettings& o = sheet.paint;
  std::vector<std::string> styles;
  CLI::App app(
      "nst-run sheet paints small pictures of every content in every style and strength, and "
      "writes them with labels into one picture to choose from.\n\n"
      "Examples:\n"
      "  nst-run sheet photo.jpg -s @oil -s @ink -s mine.jpg -o sheet.png\n"
      "  nst-run sheet *.jpg -s @oil --strength 0.5,1,1.5 -o sheet.png\n",
      "nst-run sheet");
  app.add_option("CONTENT", o.contents, "Pictures to paint, or folders; - is standard input")
      ->required()
      ->type_name("");
  app.add_option("-s,--style", styles,
                 "A painting, a saved style (.npy) or one of nst-run's own (@oil)")
      ->required()
      ->allow_extra_args(false)
      ->type_name("STYLE");
  app.add_option("-o,--output", o.output.path, "Where to write: .png, .jpg or .ppm")
      ->required()
      ->type_name("OUT");
  add_options(app, sheet);
  if (!parse(app, argc, argv)) return 0;
  for (const std::string& style : styles) {
    if (is_style_name(style)) (void)named_style(style);
    o.styles.push_back({style});
  }
  check_output(o);
  std::vector<std::string> inputs = o.contents;
  inputs.insert(inputs.end(), styles.begin(), styles.end());
  inputs.push_back(o.engine.model);
  check_one_standard_input(inputs);
  std::vector<Content> contents;
  for (const ContentFile& file : find_contents(o.contents, false, "")) {
    contents.push_back(read_content(o, file.path));
  }
  Painter painter(open_model(o.engine.model));
  write_sheet(o, painted_cells(sheet, painter, contents), static_cast<int>(o.styles.size()));
  return 0;
}

int styles_command(int argc, char** argv) {
  Sheet sheet;
  PaintSettings& o = sheet.paint;
  CLI::App app(
      "nst-run styles lists nst-run's own styles, for -s @NAME with the built-in model; with -o it "
      "paints a picture in each of them as a sheet.\n\n"
      "Examples:\n"
      "  nst-run styles\n"
      "  nst-run styles -o sheet.png\n"
      "  nst-run styles photo.jpg -o sheet.png\n",
      "nst-run styles");
  app.add_option("CONTENT", o.contents, "The picture to paint (default: a sample landscape)")
      ->expected(0, 1)
      ->type_name("");
  CLI::Option* output =
      app.add_option("-o,--output", o.output.path, "Where to write the sheet: .png, .jpg or .ppm")
          ->type_name("OUT");
  add_options(app, sheet);
  if (!parse(app, argc, argv)) return 0;
  if (output->count() == 0) {
    list_styles();
    return 0;
  }
  for (const NamedStyle& style : named_styles())
    o.styles.push_back({std::string(1, '@') + style.name});
  check_output(o);
  const std::vector<Content> contents{
      o.contents.empty() ? Content{"sample", decode_picture(sample_content(), "sample", {}).image}
                         : read_content(o, o.contents.front())};
  Painter painter(open_model(o.engine.model));
  write_sheet(o, painted_cells(sheet, painter, contents), kStylesInRow);
  return 0;
}

}  // namespace nst::run
