// Paints ten sample styles in the manner of painters and craftsmen. Each style is a function that
// returns the display colour at a point (u, v). u and v run over the picture from 0 to 1.
#include <array>
#include <cstddef>
#include <numbers>

#include "noise.hpp"

namespace nst::samples {
namespace {

constexpr double kPi = std::numbers::pi;

double fraction(double v) { return v - std::floor(v); }

// One of the cells into which a plane is divided. Each cell has a centre. The cell contains the
// places that are nearer to its centre than to any other centre.
struct Cell {
  std::int64_t id;  // number that identifies the cell
  double u, v;      // coordinates of the cell's centre
  // Distances of the point that was given to cell_at: from the cell's centre, and from its edge.
  double distance, to_edge;
};

// Returns the cell that contains (u, v). The centres of the cells are a grid of n × n points. Each
// centre is moved at random, by up to half of `jitter` grid steps along each axis.
Cell cell_at(double u, double v, double n, double jitter, std::uint32_t seed) {
  Cell cell{0, 0, 0, 9, 9};
  double second = 9;
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      const auto x = static_cast<std::int64_t>(std::floor(u * n)) + dx;
      const auto y = static_cast<std::int64_t>(std::floor(v * n)) + dy;
      const double cu = (static_cast<double>(x) + 0.5 + jitter * (hashed(x, y, seed) - 0.5)) / n;
      const double cv =
          (static_cast<double>(y) + 0.5 + jitter * (hashed(x, y, seed + 1) - 0.5)) / n;
      const double distance = std::hypot(u - cu, v - cv);
      if (distance < cell.distance) {
        second = cell.distance;
        cell = {x * 7919 + y, cu, cv, distance, 0};
      } else {
        second = std::min(second, distance);
      }
    }
  }
  cell.to_edge = (second - cell.distance) / 2;
  return cell;
}

// Returns the colour at t (0..1) of a gradient through `colours`, which are evenly spaced along t.
template <std::size_t n>
Vec3 along(const std::array<Vec3, n>& colours, double t) {
  const double place = clamp01(t) * (n - 1);
  const auto first = std::min(static_cast<std::size_t>(place), n - 2);
  return mix(colours[first], colours[first + 1], place - static_cast<double>(first));
}

Vec3 watercolour(double u, double v) {
  static constexpr std::array<Vec3, 5> kWash{{{0.93, 0.72, 0.58},
                                              {0.96, 0.88, 0.70},
                                              {0.62, 0.80, 0.84},
                                              {0.36, 0.56, 0.76},
                                              {0.55, 0.45, 0.70}}};
  const double du = fractal(u * 3, v * 3, 4, 501) - 0.5, dv = fractal(u * 3, v * 3, 4, 511) - 0.5;
  const double wash = fractal(u * 2.2 + 1.6 * du, v * 2.2 + 1.6 * dv, 3, 521);
  const double steps = (wash - 0.2) * 9;
  const double rim = smoothstep(0.16, 0.0, std::abs(fraction(steps) - 0.5) - 0.38);
  Vec3 colour = along(kWash, (std::floor(steps) + 0.5) / 6);
  colour = mix({0.97, 0.96, 0.92}, colour, 0.45 + 0.55 * fractal(u * 5, v * 5, 3, 531));
  colour = colour * (1 - 0.22 * (1 - rim));
  return colour * (0.95 + 0.10 * noise(u * 190, v * 190, 541));
}

Vec3 mosaic(double u, double v) {
  const double radius = std::hypot(u - 0.5, v - 0.55);
  const double angle = std::atan2(v - 0.55, u - 0.5);
  const Cell cell = cell_at(u, v, 30, 0.55, 551);
  const double r = std::hypot(cell.u - 0.5, cell.v - 0.55);
  const double petal = r + 0.05 * std::cos(8 * std::atan2(cell.v - 0.55, cell.u - 0.5));
  Vec3 colour = petal < 0.12   ? Vec3{0.86, 0.66, 0.22}
                : petal < 0.22 ? Vec3{0.66, 0.17, 0.13}
                : petal < 0.30 ? Vec3{0.90, 0.86, 0.76}
                : petal < 0.42 ? Vec3{0.12, 0.36, 0.48}
                               : Vec3{0.78, 0.62, 0.42};
  colour = colour * (0.72 + 0.5 * hashed(cell.id, 1, 553));
  colour = colour * (1 + 0.5 * (cell.u - u) + 0.5 * (cell.v - v) + 0.02 * std::sin(angle + radius));
  return mix({0.30, 0.27, 0.25}, colour, smoothstep(0.0016, 0.0034, cell.to_edge));
}

