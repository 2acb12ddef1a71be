// Painting: takes a content picture and a style, returns the finished picture.
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

// The style to paint a content in: a painting, a style vector, or a mixture of several. Pictures
// are not copied: they must stay valid until the function that takes the Style returns.
struct Style {
  // One style of a mixture, with its weight.
  struct Part {
    std::variant<StyleVector, ImageView> source;
    double weight = 1.0;  // weight relative to the other parts (StyleVector::blend)
    // Options for encoding `source` if it is a picture. If empty, PaintOptions::style is used.
    std::optional<StyleOptions> encoding = {};
    // Name of this part, for example of its file. Messages about this part begin with the name.
    std::string name = {};
  };
  std::vector<Part> parts;

  Style(StyleVector vector) : parts{{std::move(vector)}} {}   // NOLINT: implicit on purpose
  Style(const ImageView& painting) : parts{{painting}} {}     // NOLINT
  Style(const Image& painting) : parts{{painting.view()}} {}  // NOLINT
  Style(Part part) : parts{std::move(part)} {}                // NOLINT
  explicit Style(std::vector<Part> mixture) : parts(std::move(mixture)) {}
};

// What happens to a content's alpha.
enum class AlphaOutput : std::uint8_t {
  keep,     // the result is RGBA; its alpha is the content's, resized
  compose,  // the result is RGB: the painting composed on the background
  drop      // the result is RGB: the alpha is ignored
};

// Values of PaintOptions::brush. With kBrushAuto, large contents are painted at several growing
// sizes, unless PaintOptions::raw is set, and small contents once. With kBrushOff, every content is
// painted once, at its own size.
inline constexpr int kBrushAuto = -1;
inline constexpr int kBrushOff = 0;

// Whether a painting keeps the content's colours.
enum class KeepColour : std::uint8_t {
  off,  // the result has the painting's colours
  // The result has the content's chroma and the painting's luma. The luma is changed to the mean
  // and standard deviation of the content's luma.
  matched,
  luma  // the result has the content's chroma and the painting's luma
};

// How a content is painted. The defaults are those of nst-run.
struct PaintOptions {
  // The size at which the content is painted.
  SizeRule size = {};
  // The method that resizes the content to that size.
  Resize resize = Resize::smooth;
  // Options for encoding style pictures.
  StyleOptions style = {};
  // Options for encoding the content's own style, which is needed if strength is not 1. If empty,
  // `style` is used.
  std::optional<StyleOptions> own_style = {};
  // Mixes two styles: 0 gives the content's own style, 1 the given style. Values up to 2 exaggerate
  // the given style; at 2, the picture is heavily distorted.
  float strength = 1.0f;
  // Colour on which a content with transparent pixels is composed. Style pictures with transparent
  // pixels are always composed on white.
  Colour background = kWhite;
  AlphaOutput alpha = AlphaOutput::keep;
  Quantise quantise = Quantise::nearest;
  // true: the result is f32 RGB of the network's own output size (Model::stylize). It is neither
  // cropped nor quantised and has no alpha. With brush, keep_colour, fade or mask, the result has
  // the size that `size` gives.
  bool raw = false;
  // Sample type of the result. f32 samples are not quantised; use f32 to write files with 16 bits
  // per sample.
  SampleType type = SampleType::u8;
  // true: a style vector is accepted even if it belongs to another style space than the model's.
  bool any_style_space = false;
  // Name of the content, for example of its file. Messages about the content begin with the name.
  std::string content_name = {};

  // The shorter side of the smallest size at which the content is painted. Each larger painting
  // starts from the smaller one before, so that brush strokes grow with the picture
  // (docs/brush.md). kBrushOff: the content is painted only at its own size. kBrushAuto: 256 for
  // contents with a shorter side over 700 pixels, else off; always off if `raw` is set.
  int brush = kBrushAuto;
  // The share of the painting in the result, 0 to 1. The rest is the content, resized like the
  // painting. A fade of 0 gives exactly the content, whereas a strength of 0 gives the content as
  // the network repaints it.
  float fade = 1.0f;
  KeepColour keep_colour = KeepColour::off;
  // true: style pictures get the content's mean colour and covariance before they are encoded.
  // Style vectors stay as they are.
  bool match_colour = false;
  // The mask tells where the content is painted. It is a picture of any size and format, and is
  // resized to the painting's size. Where the mask's luma is 1 the content is painted; where it is
  // 0 the content stays unchanged; between there is a mixture. If mask.data is null, everything is
  // painted. The mask must stay valid until the content is set.
  ImageView mask = {};
  // A second style, in which the content is painted where the mask is 0. It needs a mask. Without
  // this style, the content stays unchanged there. The style's pictures must stay valid until the
  // content is set.
  std::optional<Style> mask_style = {};
};

