// Tests of centring_of(), which chooses the offset and the factor that centre a network's input.
#include "graph/centring.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace nst::test {
namespace {

struct Centring {
  float factor;
  std::array<float, 3> offset;
};

struct Picture {
  Shape shape;
  std::vector<float> values;

  // Fills the picture: the sample at (y, x, channel) becomes f(y, x, channel).
  template <class F>
  Picture(int h, int w, F&& f) : shape{h, w, 3} {
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        for (int c = 0; c < 3; ++c) values.push_back(static_cast<float>(f(y, x, c)));
      }
    }
  }
  Centring centring() const {
    Centring result{};
    const std::ptrdiff_t row = std::ptrdiff_t{3} * shape.w;
    result.factor = centring_of({values.data(), row, 3, 0}, shape, result.offset.data());
    return result;
  }
};

}  // namespace

TEST_CASE("A flat picture's colour is taken away exactly") {
  for (const Shape& side :
       {Shape{1, 1, 3}, {1, 700, 3}, {700, 1, 3}, {32, 32, 3}, {33, 129, 3}, {480, 641, 3}}) {
    CAPTURE(side.h);
    CAPTURE(side.w);
    const float colour[] = {0.1f, 137 / 255.0f, 1.3f};
    const Centring got =
        Picture(side.h, side.w, [&](int, int, int c) { return colour[c]; }).centring();
    CHECK(got.factor == 1.0f);
    for (std::size_t c = 0; c < 3; ++c) CHECK(got.offset[c] == -colour[c]);
  }
}

TEST_CASE("Patterns do not deceive the sample that a picture is centred by") {
  for (const int period : {2, 4, 15, 16, 32, 64}) {
    CAPTURE(period);
    const Centring lines =
        Picture(1024, 1024, [&](int, int x, int) { return x % period == 0 ? 1 : 0; }).centring();
    const Centring squares = Picture(1024, 1024, [&](int y, int x, int) {
                               return (2 * x / period + 2 * y / period) % 2;
                             }).centring();
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(std::abs(-lines.offset[c] - 1.0f / static_cast<float>(period)) <= 0.05f);
      CHECK(std::abs(-squares.offset[c] - 0.5f) <= 0.05f);
    }
    CHECK(lines.factor == 1.0f);
    CHECK(squares.factor == 1.0f);
  }
}

TEST_CASE("A faint picture is scaled by a power of two, by its largest deviation") {
  for (const double size : {3e-6, 1e-4, 1e-3, 0.02, 0.13, 0.3}) {
    for (const bool is_lonely : {false, true}) {  // true: only one sample is not 0.5
      CAPTURE(size);
      CAPTURE(is_lonely);
      const Picture picture(200, 300, [&](int y, int x, int c) {
        if (is_lonely) return y == 199 && x == 298 && c == 1 ? 0.5 - size : 0.5;
        return 0.5 + size * std::sin(static_cast<double>(x)) * std::cos(static_cast<double>(y));
      });
      const Centring got = picture.centring();
      int exponent = 0;
      CHECK(std::frexp(got.factor, &exponent) == 0.5f);
      double largest = 0;
      for (std::size_t i = 0; i < picture.values.size(); ++i) {
        const float deviation = picture.values[i] * got.factor + got.offset[i % 3];
        largest = std::max(largest, std::abs(static_cast<double>(deviation)));
      }
      if (size > 3e-6) CHECK(largest > 0.24);
      CHECK(largest <= 0.51);
    }
  }
}

}  // namespace nst::test
