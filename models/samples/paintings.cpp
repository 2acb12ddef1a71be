// Paints three sample styles: an oil painting, stained glass and a woodcut. Coordinates u, v run
// over the picture from 0 to 1; colours are display colours.
#include <array>
#include <cstddef>
#include <functional>
#include <numbers>
#include <vector>

#include "noise.hpp"

namespace nst::samples {

Image supersampled(int side, const std::function<Vec3(double, double)>& colour) {
  constexpr int kSamples = 4;
  Image image(side, side, 3, SampleType::f32);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      Vec3 sum;
      for (int s = 0; s < kSamples * kSamples; ++s) {
        sum = sum + colour((x + (s % kSamples + 0.5) / kSamples) / side,
                           (y + (s / kSamples + 0.5) / kSamples) / side);
      }
      put(image, x, y, sum * (1.0 / (kSamples * kSamples)));
    }
  }
  return image;
}

namespace {

constexpr double kPi = std::numbers::pi;

struct Point {
  double u, v;
};

// The functions below compute the oil painting (paint_oil).

struct Star {
  double u, v, radius;
};
constexpr std::array kStars{Star{0.80, 0.17, 0.105}, Star{0.20, 0.13, 0.055},
                            Star{0.47, 0.10, 0.042}, Star{0.33, 0.36, 0.046},
                            Star{0.93, 0.44, 0.040}, Star{0.08, 0.38, 0.034}};
struct Whirl {
  double u, v, radius, turn;
};
constexpr std::array kWhirls{Whirl{0.56, 0.33, 0.16, 1.0}, Whirl{0.30, 0.25, 0.10, -1.0},
                             Whirl{0.80, 0.17, 0.12, 1.0}, Whirl{0.74, 0.47, 0.10, -0.9}};

double hill_line(double u) {
  return 0.70 - 0.10 * std::sin(4.3 * u + 0.7) - 0.05 * std::sin(9.7 * u);
}
double cypress_half_width(double v) {
  return v < 0.22 ? 0 : 0.075 * std::pow((v - 0.22) / 0.78, 0.7) * (1 + 0.35 * std::sin(21 * v));
}
bool in_cypress(double u, double v) {
  return std::abs(u - 0.115 - 0.018 * std::sin(13 * v)) < cypress_half_width(v);
}

// Returns the direction of the brush strokes at a point, in radians.
double brush_direction(double u, double v) {
  if (in_cypress(u, v)) return 1.5 * kPi + 0.55 * std::sin(23 * v + 6 * u);
  if (v > hill_line(u))
    return std::atan(-0.43 * std::cos(4.3 * u + 0.7) - 0.45 * std::cos(9.7 * u));
  // The strokes of the sky run in gentle waves. Whirls and stars then turn them.
  double du = 0.35, dv = 0.12 * std::sin(7 * u);
  for (const Whirl& w : kWhirls) {
    const double x = u - w.u, y = v - w.v;
    const double pull = 2.2 * std::exp(-(x * x + y * y) / (w.radius * w.radius)) / w.radius;
    du += -w.turn * y * pull;
    dv += w.turn * x * pull;
  }
  for (const Star& s : kStars) {
    const double x = u - s.u, y = v - s.v;
    const double pull = 5.0 * std::exp(-(x * x + y * y) / (s.radius * s.radius * 1.6)) / s.radius;
    du += -y * pull;
    dv += x * pull;
  }
  return std::atan2(dv, du);
}

Vec3 oil_colour(double u, double v) {
  if (in_cypress(u, v)) {
    return mix({0.03, 0.09, 0.08}, {0.22, 0.30, 0.10}, noise(u * 46, v * 9, 301));
  }
  if (v > hill_line(u)) {
    const double down = (v - hill_line(u)) / 0.36;
    const double row = noise((v - hill_line(u)) * 30, u * 2.5, 302);
    const Vec3 near_fields =
        mix({0.16, 0.38, 0.20}, {0.90, 0.72, 0.18}, smoothstep(0.35, 0.75, row));
    return mix(mix({0.10, 0.22, 0.48}, {0.20, 0.48, 0.52}, row), near_fields,
               smoothstep(0.15, 0.6, down));
  }
  const double band = fractal(u * 3 + 0.25 * std::sin(9 * v), v * 7, 4, 303);
  Vec3 colour = mix({0.05, 0.12, 0.42}, {0.16, 0.40, 0.75}, smoothstep(0.3, 0.7, band));
  colour = mix(colour, {0.55, 0.78, 0.80}, smoothstep(0.62, 0.78, band));
  colour = mix(colour, {0.75, 0.84, 0.62}, 0.75 * smoothstep(hill_line(u) - 0.16, hill_line(u), v));
  for (const Whirl& w : kWhirls) {
    const double distance = std::hypot(u - w.u, v - w.v) / w.radius;
    const double arm = 0.5 + 0.5 * std::sin(9 * distance - w.turn * std::atan2(v - w.v, u - w.u));
    colour = mix(colour, {0.82, 0.90, 0.88}, 0.75 * arm * std::exp(-distance * distance * 1.3));
  }
  for (const Star& s : kStars) {
    const double distance = std::hypot(u - s.u, v - s.v) / s.radius;
    const double ring = 0.5 + 0.5 * std::cos(8 * distance);
    colour = mix(colour, {0.98, 0.80, 0.25}, (0.55 + 0.45 * ring) * smoothstep(1.6, 0.5, distance));
    colour = mix(colour, {1.0, 0.96, 0.74}, smoothstep(0.62, 0.35, distance));
  }
  return colour;
}

// Paint on a canvas: its colour, and its thickness, from which light and shadow are computed.
struct Canvas {
  int side;
  std::vector<Vec3> colour;
  std::vector<double> thickness;
};

// Paints one brush stroke, from its middle in both directions. The brush's bristles leave furrows
// in the paint.
void stroke(Canvas& canvas, double u, double v, double length, double width, std::uint32_t id) {
  const Vec3 jitter{hashed(id, 1, 310) - 0.5, hashed(id, 2, 310) - 0.5, hashed(id, 3, 310) - 0.5};
  const double light = hashed(id, 4, 310) - 0.5;
  const Vec3 paint = oil_colour(u, v) + jitter * 0.10 + Vec3{light, light, light} * 0.16;
  const double step = 0.4 / canvas.side;
  for (const double way : {-1.0, 1.0}) {
    double x = u, y = v;
    for (double gone = 0; gone < length / 2; gone += step) {
      const double angle = brush_direction(x, y);
      const double along = gone / (length / 2);
      const double half = 0.5 * width * std::sqrt(1 - along * along);
      for (double across = -half; across <= half; across += step) {
        const double s = across / (0.5 * width);
        const auto px = static_cast<int>((x - across * std::sin(angle)) * canvas.side);
        const auto py = static_cast<int>((y + across * std::cos(angle)) * canvas.side);
        if (px < 0 || py < 0 || px >= canvas.side || py >= canvas.side) continue;
        const double bristle = noise(s * 4.5, gone * way * 5, 320 + id % 977);
        // Toward the stroke's ends, more and more bristles leave no paint.
        if (bristle < 0.55 * along - 0.22) continue;
        const auto at = static_cast<std::size_t>(py) * static_cast<std::size_t>(canvas.side) +
                        static_cast<std::size_t>(px);
        canvas.colour[at] = paint * (0.88 + 0.24 * bristle);
        canvas.thickness[at] = (0.5 + bristle) * (1 - 0.75 * s * s) * width;
      }
      x += way * step * std::cos(angle);
      y += way * step * std::sin(angle);
    }
  }
}

// The functions below compute the picture of stained glass (paint_glass).

// Returns the centres of the glass panes. The panes form rings around the middle; each ring has its
// own number of panes.
std::vector<Point> pane_centres() {
  constexpr std::array kRings{1, 8, 8, 16, 16, 24, 24, 32, 32};
  std::vector<Point> centres;
  for (std::size_t ring = 0; ring < kRings.size(); ++ring) {
    for (int i = 0; i < kRings[ring]; ++i) {
      const double turn = 2 * kPi * (i + 0.5 * static_cast<double>(ring % 2)) / kRings[ring];
      const double radius = 0.088 * static_cast<double>(ring);
      centres.push_back({0.5 + radius * std::cos(turn), 0.5 + radius * std::sin(turn)});
    }
  }
  return centres;
}

Vec3 glass_colour(const std::vector<Point>& centres, double u, double v) {
  const double wu = u + 0.012 * (fractal(u * 9, v * 9, 3, 330) - 0.5);
  const double wv = v + 0.012 * (fractal(u * 9, v * 9, 3, 340) - 0.5);
  std::size_t nearest = 0;
  double first = 9, second = 9;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const double distance = std::hypot(wu - centres[i].u, wv - centres[i].v);
    if (distance < first) {
      second = first;
      first = distance;
      nearest = i;
    } else {
      second = std::min(second, distance);
    }
  }
  static constexpr std::array<Vec3, 7> kPanes{{{0.90, 0.13, 0.12},
                                               {0.08, 0.22, 0.75},
                                               {0.98, 0.72, 0.10},
                                               {0.05, 0.52, 0.38},
                                               {0.50, 0.12, 0.55},
                                               {0.13, 0.62, 0.85},
                                               {0.95, 0.42, 0.08}}};
  const double radius = std::hypot(centres[nearest].u - 0.5, centres[nearest].v - 0.5);
  const auto ring = static_cast<std::size_t>(std::lround(radius / 0.088));
  const auto pane = static_cast<std::int64_t>(nearest);
  const std::size_t pick = ring * 3 + (hashed(pane, 5, 350) < 0.72 ? nearest % 2 : 4);
  Vec3 colour = kPanes[pick % kPanes.size()] * (0.82 + 0.36 * hashed(pane, 6, 350));
  const double streak = fractal(u * 7 + 3 * hashed(pane, 7, 350), v * 34, 4, 360);
  colour = colour * (0.62 + 0.75 * streak);
  // Computes the light as if it came through the window from behind.
  colour = mix(colour, {1.0, 0.97, 0.85}, 0.42 * smoothstep(0.055, 0.0, first));
  const double rim = second - first;
  const double lead = smoothstep(0.0135, 0.0095, rim);
  const double solder = 0.20 * smoothstep(0.006, 0.0, rim);
  return mix(colour, Vec3{0.06, 0.055, 0.06} + Vec3{solder, solder, solder}, lead);
}

