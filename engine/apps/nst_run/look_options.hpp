// The options of what is done beside the network: brush, fade, colours and mask.
#pragma once

#include <string>

#include "options.hpp"
#include "style.hpp"

namespace nst::run {

struct LookOptions {
  std::string brush;  // value of --brush; "": not given
  double fade = 1.0;
  std::string keep_colour;  // "": off; "matched"; "luma"
  bool match_colour = false;
  std::string mask;        // path of the mask; "": none
  std::string mask_style;  // argument of --mask-style; "": none

  // Adds the options to a command. `group` is their heading in --help.
  void add_to(CLI::App& app, const char* group);
  // Throws Error{usage} for values that no picture can be painted with.
  void check() const;
};

// The pictures that the options name, decoded.
struct LookPictures {
  Image mask;
  DecodedStyle mask_style;
};

// Sets the options of painting. They refer to `pictures`, which must outlive them. `is_plain`: the
// network's own picture is asked for (a preset), so that --brush is off if it is not given.
void apply_look(const LookOptions& look, const LookPictures& pictures, bool is_plain,
                PaintOptions& options);

}  // namespace nst::run
