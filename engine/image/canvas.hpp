// Canvas: a painting that is kept whole until it is finished, in floats or in 16 bits.
#pragma once

#include <cstdint>
#include <vector>

#include "image/float_picture.hpp"

namespace nst {

// A picture of RGB samples, read and written by rows. Several threads may use different rows at the
// same time.
class Canvas {
 public:
  enum class Depth {
    floats,
    bits16  // takes half the memory; samples are clamped to 0..1 and rounded to 1/65535
  };
  Canvas() = default;
  Canvas(Size size, Depth depth);

  Size size() const { return size_; }
  // Returns the samples of a canvas whose depth is Depth::floats.
  FloatPicture& floats() { return floats_; }
  const FloatPicture& floats() const { return floats_; }

  // Returns row y as floats [width][3]: the row itself, or a copy in `buffer`, valid as long as
  // `buffer` is not changed.
  const float* row(int y, std::vector<float>& buffer) const;
  // Copies row y to out [width][3], as floats.
  void copy_row(int y, float* out) const;
  // Sets row y from floats [width][3].
  void set_row(int y, const float* row);

  static std::uint64_t bytes(Size size, Depth depth) {
    return float_picture_samples(size) *
           (depth == Depth::floats ? sizeof(float) : sizeof(std::uint16_t));
  }

 private:
  std::uint16_t* words(int y);
  const std::uint16_t* words(int y) const;

  Size size_;
  FloatPicture floats_;
  // The samples of a canvas of Depth::bits16. Each float of the buffer holds two of them.
  AlignedBuffer words_;
};

}  // namespace nst