// The functions below compute the woodcut (paint_woodcut).

// Returns the height of the upper edge of wave `i`. The waves are long and have the pointed crests
// of shallow water.
double wave_edge(int i, double u) {
  const double phase = u * (1.9 + 0.35 * (i % 3)) + 0.37 * i + 0.05 * std::sin(11 * u + i);
  const double crest = std::pow(std::abs(std::sin(kPi * phase)), 0.62);
  return 0.44 + 0.088 * i + 0.10 * crest - 0.06;
}

Vec3 woodcut_colour(double u, double v) {
  const Vec3 paper{0.94, 0.89, 0.76}, ink{0.07, 0.13, 0.28};
  const double grain = noise(u * 12 + 1.5 * noise(u * 3, v * 2, 371), v * 210, 370) - 0.5;
  // The sky: orange at the top, fading to the colour of the paper.
  Vec3 colour = mix({0.84, 0.55, 0.36}, paper, smoothstep(0.0, 0.40, v));
  const double ray = std::atan2(v - 0.36, u - 0.64) * 24 / (2 * kPi);
  if (ray - std::floor(ray) < 0.5) colour = mix(colour, {0.93, 0.70, 0.36}, 0.55);
  if (std::hypot(u - 0.64, v - 0.36) < 0.205) colour = ink;
  if (std::hypot(u - 0.64, v - 0.36) < 0.197) colour = {0.82, 0.19, 0.12};
  for (int i = 0; i < 7; ++i) {
    const double slope = (wave_edge(i, u + 0.002) - wave_edge(i, u - 0.002)) / 0.004;
    const double below = (v - wave_edge(i, u)) / std::sqrt(1 + 0.5 * slope * slope);
    if (below < 0) continue;
    const double stripe = below / 0.017;
    const double within = stripe - std::floor(stripe);
    const Vec3 deep = i % 2 == 0 ? Vec3{0.10, 0.25, 0.48} : Vec3{0.13, 0.42, 0.56};
    const Vec3 pale = i % 2 == 0 ? Vec3{0.55, 0.73, 0.76} : Vec3{0.80, 0.85, 0.74};
    colour = within < 0.22 ? ink : (static_cast<int>(stripe) % 2 == 0 ? pale : deep);
    if (below < 0.013) colour = paper;  // white foam along the crest
    if (below < 0.004) colour = ink;
  }
  return colour * (1 + 0.13 * grain);
}

}  // namespace

