// Enlarges a float picture row by row, by linear interpolation between pixel centres.
#pragma once

#include <vector>

#include "image/float_picture.hpp"

namespace nst {

// Computes rows of an enlarged picture. Several threads may compute different rows at the same
// time, each with a RowBuffer of its own. Beyond the outermost pixel centres the outermost pixels
// are repeated.
class Enlarger {
 public:
  // Working memory of one thread. Holds a row that is interpolated between two rows of the small
  // picture.
  using RowBuffer = std::vector<float>;

  // Prepares a result of `to` pixels. Each of its pixels covers `step_x` × `step_y` pixels of
  // `from`. The top left corners of the two pictures coincide. `from` must outlive this object.
  Enlarger(const FloatPicture& from, Size to, double step_x, double step_y);
  // Prepares enlarging a picture of the size `from` to the size `to`.
  Enlarger(const FloatPicture& from, Size to)
      : Enlarger(from, to, static_cast<double>(from.width()) / to.width,
                 static_cast<double>(from.height()) / to.height) {}

  // Writes row y of the result to out [width, 3].
  void row(int y, RowBuffer& buffer, float* out) const;
  // Adds the samples of row y of the result to the values in out [width, 3].
  void add_row(int y, RowBuffer& buffer, float* out) const;

 private:
  // Two neighbouring samples along one axis, and the weight of the second one.
  struct Between {
    int first, second;
    float weight;
  };
  static std::vector<Between> between(int from, int to, double step);
  const float* vertical(int y, RowBuffer& buffer) const;

  const FloatPicture& from_;
  std::vector<Between> columns_, rows_;
};

}  // namespace nst
