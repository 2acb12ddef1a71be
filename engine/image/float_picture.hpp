// FloatPicture: an owned picture of RGB floats whose memory is not cleared when it is made.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nst/image.hpp"
#include "platform/aligned_buffer.hpp"

namespace nst {

// A picture [h, w, 3] of floats, nominally 0..1. Image clears its memory on one thread, which takes
// as long as a pass over the picture; this class leaves it uninitialised.
class FloatPicture {
 public:
  FloatPicture() = default;
  // Throws Error{limit} if memory does not suffice.
  explicit FloatPicture(Size size)
      : size_(size),
        samples_(std::size_t{3} * static_cast<std::size_t>(size.width) *
                     static_cast<std::size_t>(size.height),
                 "the painted picture") {}

  Size size() const { return size_; }
  int width() const { return size_.width; }
  int height() const { return size_.height; }
  float* row(int y) { return samples_.data() + std::ptrdiff_t{3} * size_.width * y; }
  const float* row(int y) const { return samples_.data() + std::ptrdiff_t{3} * size_.width * y; }
  ImageView view() const {
    return {samples_.data(), size_.width, size_.height, 3, SampleType::f32};
  }

 private:
  Size size_;
  AlignedBuffer samples_;
};

// Return the samples and the bytes of a FloatPicture of this size.
constexpr std::uint64_t float_picture_samples(Size size) {
  return std::uint64_t{3} * static_cast<unsigned>(size.width) * static_cast<unsigned>(size.height);
}
constexpr std::uint64_t float_picture_bytes(Size size) {
  return float_picture_samples(size) * sizeof(float);
}

}  // namespace nst
