// How a picture is given to the networks.
#include "image/preprocess.hpp"

#include <cmath>
#include <vector>

#include "image/compose.hpp"

using nst::Centring;
using nst::Image;
using nst::SampleType;
using namespace nst::test;

namespace {

struct Side {
  int w, h;
};
constexpr Side kSides[] = {{1, 1}, {1, 700}, {700, 1}, {64, 64}, {65, 129}, {641, 480}};

// f(x, y) is the grey of a pixel.
template <class F>
Image grey_picture(int w, int h, F&& f) {
  Image image(w, h, 3, SampleType::f32);
  float* out = image.f32();
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x, out += 3) out[0] = out[1] = out[2] = f(x, y);
  }
  return image;
}

}  // namespace

TEST_CASE("A flat picture is centred to zeros, exactly") {
  for (const Side side : kSides) {
    CAPTURE(side.w);
    CAPTURE(side.h);
    for (const int channels : {3, 4}) {
      for (const SampleType type : {SampleType::u8, SampleType::f32}) {
        Image image(side.w, side.h, channels, type);
        for (std::size_t i = 0; i < image.sample_count(); ++i) {
          const std::size_t c = i % static_cast<std::size_t>(channels);
          if (type == SampleType::u8) {
            image.bytes[i] = static_cast<std::uint8_t>(37 + 91 * c);
          } else {
            image.f32()[i] = 0.1f + 0.3f * static_cast<float>(c);
          }
        }
        const Centring centring = nst::centring_of(image.view());
        CHECK(centring.factor == 1.0f);
        std::vector<float> out(static_cast<std::size_t>(side.w) * side.h * 3, -1.0f);
        nst::to_network_input(image.view(), out.data(), "x", centring);
        std::size_t others = 0;
        for (const float value : out) others += value == 0.0f ? 0 : 1;
        CHECK(others == 0);
      }
    }
  }
}

TEST_CASE("Patterns do not deceive the sample that a picture is centred by") {
  for (const int period : {2, 4, 15, 16, 32, 64}) {
    CAPTURE(period);
    const Image lines =
        grey_picture(1024, 1024, [&](int x, int) { return x % period == 0 ? 1.0f : 0.0f; });
    const Image squares = grey_picture(1024, 1024, [&](int x, int y) {
      return (2 * x / period + 2 * y / period) % 2 == 0 ? 1.0f : 0.0f;
    });
    const Centring of_lines = nst::centring_of(lines.view());
    const Centring of_squares = nst::centring_of(squares.view());
    const float mean = 1.0f / static_cast<float>(period);
    for (const std::size_t c : {0, 1, 2}) {
      CHECK(std::abs(-of_lines.offset[c] - mean) <= 0.05f);
      CHECK(std::abs(-of_squares.offset[c] - 0.5f) <= 0.05f);
    }
    CHECK(of_lines.factor <= 2.0f);
    CHECK(of_squares.factor == 1.0f);
  }
}

TEST_CASE("A faint picture is scaled by a power of two to the deviations of photographs") {
  for (const float size : {1e-4f, 1e-3f, 0.02f, 0.3f}) {
    CAPTURE(size);
    const Image image = grey_picture(300, 200, [&](int x, int y) {
      return 0.5f + size * std::sin(static_cast<float>(x)) * std::cos(static_cast<float>(y));
    });
    const Centring centring = nst::centring_of(image.view());
    int exponent = 0;
    CHECK(std::frexp(centring.factor, &exponent) == 0.5f);
    std::vector<float> out(std::size_t{300} * 200 * 3);
    nst::to_network_input(image.view(), out.data(), "x", centring);
    double squares = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      squares += static_cast<double>(out[i]) * static_cast<double>(out[i]);
      CHECK(out[i] == (image.f32()[i] + centring.offset[i % 3]) * centring.factor);
    }
    const double deviation = std::sqrt(squares / static_cast<double>(out.size()));
    CHECK(deviation >= 0.11);
    CHECK(deviation <= 0.28);
  }
}
