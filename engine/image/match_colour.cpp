#include "image/match_colour.hpp"

#include <algorithm>
#include <cmath>

#include "image/photo.hpp"

namespace nst {
namespace {

using Vector3 = std::array<double, 3>;

Matrix3 product(const Matrix3& a, const Matrix3& b) {
  Matrix3 out{};
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 3; ++k) out[i][j] += a[i][k] * b[k][j];
    }
  }
  return out;
}

// Makes a[p][q] zero by a rotation in the plane of the axes p and q, which is one step of Jacobi's
// method. Applies the rotation to the columns of `vectors` too.
void rotate(Matrix3& a, Matrix3& vectors, int p, int q) {
  if (a[p][q] == 0.0) return;
  const double angle = 0.5 * std::atan2(2.0 * a[p][q], a[q][q] - a[p][p]);
  const double c = std::cos(angle), s = std::sin(angle);
  Matrix3 turn{{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}};
  turn[p][p] = turn[q][q] = c;
  turn[p][q] = s;
  turn[q][p] = -s;
  Matrix3 back = turn;
  std::swap(back[p][q], back[q][p]);
  a = product(back, product(a, turn));
  vectors = product(vectors, turn);
}

// Returns a symmetric positive matrix to the power `exponent`. Computes its eigenvectors and
// eigenvalues by Jacobi's method. Ten sweeps are far more than a 3×3 matrix needs.
Matrix3 power(const Matrix3& matrix, double exponent) {
  Matrix3 a = matrix;
  Matrix3 vectors{{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}};
  for (int sweep = 0; sweep < 10; ++sweep) {
    rotate(a, vectors, 0, 1);
    rotate(a, vectors, 0, 2);
    rotate(a, vectors, 1, 2);
  }
  Matrix3 out{};
  for (int k = 0; k < 3; ++k) {
    const double value = std::pow(std::max(a[k][k], 0.0), exponent);
    for (int i = 0; i < 3; ++i) {
      for (int j = 0; j < 3; ++j) out[i][j] += vectors[i][k] * value * vectors[j][k];
    }
  }
  return out;
}

// Adds up colours, and products of their channels, for the mean and the covariance.
class Sums {
 public:
  void add(const float* rgb, std::size_t pixels) {
    for (std::size_t i = 0; i < pixels; ++i, rgb += 3) {
      const Vector3 v{rgb[0], rgb[1], rgb[2]};
      for (int a = 0; a < 3; ++a) {
        first_[a] += v[a];
        for (int b = 0; b <= a; ++b) second_[a][b] += v[a] * v[b];
      }
    }
    count_ += static_cast<double>(pixels);
  }
  ColourMoments moments() const {
    ColourMoments m;
    for (int a = 0; a < 3; ++a) m.mean[a] = first_[a] / count_;
    for (int a = 0; a < 3; ++a) {
      for (int b = 0; b <= a; ++b) {
        m.covariance[a][b] = m.covariance[b][a] = second_[a][b] / count_ - m.mean[a] * m.mean[b];
      }
    }
    return m;
  }

 private:
  Vector3 first_{};
  Matrix3 second_{};
  double count_ = 0.0;
};

}  // namespace

ColourMoments colour_moments(const ImageView& picture, Colour background) {
  FloatRows rows(picture, background);
  Sums sums;
  for (int y = 0; y < picture.height; ++y) {
    sums.add(rows.row(y), static_cast<std::size_t>(picture.width));
  }
  return sums.moments();
}

ColourMoments colour_moments(const float* rgb, std::size_t pixels) {
  Sums sums;
  sums.add(rgb, pixels);
  return sums.moments();
}

void match_colours(float* rgb, std::size_t pixels, const ColourMoments& target) {
  ColourMoments own = colour_moments(rgb, pixels);
  constexpr double kStep = 1.0 / 255.0;
  for (int c = 0; c < 3; ++c) own.covariance[c][c] += kStep * kStep;
  const Matrix3 root = power(own.covariance, 0.5);
  const Matrix3 inverse_root = power(own.covariance, -0.5);
  const Matrix3 middle = power(product(root, product(target.covariance, root)), 0.5);
  const Matrix3 map = product(inverse_root, product(middle, inverse_root));
  for (std::size_t i = 0; i < pixels; ++i, rgb += 3) {
    const Vector3 from{rgb[0] - own.mean[0], rgb[1] - own.mean[1], rgb[2] - own.mean[2]};
    for (int c = 0; c < 3; ++c) {
      const double value =
          target.mean[c] + map[c][0] * from[0] + map[c][1] * from[1] + map[c][2] * from[2];
      rgb[c] = static_cast<float>(std::clamp(value, 0.0, 1.0));
    }
  }
}

}  // namespace nst
