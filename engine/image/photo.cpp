#include "image/photo.hpp"

#include <cstddef>

#include "image/alpha.hpp"
#include "image/float_picture.hpp"
#include "image/network_picture.hpp"

namespace nst {

FloatRows::FloatRows(const ImageView& image, std::optional<Colour> background) {
  if (image.type == SampleType::f32) {
    floats_.emplace(image, background);
  } else {
    bytes_.emplace(image, background);
    line_.resize(std::size_t{3} * static_cast<std::size_t>(image.width));
  }
}

const float* FloatRows::row(int y) {
  if (floats_) return floats_->row(y);
  units_of_bytes(bytes_->row(y), static_cast<int>(line_.size()), line_.data());
  return line_.data();
}

Photo::Photo(const ImageView& content, const Options& options) {
  if (options.size != Size{content.width, content.height}) {
    own_seen_ = Image(options.size.width, options.size.height, 3, SampleType::f32);
    fill_input(content, {options.size, options.resize, options.background, "", options.threads},
               own_seen_.f32());
    seen_ = plain_ = own_seen_.view();
  } else if (options.copies) {
    own_seen_ = compose(content, options.background);
    seen_ = plain_ = own_seen_.view();
    if (!has_alpha(content)) return;
    own_plain_ = without_alpha(content);
    plain_ = own_plain_.view();
  } else {
    seen_ = plain_ = content;
    if (has_alpha(content)) background_ = options.background;
  }
}

std::uint64_t Photo::owned_bytes(const ImageView& content, const Options& options) {
  const std::uint64_t samples = float_picture_samples(options.size);
  if (options.size != Size{content.width, content.height}) return samples * sizeof(float);
  if (!options.copies) return 0;
  return samples * static_cast<unsigned>(sample_bytes(content.type)) * (has_alpha(content) ? 2 : 1);
}

}  // namespace nst
