// LookOptions: options for what is done before and after the network runs, such as brush, fade,
// colours and mask.
#pragma once

#include <string>

#include "options.hpp"
#include "style.hpp"

namespace nst::run {

struct LookOptions {
  std::string brush;  // value of --brush; "": not given
  double fade = 1.0;
  std::string keep_colour;  // value of --keep-color, "matched" or "luma"; "": not given
  bool match_colour = false;
  std::string mask;        // path of the mask picture; "": none
  std::string mask_style;  // argument of --mask-style; "": none

  // Adds the options to a command, under the heading `group` in --help.
  void add_to(CLI::App& app, const char* group);
  // Throws Error{usage} if no picture can be painted with the value of --brush or --fade.
  void check() const;
};

// The decoded values of --mask and --mask-style: a picture and a style.
struct LookPictures {
  Image mask;
  DecodedStyle mask_style;
};

// Sets the members of `options` that `look` describes. They refer to `pictures`, which must outlive
// `options`. `is_plain` is true for --preset tfhub: the brush is then off unless --brush is given.
void apply_look(const LookOptions& look, const LookPictures& pictures, bool is_plain,
                PaintOptions& options);

}  // namespace nst::run