// Returns options that paint as the TensorFlow Hub demo apps do (polaris404/neural-style-transfer):
// content and style are resized to 256×256 by tf.image.resize, alpha is ignored, and the result's
// samples are truncated to bytes.
NST_API PaintOptions tfhub_preset();

// Paints `content` in a style. The content may have any format; after resizing it must be at least
// 5×5. Returns RGB of the size that options.size gives, or RGBA if the content's alpha is kept. The
// samples are u8, or f32 if options.type says so. run.progress gets the finished fraction of all
// work, including the encoding of styles.
//
// - Throws Error{input} if samples, sides or the size of a style vector do not suit the model.
// - Throws Error{model} for a style vector of a different space, or for a painting if the model has
//   no predictor.
// - Throws Error{usage} for invalid options, Error{limit}, Error{cancelled}.
NST_API Image paint(const Model& model, const ImageView& content, const Style& style,
                    const PaintOptions& options = {}, const RunOptions& run = {});
// Paints a content that the caller no longer needs. The result reuses the content's memory if both
// have the same size, channels and sample type. Otherwise the content's memory is freed as early as
// possible.
NST_API Image paint(const Model& model, Image&& content, const Style& style,
                    const PaintOptions& options = {}, const RunOptions& run = {});

// Returns the memory and work of painting a content of size `content` by nst::paint, without
// painting it. Encoding styles is not included. If max_memory_bytes is not 0, the plan keeps this
// limit or, if that is impossible, needs the least memory. arena_bytes and scratch_bytes are those
// of the largest size at which the brush paints. picture_bytes is the additional memory for brush,
// colours and mask. Throws as nst::paint does.
NST_API PlanInfo plan_paint(const Model& model, Size content, const PaintOptions& options = {},
                            int threads = 0, std::size_t max_memory_bytes = 0);

// Paints many pictures: one content in many styles, one style over many contents, or frame after
// frame. Runs the part of the network that does not depend on the style only once per content.
// Keeps its memory for the next picture of the same size. Use a painter from one thread at a time.
// The painter keeps the model alive.
class NST_API Painter {
 public:
  explicit Painter(Model model, PaintOptions options = {});
  ~Painter();
  Painter(Painter&&) noexcept;
  Painter& operator=(Painter&&) noexcept;

  const Model& model() const;
  const PaintOptions& options() const;
  // Changes the options. The content must be set again afterwards. Throws as nst::paint does.
  void set_options(PaintOptions options);

  // Encodes and mixes a style, and returns the vector that `paint` would use. A caller can then
  // paint with the vector many times. Throws as nst::paint does. With options().match_colour,
  // the style's pictures get the content's colours. So Error{usage} is thrown if no content is set.
  StyleVector encode(const Style& style, const RunOptions& run = {});

  // Sets the content to paint, and runs the part of the network that does not depend on the style.
  // The caller may free the content after the call. Throws as nst::paint does. After an Error the
  // painter has no content.
  void set_content(const ImageView& content, const RunOptions& run = {});
  // Return the size and the number of channels of pictures painted from the current content. Throw
  // Error{usage} if no content is set.
  Size picture_size() const;
  int picture_channels() const;

  // Paints the current content. May be called any number of times. Throws as nst::paint does, and
  // Error{usage} if no content is set.
  Image paint(const Style& style, const RunOptions& run = {});
  // Paints the current content into the caller's memory: u8 or f32, 3 or 4 channels, RGB or BGR.
  // `picture` is at most as large as picture_size(); a smaller one gets the top left part. A fourth
  // channel gets the content's alpha, or is opaque. options().raw is ignored. After an Error the
  // samples of `picture` are undefined.
  void paint_into(const MutableImageView& picture, const Style& style, const RunOptions& run = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nst
