// A session: many pictures and styles on memory that is kept.
#pragma once

#include <memory>

#include "nst/export.h"
#include "nst/image.hpp"
#include "nst/model.hpp"
#include "nst/style.hpp"

namespace nst {

// Many pictures, many styles: owns its memory and reuses it for the next picture of the same size;
// use from one thread at a time. Keeps the model alive.
class NST_API Session {
 public:
  explicit Session(Model model);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  // Model::encode_style, several times: what the first one allocates is kept.
  StyleVector encode_style(const ImageView& style, const StyleOptions& options = {},
                           const RunOptions& run = {});
  // Encodes the content (≥ 5×5), once for all the styles it is painted in. Throws Error{input},
  // Error{limit}, Error{cancelled}.
  void set_content(const ImageView& content, const RunOptions& run = {});
  // Paints the current content; as often as wanted. Throws Error{usage} before set_content.
  Image render(const StyleVector& style, const RunOptions& run = {});
  // The same into `picture`: overwritten if it is f32 RGB of the output's size, else replaced, so
  // that one picture serves frame after frame. What it holds after an Error is undefined.
  void render_into(Image& picture, const StyleVector& style, const RunOptions& run = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nst
