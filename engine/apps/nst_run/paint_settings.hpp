// The options of painting, and what they mean for one content and one style.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "options.hpp"
#include "streams.hpp"
#include "style.hpp"

namespace nst::run {

// A style of the command line: a file, and its share in a mixture.
struct StyleFile {
  std::string path;
  double weight = 1.0;
};

struct PaintSettings {
  std::vector<std::string> contents;
  std::vector<StyleFile> styles;
  Output output;
  EngineOptions engine;
  StyleSizeOptions style_size;
  SizeOption size;
  std::string preset;
  double strength = 1.0;
  int quality = 95;
  std::string background = "white";
  bool force = false;
  bool mix = false;

  // Many pictures.
  bool recursive = false;
  std::string files_from;
  bool nul_separated = false;
  std::string name = "{content}-{style}";
  bool skip_existing = false;
  bool dry_run = false;
  bool json = false;
  std::string report;

  bool tfhub() const { return preset == "tfhub"; }
  // Returns how pictures are read.
  ReadOptions reading() const;
  // Returns true if one content in one style, or in one mixture, goes to one file.
  bool is_one_picture() const;
};

// Parses the command line. Returns false if help or the version was requested, and printed. Throws
// Error{usage}.
bool parse(PaintSettings& settings, int argc, char** argv);

// Returns how a content is painted for a file of this format. `name` is the content's in messages.
PaintOptions paint_options(const PaintSettings& settings, OutputFormat format, const Image& content,
                           const std::string& name);

// Reads and decodes a style. Warnings are printed.
DecodedStyle read_style(const PaintSettings& settings, const StyleFile& style);

// Returns the part of a style that `decoded` is; `decoded` must outlive it.
Style::Part style_part(const PaintSettings& settings, const StyleFile& style,
                       const DecodedStyle& decoded);

}  // namespace nst::run