Vec3 dots(double u, double v) {
  const Vec3 ground{0.95, 0.91, 0.80};
  Vec3 colour = ground;
  for (std::uint32_t layer = 0; layer < 4; ++layer) {
    const Cell cell = cell_at(u + 0.37 * layer, v + 0.11 * layer, 44, 0.8, 561 + 2 * layer);
    const double cu = cell.u - 0.37 * layer, cv = cell.v - 0.11 * layer;
    const bool sky = cv < 0.45 + 0.06 * std::sin(9 * cu);
    const bool sun = std::hypot(cu - 0.7, cv - 0.22) < 0.13;
    const double pick = hashed(cell.id, 2, 571 + layer);
    Vec3 dot = sun   ? (pick < 0.6 ? Vec3{0.98, 0.72, 0.16} : Vec3{0.93, 0.38, 0.20})
               : sky ? (pick < 0.5   ? Vec3{0.42, 0.66, 0.88}
                        : pick < 0.8 ? Vec3{0.72, 0.66, 0.88}
                                     : Vec3{0.95, 0.78, 0.62})
                     : (pick < 0.45  ? Vec3{0.22, 0.50, 0.26}
                        : pick < 0.8 ? Vec3{0.62, 0.70, 0.22}
                                     : Vec3{0.24, 0.28, 0.60});
    colour = mix(colour, dot, 0.92 * smoothstep(0.0098, 0.0078, cell.distance));
  }
  return colour;
}

Vec3 shards(double u, double v) {
  static constexpr std::array<Vec3, 6> kCubist{{{0.25, 0.22, 0.20},
                                                {0.52, 0.38, 0.24},
                                                {0.80, 0.66, 0.44},
                                                {0.90, 0.86, 0.74},
                                                {0.42, 0.50, 0.50},
                                                {0.20, 0.30, 0.36}}};
  double shade = 0, tone = 0.5;
  for (std::uint32_t i = 0; i < 22; ++i) {
    const double angle = 2 * kPi * hashed(i, 1, 621);
    const double cut =
        (u - hashed(i, 2, 621)) * std::cos(angle) + (v - hashed(i, 3, 621)) * std::sin(angle);
    if (cut > 0) tone += 0.31 * (hashed(i, 4, 621) - 0.5) * 2;
    shade += (cut > 0 ? 1.0 : -1.0) * 0.10 * std::exp(-std::abs(cut) * 14);
  }
  const double folded = std::abs(fraction(tone / 2) * 2 - 1);
  const double brush = fractal(u * 60, v * 14, 2, 631) - 0.5;
  return along(kCubist, folded) * (1 + shade + 0.16 * brush);
}

Vec3 marble(double u, double v) {
  static constexpr std::array<Vec3, 6> kPaper{{{0.10, 0.20, 0.34},
                                               {0.78, 0.25, 0.20},
                                               {0.96, 0.90, 0.78},
                                               {0.16, 0.44, 0.46},
                                               {0.94, 0.74, 0.34},
                                               {0.96, 0.92, 0.84}}};
  const double comb = 0.055 * std::asin(std::sin(u * 34)) / (kPi / 2);
  const double swirl = 0.5 * (fractal(u * 2.5, v * 2.5, 2, 641) - 0.5);
  const double band = (v + comb + swirl) * 15 + 1.6 * fractal(u * 6, v * 2, 3, 651);
  const auto index = static_cast<std::size_t>(static_cast<std::int64_t>(std::floor(band)) + 60) % 6;
  const double edge = smoothstep(0.0, 0.10, fraction(band));
  return mix(kPaper[(index + 5) % 6], kPaper[index], edge);
}

Vec3 tiles(double u, double v) {
  const double n = 4;
  const double x = 2 * fraction(u * n) - 1, y = 2 * fraction(v * n) - 1;
  const double r = std::hypot(x, y), a = std::atan2(y, x);
  const double corner = std::hypot(std::abs(x) - 1, std::abs(y) - 1);
  const Vec3 white{0.93, 0.94, 0.93}, blue{0.10, 0.25, 0.60}, pale{0.52, 0.68, 0.86};
  Vec3 colour = white;
  const double flower = r - 0.46 - 0.16 * std::cos(8 * a);
  if (flower < 0) colour = pale;
  if (std::abs(flower) < 0.045) colour = blue;
  if (r < 0.22 + 0.05 * std::cos(4 * a)) colour = Vec3{0.92, 0.72, 0.22};
  if (std::abs(r - 0.25) < 0.035) colour = blue;
  if (corner < 0.46) colour = blue;
  if (corner < 0.36) colour = pale;
  if (corner < 0.18) colour = blue;
  if (std::abs(corner - 0.56) < 0.03) colour = blue;
  colour = colour * (0.90 + 0.18 * fractal(u * 22, v * 22, 3, 661));
  const double gap = std::max(std::abs(x), std::abs(y));
  return mix(colour, {0.55, 0.53, 0.50}, smoothstep(0.965, 0.985, gap));
}

