// The content, resized to the size at which it is painted. It is available in two forms: composed
// on the background, as the networks see it, and with its own colours.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "image/picture_rows.hpp"

namespace nst {

// Reads the rows of a picture of any format as RGB floats. Alpha is composed on `background`, or
// dropped if there is none. Each thread needs a reader of its own.
class FloatRows {
 public:
  FloatRows(const ImageView& image, std::optional<Colour> background);

  // Returns row y as samples [width][3] in 0..1, valid until the next call.
  const float* row(int y);

 private:
  std::optional<RgbRows<std::uint8_t>> bytes_;
  std::optional<RgbRows<float>> floats_;
  std::vector<float> line_;
};

// A content at the size at which it is painted. Borrows the caller's picture, or owns a copy of it.
class Photo {
 public:
  struct Options {
    Size size;
    Resize resize = Resize::smooth;
    Colour background = kWhite;
    bool copies = false;  // true: the content may be freed; false: it must outlive the Photo
    int threads = 1;
  };
  Photo(const ImageView& content, const Options& options);

  Size size() const { return {seen_.width, seen_.height}; }
  // Returns a view of the photo for the networks. If background() has a value, the view has alpha,
  // and whoever reads it must compose its colours on background(). With Options::copies, the view
  // is composed already and has no alpha.
  const ImageView& seen() const { return seen_; }
  std::optional<Colour> background() const { return background_; }
  // Return readers of the photo's rows. seen_rows reads the colours composed on the background, as
  // the networks see them. rows reads the photo's own colours, also under transparent pixels. But
  // if the photo was resized, rows reads composed colours too.
  FloatRows seen_rows() const { return {seen_, background_}; }
  FloatRows rows() const { return {plain_, std::nullopt}; }
  // Returns the size in bytes of the pictures that a Photo made from `content` stores itself.
  static std::uint64_t owned_bytes(const ImageView& content, const Options& options);

 private:
  Image own_seen_, own_plain_;
  ImageView seen_, plain_;
  std::optional<Colour> background_;
};

}  // namespace nst
