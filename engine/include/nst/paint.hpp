// Painting: a content picture and a style in, the finished picture out.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "nst/export.h"
#include "nst/image.hpp"
#include "nst/model.hpp"
#include "nst/style.hpp"

namespace nst {

// What a content is painted in: a painting, a saved style, or a mixture of several. Pictures are
// borrowed: they must live until the call that is given the style returns.
struct Style {
  struct Part {
    std::variant<StyleVector, ImageView> source;
    double weight = 1.0;  // relative to the other parts' (StyleVector::blend)
    // How a picture is encoded; without it, as PaintOptions::style says.
    std::optional<StyleOptions> encoding = {};
    std::string name = {};  // stands before errors about the part, a file's name for instance
  };
  std::vector<Part> parts;

  Style(StyleVector vector) : parts{{std::move(vector)}} {}   // NOLINT: meant to convert
  Style(const ImageView& painting) : parts{{painting}} {}     // NOLINT
  Style(const Image& painting) : parts{{painting.view()}} {}  // NOLINT
  Style(Part part) : parts{std::move(part)} {}                // NOLINT
  explicit Style(std::vector<Part> mixture) : parts(std::move(mixture)) {}
};

// What becomes of a content's alpha.
enum class AlphaOutput : std::uint8_t {
  keep,     // the picture has it, at its own size: RGBA
  compose,  // the painting is composed on the background by it: RGB
  drop      // the painting is opaque: RGB
};

// How a content is painted. The defaults are nst-run's.
struct PaintOptions {
  // Size that the content is painted at, and how it is resized to it.
  SizeRule size = {};
  Resize resize = Resize::smooth;
  // How pictures are encoded as styles.
  StyleOptions style = {};
  // How the content is encoded as a style where strength is below 1; without it, as `style` says.
  std::optional<StyleOptions> own_style = {};
  // From 0, the content's own style, to 1, the style's.
  float strength = 1.0f;
  // What lies under a content's transparent pixels. A painting's lie on white.
  Colour background = kWhite;
  AlphaOutput alpha = AlphaOutput::keep;
  Quantise quantise = Quantise::nearest;
  // true: f32 RGB of the network's own size (Model::stylize) instead of u8 of the content's:
  // neither cropped nor quantised, and without alpha.
  bool raw = false;
  // true: a style vector of another model family is painted with, too.
  bool any_style_space = false;
  // Stands before errors about the content, its file's name for instance.
  std::string content_name = {};
};

// Options that paint as the TensorFlow Hub demo apps do: both pictures squeezed to 256×256 by
// tf.image.resize, bytes truncated, alpha ignored (polaris404/neural-style-transfer).
NST_API PaintOptions tfhub_preset();

// Paints `content` (any format; ≥ 5×5 at the size it is painted at) in a style. Returns u8 RGB, or
// RGBA where the content has alpha that is kept, of the size that options.size gives it.
// run.progress is told the share of all the work, the encoding of styles included.
//
// Throws Error{input} for samples or sides that cannot be painted and for a style vector of another
// size, Error{model} for one of another space or a model without the predictor that a painting
// needs, Error{usage} for options that make no sense, Error{limit}, Error{cancelled}.
NST_API Image paint(const Model& model, const ImageView& content, const Style& style,
                    const PaintOptions& options = {}, const RunOptions& run = {});
// The same for a content that is not needed any more: its memory is given back before the networks
// run.
NST_API Image paint(const Model& model, Image&& content, const Style& style,
                    const PaintOptions& options = {}, const RunOptions& run = {});

// Paints many pictures: one content in many styles, one style over many contents, frame after
// frame. What a content costs before its style is known is done once a content, and memory is kept
// for the next picture of the same size. Use it from one thread at a time. Keeps the model alive.
class NST_API Painter {
 public:
  explicit Painter(Model model, PaintOptions options = {});
  ~Painter();
  Painter(Painter&&) noexcept;
  Painter& operator=(Painter&&) noexcept;

  const Model& model() const;
  const PaintOptions& options() const;
  // Changes the options; the content must be set again. Throws as paint does.
  void set_options(PaintOptions options);

  // Returns a style as one vector, encoded and mixed as `paint` would: to paint with it many times.
  // Throws as paint does.
  StyleVector encode(const Style& style, const RunOptions& run = {});

  // Takes the content of the next pictures, which is not needed afterwards, and runs what does not
  // depend on the style. Throws as paint does; there is no content then.
  void set_content(const ImageView& content, const RunOptions& run = {});
  // Size and channels of the pictures of this content. Throws Error{usage} without a content.
  Size picture_size() const;
  int picture_channels() const;

  // Paints the content; as often as wanted. Throws as paint does, Error{usage} without a content.
  Image paint(const Style& style, const RunOptions& run = {});
  // The same into memory of the caller: u8 or f32, 3 or 4 channels, RGB or BGR, at most
  // picture_size (what is beyond on the right and below is left out). A fourth channel is the
  // content's alpha or opaque; options().raw does not count. What it holds after an Error is
  // undefined.
  void paint_into(const MutableImageView& picture, const Style& style, const RunOptions& run = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nst