Vec3 weave(double u, double v) {
  const double threads = 56;
  const auto column = static_cast<std::int64_t>(u * threads);
  const auto row = static_cast<std::int64_t>(v * threads);
  const double cu = (static_cast<double>(column) + 0.5) / threads;
  const double cv = (static_cast<double>(row) + 0.5) / threads;
  const double diamond = fraction(3 * (std::abs(cu - 0.5) + std::abs(cv - 0.5)));
  Vec3 colour = diamond < 0.25   ? Vec3{0.62, 0.14, 0.14}
                : diamond < 0.45 ? Vec3{0.88, 0.70, 0.36}
                : diamond < 0.70 ? Vec3{0.16, 0.24, 0.36}
                                 : Vec3{0.80, 0.76, 0.64};
  const bool over = (column + row) % 2 == 0;
  const double across = 2 * fraction((over ? u : v) * threads) - 1;
  const double length = 2 * fraction((over ? v : u) * threads) - 1;
  colour = colour * (0.86 + 0.28 * hashed(column, row, 671));
  colour = colour * (1 - 0.50 * across * across) * (1 - 0.22 * length * length);
  return colour * (0.92 + 0.16 * noise(u * (over ? 60 : 420), v * (over ? 420 : 60), 681));
}

Vec3 ink(double u, double v) {
  const Vec3 paper{0.93, 0.91, 0.86};
  double dark = 0;
  for (int i = 0; i < 4; ++i) {
    const double ridge = 0.22 + 0.18 * i - 0.13 * fractal(u * (2.2 + i), 3.7 * i, 4, 691) -
                         0.05 * std::sin(7 * u + 2 * i);
    const double below = v - ridge;
    if (below < 0) continue;
    const double body = (0.20 + 0.18 * i) * std::exp(-below * (9 - i));
    const double edge = 0.34 * smoothstep(0.020, 0.0, below);
    dark = std::max(dark * (1 - 0.6 * smoothstep(0.0, 0.05, below)), body + edge);
  }
  const double dry = fractal(u * 24, v * 70, 3, 701);
  dark *= 0.62 + 0.75 * dry;
  const double stem = std::abs(u - 0.20 - 0.05 * std::sin(4 * v) - 0.02 * noise(3, v * 8, 711));
  if (v > 0.12) dark = std::max(dark, 0.92 * smoothstep(0.016, 0.010, stem) * (0.5 + 0.6 * dry));
  const double seal = std::max(std::abs(u - 0.86), std::abs(v - 0.86));
  const Vec3 colour = mix(paper, {0.10, 0.11, 0.13}, clamp01(dark));
  return seal < 0.045 ? Vec3{0.72, 0.17, 0.13} * (0.8 + 0.4 * dry) : colour;
}

Vec3 pastel(double u, double v) {
  static constexpr std::array<Vec3, 6> kChalk{{{0.30, 0.36, 0.58},
                                               {0.66, 0.50, 0.72},
                                               {0.94, 0.62, 0.60},
                                               {0.98, 0.84, 0.56},
                                               {0.62, 0.80, 0.62},
                                               {0.40, 0.62, 0.66}}};
  const double angle = 0.9 + 0.8 * (fractal(u * 2, v * 2, 2, 721) - 0.5);
  const double x = u * std::cos(angle) + v * std::sin(angle);
  const double y = v * std::cos(angle) - u * std::sin(angle);
  const double stroke = noise(x * 9, y * 46, 731);
  const double tone = fractal(u * 1.8, v * 1.8, 3, 741) + 0.22 * (stroke - 0.5);
  const double grain = noise(u * 150, v * 150, 751) * 0.6 + noise(u * 75, v * 75, 761) * 0.4;
  const Vec3 paper{0.44, 0.40, 0.40};
  return mix(paper, along(kChalk, 1.7 * tone - 0.35),
             smoothstep(0.18, 0.50, grain + 0.5 * stroke - 0.05));
}

Vec3 night(double u, double v) {
  Vec3 colour = mix({0.03, 0.03, 0.10}, {0.14, 0.05, 0.22}, v);
  static constexpr std::array<Vec3, 4> kTubes{
      {{1.0, 0.15, 0.55}, {0.10, 0.85, 0.95}, {1.0, 0.75, 0.20}, {0.45, 0.30, 1.0}}};
  for (int i = 0; i < 9; ++i) {
    const double phase = 2 * kPi * hashed(i, 1, 771);
    const double curve = 0.10 * i + 0.06 + 0.07 * std::sin((4 + i % 4 * 2.0) * u + phase);
    const double distance = std::abs(v - curve);
    const Vec3 tube = kTubes[static_cast<std::size_t>(i) % 4];
    colour = colour + tube * (0.55 * std::exp(-distance * 42) + smoothstep(0.010, 0.006, distance));
    colour = colour + Vec3{0.7, 0.7, 0.7} * smoothstep(0.004, 0.001, distance);
  }
  return colour;
}

}  // namespace

Image paint_watercolour(int side) { return supersampled(side, watercolour); }
Image paint_mosaic(int side) { return supersampled(side, mosaic); }
Image paint_dots(int side) { return supersampled(side, dots); }
Image paint_shards(int side) { return supersampled(side, shards); }
Image paint_marble(int side) { return supersampled(side, marble); }
Image paint_tiles(int side) { return supersampled(side, tiles); }
Image paint_weave(int side) { return supersampled(side, weave); }
Image paint_ink(int side) { return supersampled(side, ink); }
Image paint_pastel(int side) { return supersampled(side, pastel); }
Image paint_night(int side) { return supersampled(side, night); }

}  // namespace nst::samples
