// The settings of the paint command, and the functions that make options and styles from them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "look_options.hpp"
#include "options.hpp"
#include "picture_options.hpp"
#include "streams.hpp"
#include "style.hpp"

namespace nst::run {

// A style given on the command line: a file and its weight, which is its share in a mixture of
// styles. The weight of a single style has no effect.
struct StyleFile {
  std::string path;
  double weight = 1.0;
};

struct PaintSettings {
  std::vector<std::string> contents;
  std::vector<std::string> style_arguments;  // arguments of -s as given: "oil.jpg:2"
  std::vector<StyleFile> styles;             // parsed style_arguments; set by take_styles
  Output output;
  EngineOptions engine;
  StyleSizeOptions style_size;
  SizeOption size;
  std::string preset;
  double strength = 1.0;
  LookOptions look;
  PictureOptions picture;
  std::string background = "white";
  bool force = false;
  bool mix = false;

  // The following options are for runs that paint many pictures.
  bool recursive = false;
  std::string files_from;
  bool nul_separated = false;
  std::string name = "{content}-{style}";
  bool skip_existing = false;
  bool dry_run = false;
  bool json = false;
  std::string report;

  bool tfhub() const { return preset == "tfhub"; }
  // Returns the options for reading picture files.
  ReadOptions reading() const;
  // Returns true if the run paints a single picture: one content, one style or mixture, one output
  // file.
  bool is_one_picture() const;
};

// Adds the paint command's options to a command.
void add_paint_options(CLI::App& app, PaintSettings& settings);
// Sets `styles` from `style_arguments`, and checks the parsed options. Throws Error{usage}.
void take_styles(PaintSettings& settings);

// Reads the mask and the style outside it, which --mask and --mask-style name. Prints the warnings
// about them.
LookPictures read_look(const PaintSettings& settings);

// Returns the options for painting `content` into a file of this format. They refer to `look`,
// which must outlive them. Messages call the content `name`.
PaintOptions paint_options(const PaintSettings& settings, const LookPictures& look,
                           OutputFormat format, const Image& content, const std::string& name);

// Reads and decodes the files of a style: one, or those of a mixture. Prints their warnings.
std::vector<DecodedStyle> read_style(const PaintSettings& settings,
                                     const std::vector<StyleFile>& files);

// Returns the style that the decoded files make, with their weights. The style refers to `decoded`,
// which must outlive it.
Style style_of(const PaintSettings& settings, const std::vector<StyleFile>& files,
               const std::vector<DecodedStyle>& decoded);
Style style_of(const PaintSettings& settings, const std::vector<StyleFile>& files,
               std::vector<DecodedStyle>&& decoded) = delete;

}  // namespace nst::run