Image paint_oil(int side) {
  constexpr int kFiner = 3;  // the canvas has 3 × 3 points for each pixel
  Canvas canvas{side * kFiner, {}, {}};
  const std::size_t points =
      static_cast<std::size_t>(canvas.side) * static_cast<std::size_t>(canvas.side);
  canvas.colour.assign(points, {0.20, 0.22, 0.30});
  canvas.thickness.assign(points, 0.0);
  struct Layer {
    int strokes;
    double length, width;
  };
  std::uint32_t id = 0;
  for (const Layer& layer :
       {Layer{3000, 0.16, 0.030}, Layer{5200, 0.105, 0.0175}, Layer{5200, 0.06, 0.0105}}) {
    for (int i = 0; i < layer.strokes; ++i, ++id) {
      stroke(canvas, 1.1 * hashed(id, 8, 310) - 0.05, 1.1 * hashed(id, 9, 310) - 0.05, layer.length,
             layer.width, id);
    }
  }
  return supersampled(side, [&](double u, double v) {
    const auto x = static_cast<std::ptrdiff_t>(u * canvas.side);
    const auto y = static_cast<std::ptrdiff_t>(v * canvas.side);
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) {
      const std::ptrdiff_t last = canvas.side - 1;
      return static_cast<std::size_t>(std::min(j, last) * canvas.side + std::min(i, last));
    };
    const double relief = canvas.thickness[at(x + 1, y + 1)] - canvas.thickness[at(x, y)];
    const double light = std::clamp(1 + 26 * relief, 0.72, 1.35);
    return canvas.colour[at(x, y)] * light;
  });
}

Image paint_glass(int side) {
  const std::vector<Point> centres = pane_centres();
  return supersampled(side, [&](double u, double v) { return glass_colour(centres, u, v); });
}

Image paint_woodcut(int side) { return supersampled(side, woodcut_colour); }

}  // namespace nst::samples
