// Session: runs a model's networks for many pictures and styles, in memory that it keeps.
#pragma once

#include <memory>

#include "nst/export.h"
#include "nst/image.hpp"
#include "nst/model.hpp"
#include "nst/style.hpp"

namespace nst {

// Encodes and paints many pictures in many styles. A session owns its memory and reuses it for the
// next picture of the same size. Use a session from one thread at a time. The session keeps the
// model alive.
class NST_API Session {
 public:
  explicit Session(Model model);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  // Encodes a picture as a style vector, as Model::encode_style does. The memory of the first call
  // is kept for later calls.
  StyleVector encode_style(const ImageView& style, const StyleOptions& options = {},
                           const RunOptions& run = {});
  // Sets the content to paint (at least 5×5), and runs the part of the network that does not depend
  // on the style. Throws Error{input}, Error{limit}, Error{cancelled}.
  void set_content(const ImageView& content, const RunOptions& run = {});
  // Paints the current content and returns the picture as Model::stylize does. May be called any
  // number of times. Throws Error{usage} if no content is set.
  Image render(const StyleVector& style, const RunOptions& run = {});
  // Paints the current content into `picture`. If `picture` is f32 RGB of the output's size, its
  // memory is overwritten; otherwise `picture` is replaced. So a caller can use the same picture
  // for all frames of a film. After an Error the samples of `picture` are undefined.
  void render_into(Image& picture, const StyleVector& style, const RunOptions& run = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nst
