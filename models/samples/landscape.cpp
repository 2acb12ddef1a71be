// Paints the sample photograph: a mountain lake in the evening. The landscape is a height field of
// noise, and the program follows a ray for every pixel. Lengths are roughly kilometres; y is up,
// and the camera looks along +z.
#include <array>

#include "noise.hpp"

namespace nst::samples {
namespace {

// Distance from the eye beyond which a ray of view meets only the sky.
constexpr double kFar = 34;
const Vec3 kEye{0, 0.16, 0};
const Vec3 kSun = normalized({-0.86, 0.42, -0.10});
const Vec3 kSunLight{3.6, 2.25, 1.20};
const Vec3 kSkyLight{0.20, 0.29, 0.50};

// Returns noise with sharp ridges, which lie where plain noise crosses its middle value. Fine noise
// is added only where the coarse noise has ridges.
double ridges(double x, double z, int octaves) {
  double sum = 0, weight = 0.5, carry = 1;
  for (int i = 0; i < octaves; ++i) {
    const double crease = 1 - std::abs(2 * noise(x, z, 40 + static_cast<std::uint32_t>(i)) - 1);
    const double ridge = crease * crease * carry;
    sum += ridge * weight;
    carry = clamp01(ridge * 1.9);
    weight *= 0.54;
    const double turned = 1.6 * x - 1.2 * z;
    z = 1.2 * x + 1.6 * z;
    x = turned;
  }
  return sum;
}

// Returns the height of the ground at a point; below 0 is the lake. There are shores at the left,
// at the right and far away, and mountains behind.
double ground(double x, double z, int octaves) {
  const double bay = 1.4 * noise(x * 0.55, z * 0.55, 7) - 0.7;
  const double far_shore = smoothstep(3.4, 13, z + bay);
  const double left = smoothstep(1.3, 5.0, -x - 0.12 * z + bay) * 0.55;
  const double right = smoothstep(1.8, 5.5, x - 0.10 * z + bay) * 0.42;
  const double rise = std::max({far_shore, left, right});
  if (rise <= 0) return -0.04;
  const double peak =
      1 + 0.55 * std::exp(-(x - 2.6) * (x - 2.6) * 0.10 - (z - 15) * (z - 15) * 0.02);
  return rise * peak * (3.7 * ridges(x * 0.15 + 3.7, z * 0.15 + 1.3, octaves) + 0.12) - 0.04;
}

Vec3 sky(const Vec3& direction) {
  const double up = std::max(direction.y, 0.0);
  Vec3 colour = mix({1.0, 0.62, 0.38}, {0.24, 0.42, 0.78}, std::pow(smoothstep(0, 0.42, up), 0.6));
  colour = mix(colour, {0.05, 0.15, 0.45}, smoothstep(0.15, 0.55, up));
  const double toward_sun = clamp01(dot(direction, kSun));
  colour = colour + Vec3{1.0, 0.55, 0.22} * (0.55 * std::pow(toward_sun, 5));

  const double reach = 1.0 / (up + 0.09);  // distance along the ray to the layer of clouds
  const double cx = direction.x * reach * 1.15 + 9, cz = direction.z * reach * 0.9 + 2;
  const double density = fractal(cx, cz, 7, 90);
  const double shade = density - fractal(cx + kSun.x * 0.35, cz + kSun.z * 0.35, 5, 90);
  const double cover = smoothstep(0.50, 0.72, density) * smoothstep(0.015, 0.12, up);
  const Vec3 cloud = mix({0.62, 0.50, 0.56}, {1.35, 1.02, 0.80}, clamp01(0.55 + 3.0 * shade));
  return mix(colour, cloud, 0.88 * cover);
}

// Returns the distance along the ray to the ground, or kFar if the ray does not meet it.
double march(const Vec3& origin, const Vec3& direction, double start) {
  double t = start, before = start;
  while (t < kFar) {
    const Vec3 p = origin + direction * t;
    if (p.y > 4.8 && direction.y > 0) return kFar;
    const double clearance = p.y - ground(p.x, p.z, 8);
    if (clearance < 0) {
      for (int i = 0; i < 8; ++i) {  // finds the point where the ray meets the ground, by bisection
        const double middle = 0.5 * (before + t);
        const Vec3 q = origin + direction * middle;
        (q.y < ground(q.x, q.z, 8) ? t : before) = middle;
      }
      return t;
    }
    before = t;
    t += std::max(0.28 * clearance, 0.0025 * t + 0.001);
  }
  return kFar;
}

double sunlight(const Vec3& p) {
  double open = 1;
  for (double t = 0.08; t < 7; t *= 1.22) {
    const Vec3 q = p + kSun * t;
    open = std::min(open, (q.y - ground(q.x, q.z, 6)) / t * 14 + 0.5);
    if (open <= 0) return 0;
  }
  return clamp01(open);
}

Vec3 shade_ground(const Vec3& p, double distance) {
  const double e = 0.0011 * distance + 0.002;
  const auto slope = [&](double span, int octaves) {
    return normalized({ground(p.x - span, p.z, octaves) - ground(p.x + span, p.z, octaves),
                       2 * span,
                       ground(p.x, p.z - span, octaves) - ground(p.x, p.z + span, octaves)});
  };
  const Vec3 fine = slope(e, 11);
  const double mottle = fractal(p.x * 5, p.z * 5, 5, 130);

  // The colour of bare rock. Trees, meadows and snow are painted over it below.
  Vec3 colour = mix({0.20, 0.165, 0.15}, {0.33, 0.28, 0.25}, mottle);
  const double trees = smoothstep(1.05, 0.55, p.y + 0.7 * mottle - 0.35) *
                       smoothstep(0.50, 0.72, fine.y + 0.25 * mottle);
  const Vec3 wood =
      mix({0.020, 0.045, 0.018}, {0.085, 0.115, 0.035}, fractal(p.x * 26, p.z * 26, 3, 150));
  colour = mix(colour, wood, trees);
  const double meadow =
      smoothstep(0.11, 0.03, p.y + 0.08 * mottle) * smoothstep(0.80, 0.92, fine.y);
  colour = mix(colour, {0.21, 0.20, 0.06}, meadow);
  const double snow =
      smoothstep(1.15, 1.75, p.y + 0.9 * mottle - 0.45) * smoothstep(0.33, 0.52, fine.y);
  colour = mix(colour, {0.86, 0.88, 0.93}, snow);

  const double sun = clamp01(dot(fine, kSun)) * sunlight(p);
  const Vec3 light = kSunLight * sun + kSkyLight * (0.55 + 0.45 * fine.y) +
                     Vec3{0.25, 0.15, 0.10} * clamp01(0.5 - 0.5 * dot(fine, kSun));
  return colour * light;
}

Vec3 haze(const Vec3& colour, const Vec3& direction, double distance) {
  const double toward_sun = clamp01(dot(direction, kSun));
  const Vec3 air =
      mix({0.36, 0.46, 0.68}, {1.0, 0.64, 0.40}, 0.12 + 0.88 * toward_sun * toward_sun);
  return mix(colour, air, 1 - std::exp(-std::pow(distance * 0.027, 1.5)));
}

Vec3 look(const Vec3& origin, const Vec3& direction, double start) {
  const double t = march(origin, direction, start);
  if (t >= kFar) return sky(direction);
  return haze(shade_ground(origin + direction * t, t), direction, t);
}

Vec3 look_with_water(const Vec3& direction) {
  const double to_water = direction.y < 0 ? -kEye.y / direction.y : kFar;
  const double t = march(kEye, direction, 0.05);
  if (t < to_water || to_water >= kFar) {
    return t >= kFar ? sky(direction) : haze(shade_ground(kEye + direction * t, t), direction, t);
  }
  const Vec3 p = kEye + direction * to_water;
  // Tilts the surface of the water by ripples. Ripples are long across the view, and weaker in calm
  // patches.
  const double calm = 0.25 + 0.75 * smoothstep(0.35, 0.65, fractal(p.x * 0.9, p.z * 0.5, 3, 170));
  const double wave = (fractal(p.x * 9, p.z * 26, 4, 160) - 0.5) * 0.055 * calm;
  const Vec3 normal = normalized({wave * 0.5, 1, wave});
  const Vec3 mirrored = direction - normal * (2 * dot(direction, normal));
  const Vec3 bounce = normalized({mirrored.x, std::max(mirrored.y, 0.004), mirrored.z});
  const Vec3 reflection = look({p.x, 0.004, p.z}, bounce, 0.03);
  const double fresnel = 0.06 + 0.94 * std::pow(1 - clamp01(-dot(direction, normal)), 4);
  const Vec3 deep = mix({0.015, 0.075, 0.085}, {0.03, 0.13, 0.13}, calm);
  return haze(mix(deep, reflection * Vec3{0.90, 0.95, 0.97}, fresnel), direction, to_water);
}

// A fir in picture coordinates: its foot is at (x, y); lengths are fractions of the picture's
// height.
struct Tree {
  double x, y, height;
};

constexpr std::array kTrees{
    Tree{0.030, 1.02, 0.80}, Tree{0.130, 1.03, 0.60}, Tree{0.215, 1.04, 0.43},
    Tree{0.085, 1.06, 0.36}, Tree{0.285, 1.05, 0.27}, Tree{1.475, 1.03, 0.50},
    Tree{1.395, 1.05, 0.34}, Tree{1.325, 1.05, 0.22}, Tree{0.345, 1.04, 0.16}};

// Paints the firs, and the bank below them, over `colour`. (u, v) are picture coordinates.
Vec3 foreground(double u, double v, Vec3 colour) {
  const double edge = std::abs(u - 0.82) - 0.36;
  const double bank = 1.01 - 0.115 * smoothstep(-0.12, 0.42, edge) -
                      0.018 * fractal(u * 9, 0, 4, 200) - 0.022 * noise(u * 190, 0, 201);
  for (std::size_t i = 0; i < kTrees.size(); ++i) {
    const Tree& tree = kTrees[i];
    // The pixel's vertical place in the tree: 0 at the tip, 1 at the foot.
    const double down = (v - (tree.y - tree.height)) / tree.height;
    if (down < 0 || down > 1) continue;
    const auto seed = 210 + static_cast<std::uint32_t>(i);
    const double across = (u - tree.x) / tree.height;
    const double tier = down * 13 + 0.5 * noise(across * 9, down * 5, seed);
    const double drooping = tier - std::floor(tier);
    const double needles = noise(across * 75, down * 75, seed) - 0.5;
    const double half =
        0.165 * std::pow(down, 0.85) * (0.45 + 0.65 * drooping) * (1 + 1.1 * needles) + 0.003;
    if (std::abs(across) > half) continue;
    const double lit = smoothstep(0.35, -0.9, across / half) * (0.25 + 0.75 * drooping);
    const double grain = fractal(u * 120, v * 160, 3, seed);
    colour = mix({0.010, 0.026, 0.016}, {0.16, 0.17, 0.045}, lit * (0.25 + 0.9 * grain));
  }
  if (v > bank) {
    const double blades = fractal(u * 150, v * 26, 3, 230);
    colour = mix({0.018, 0.030, 0.012}, {0.27, 0.21, 0.06}, blades * smoothstep(1.06, 0.86, v));
  }
  return colour;
}

Vec3 developed(Vec3 linear) {
  // A filmic tone curve from linear light to display values (Hable 2010, in Hejl's short form).
  const auto curve = [](double v) {
    const double x = std::max(0.0, v * 0.80 - 0.004);
    return (x * (6.2 * x + 0.5)) / (x * (6.2 * x + 1.7) + 0.06);
  };
  const Vec3 c{curve(linear.x), curve(linear.y), curve(linear.z)};
  const double grey = dot(c, {0.3, 0.59, 0.11});
  return mix({grey, grey, grey}, c, 1.25);
}

}  // namespace

Image paint_landscape(int width, int height) {
  constexpr int kSamples = 3;  // number of rays per pixel along each axis
  Image image(width, height, 3, SampleType::f32);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      Vec3 sum;
      for (int s = 0; s < kSamples * kSamples; ++s) {
        const double u = (x + (s % kSamples + 0.5) / kSamples) / height;
        const double v = (y + (s / kSamples + 0.5) / kSamples) / height;
        const double aspect = static_cast<double>(width) / height;
        const Vec3 direction = normalized({u - 0.5 * aspect, 0.50 - v, 1.05});
        sum = sum + developed(foreground(u, v, look_with_water(direction)));
      }
      put(image, x, y, sum * (1.0 / (kSamples * kSamples)));
    }
  }
  return image;
}

}  // namespace nst::samples
