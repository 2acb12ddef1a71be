#include "look_options.hpp"

#include <charconv>
#include <system_error>

#include "streams.hpp"

namespace nst::run {
namespace {

// Returns the value of PaintOptions::brush for a value of --brush. Throws Error{usage} if `text` is
// not a valid value.
int brush_start(const std::string& text) {
  if (text == "auto") return kBrushAuto;
  if (text == "off") return kBrushOff;
  int start = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), start);
  constexpr int kLeast = 32;
  constexpr int kMost = 16384;
  if (error != std::errc() || end != text.data() + text.size() || start < kLeast || start > kMost) {
    throw Error(ErrorCode::usage, "--brush: \"" + text +
                                      "\" is no brush; write auto, off, or the shorter side of the "
                                      "smallest painting, 32 to 16384, such as 256");
  }
  return start;
}

}  // namespace

void LookOptions::add_to(CLI::App& app, const char* group) {
  app.add_option("--brush", brush,
                 "Strokes that grow with the picture: it is painted with the shorter side N first, "
                 "then larger and larger; off: once, as the network does (default: auto, which is "
                 "256 for shorter sides over 700)")
      ->type_name("auto|off|N")
      ->group(group);
  app.add_option("--fade", fade,
                 "Share of the painting, 0 to 1; the rest is the photo, plainly mixed (default: 1)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("W")
      ->group(group);
  app.add_flag("--keep-color{matched},--keep-colour{matched}", keep_colour,
               "The photo's colours, with the painting's luma at the photo's brightness and "
               "contrast; =luma: with the painting's luma as it is")
      ->check(CLI::IsMember({"matched", "luma"}))
      ->group(group);
  app.add_flag("--match-color,--match-colour", match_colour,
               "Recolour the style picture to the photo's colours before it is used")
      ->group(group);
  CLI::Option* masked = app.add_option("--mask", mask,
                                       "A picture: white is painted, black stays the photo, grey "
                                       "is between; resized to the picture")
                            ->type_name("FILE")
                            ->group(group);
  app.add_option("--mask-style", mask_style,
                 "The style where the mask is black, instead of the photo")
      ->type_name("STYLE")
      ->needs(masked)
      ->group(group);
}

void LookOptions::check() const {
  if (!brush.empty()) (void)brush_start(brush);
  if (!(fade >= 0.0)) throw Error(ErrorCode::usage, "--fade: not a number; see --help");
}

void apply_look(const LookOptions& look, const LookPictures& pictures, bool is_plain,
                PaintOptions& options) {
  if (!look.brush.empty()) {
    options.brush = brush_start(look.brush);
  } else if (is_plain) {
    options.brush = kBrushOff;
  }
  options.fade = static_cast<float>(look.fade);
  if (look.keep_colour == "matched") options.keep_colour = KeepColour::matched;
  if (look.keep_colour == "luma") options.keep_colour = KeepColour::luma;
  options.match_colour = look.match_colour;
  if (!look.mask.empty()) options.mask = pictures.mask.view();
}

}  // namespace nst::run
