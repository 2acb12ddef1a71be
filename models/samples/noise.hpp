// Colours and repeatable noise for the programs that paint the sample pictures.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>

#include "nst/nst.hpp"

namespace nst::samples {

// Three numbers: a point in space, or a colour. Linear colours are proportional to light; display
// colours are the values that a picture stores. The code that uses a colour says which kind it is.
struct Vec3 {
  double x = 0, y = 0, z = 0;

  friend Vec3 operator+(const Vec3& a, const Vec3& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend Vec3 operator-(const Vec3& a, const Vec3& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend Vec3 operator*(const Vec3& a, const Vec3& b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
  friend Vec3 operator*(const Vec3& a, double s) { return {a.x * s, a.y * s, a.z * s}; }
};

inline double dot(const Vec3& a, const Vec3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 normalized(const Vec3& a) { return a * (1.0 / std::sqrt(dot(a, a))); }
inline double mix(double a, double b, double t) { return a + (b - a) * t; }
inline Vec3 mix(const Vec3& a, const Vec3& b, double t) { return a + (b - a) * t; }
inline double clamp01(double v) { return std::clamp(v, 0.0, 1.0); }
inline double smoothstep(double low, double high, double v) {
  const double t = clamp01((v - low) / (high - low));
  return t * t * (3 - 2 * t);
}

// Returns a pseudo-random number in [0, 1) that depends only on the arguments. Uses the mixing
// steps of MurmurHash3.
inline double hashed(std::int64_t x, std::int64_t y, std::uint32_t seed) {
  std::uint32_t h = seed * 0x9e3779b9u + 0x85ebca6bu;
  for (const std::int64_t v : {x, y}) {
    h ^= static_cast<std::uint32_t>(v) * 0xcc9e2d51u;
    h = ((h << 13) | (h >> 19)) * 5u + 0xe6546b64u;
  }
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  return (h ^ (h >> 16)) * (1.0 / 4294967296.0);
}

// Returns value noise in [0, 1): pseudo-random numbers at integer points, smoothly interpolated
// between them.
inline double noise(double x, double y, std::uint32_t seed) {
  const double fx = std::floor(x), fy = std::floor(y);
  const auto ix = static_cast<std::int64_t>(fx), iy = static_cast<std::int64_t>(fy);
  const auto fade = [](double t) { return t * t * t * (t * (t * 6 - 15) + 10); };
  const double u = fade(x - fx), v = fade(y - fy);
  return mix(mix(hashed(ix, iy, seed), hashed(ix + 1, iy, seed), u),
             mix(hashed(ix, iy + 1, seed), hashed(ix + 1, iy + 1, seed), u), v);
}

// Returns the sum of `octaves` layers of noise, scaled to [0, 1). Each layer is twice as fine and
// half as strong as the one before. Layers are rotated, so that the integer grid does not show.
inline double fractal(double x, double y, int octaves, std::uint32_t seed) {
  double sum = 0, weight = 0.5, total = 0;
  for (int i = 0; i < octaves; ++i) {
    sum += weight * noise(x, y, seed + static_cast<std::uint32_t>(i));
    total += weight;
    weight *= 0.5;
    const double turned = 1.6 * x - 1.2 * y;
    y = 1.2 * x + 1.6 * y;
    x = turned;
  }
  return sum / total;
}

// Stores a display colour (clamped to 0..1) in a pixel of an f32 picture.
inline void put(Image& image, int x, int y, const Vec3& colour) {
  float* pixel = image.f32() + (static_cast<std::ptrdiff_t>(y) * image.width + x) * 3;
  pixel[0] = static_cast<float>(clamp01(colour.x));
  pixel[1] = static_cast<float>(clamp01(colour.y));
  pixel[2] = static_cast<float>(clamp01(colour.z));
}

// Returns a picture of side × side pixels. Each pixel is the mean of colour(u, v) at 4×4 points
// inside the pixel.
Image supersampled(int side, const std::function<Vec3(double, double)>& colour);

// These functions paint the sample pictures. Each picture has the same bytes on every run.
Image paint_landscape(int width, int height);  // content: a lake with mountains and trees
Image paint_oil(int side);      // style: thick brush strokes along a whirling night sky
Image paint_glass(int side);    // style: a stained-glass rosette
Image paint_woodcut(int side);  // style: striped waves under a red sun

// These functions paint the ten other styles, in the manner of painters and craftsmen
// (patterns.cpp).
Image paint_watercolour(int side);
Image paint_mosaic(int side);
Image paint_dots(int side);
Image paint_shards(int side);
Image paint_marble(int side);
Image paint_tiles(int side);
Image paint_weave(int side);
Image paint_ink(int side);
Image paint_pastel(int side);
Image paint_night(int side);

}  // namespace nst::samples
