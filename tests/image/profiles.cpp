#include "image/profiles.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "image/compose.hpp"

namespace nst::test {
namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer be32(std::int64_t value) {
  return FileBytes{}.be32(static_cast<std::uint64_t>(value)).bytes;
}

// Returns a number in ICC's fixed-point format s15Fixed16 (ICC.1, 4.6), four bytes.
Buffer fixed(double value) { return be32(std::llround(value * 65536.0)); }

Buffer xyz_tag(const std::array<double, 3>& xyz) {
  FileBytes tag;
  tag.text("XYZ ").zeros(4);
  for (const double value : xyz) tag.add(fixed(value));
  return tag.bytes;
}

// Returns a tag with a curve (parametricCurveType): the power `gamma` or, for gamma 0, the curve of
// sRGB (function type 3).
Buffer curve_tag(double gamma) {
  FileBytes tag;
  tag.text("para").zeros(4);
  if (gamma > 0.0) return tag.zeros(4).add(fixed(gamma)).bytes;
  tag.add({0, 3, 0, 0});
  for (const double value : {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045}) {
    tag.add(fixed(value));
  }
  return tag.bytes;
}

// Returns an ICC profile with these tags (ICC.1, 7.2 and 7.3).
Buffer profile(const std::string& kind, const std::string& space, const std::string& connection,
               const std::vector<std::pair<std::string, Buffer>>& tags) {
  FileBytes table, data;
  const std::size_t begin = 128 + 4 + 12 * tags.size();
  table.be32(tags.size());
  for (const auto& [name, body] : tags) {
    table.text(name).be32(begin + data.bytes.size()).be32(body.size());
    data.add(body).zeros((4 - body.size() % 4) % 4);
  }
  FileBytes file;
  file.be32(begin + data.bytes.size()).zeros(4).add({2, 0x40, 0, 0});
  file.text(kind).text(space).text(connection).zeros(12).text("acsp").zeros(28);
  for (const double white : {0.9642, 1.0, 0.8249}) file.add(fixed(white));
  return file.zeros(48).add(table.bytes).add(data.bytes).bytes;
}

double linear(double value, double gamma) {
  if (gamma > 0.0) return std::pow(value, gamma);
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

}  // namespace

const RgbSpace kSrgb{
    {{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}}, 0.0};
const RgbSpace kDisplayP3{
    {{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}},
    0.0};
const RgbSpace kAdobeRgb{
    {{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}},
    2.19921875};
const RgbSpace kProPhoto{
    {{{0.79767, 0.28804, 0.0}, {0.13519, 0.71188, 0.0}, {0.03134, 0.00009, 0.82491}}}, 1.8};

Buffer rgb_profile(const RgbSpace& space) {
  const Buffer curve = curve_tag(space.gamma);
  return profile("mntr", "RGB ", "XYZ ",
                 {{"wtpt", xyz_tag({0.9642, 1.0, 0.8249})},
                  {"rXYZ", xyz_tag(space.xyz[0])},
                  {"gXYZ", xyz_tag(space.xyz[1])},
                  {"bXYZ", xyz_tag(space.xyz[2])},
                  {"rTRC", curve},
                  {"gTRC", curve},
                  {"bTRC", curve}});
}

Buffer grey_profile(double gamma) {
  return profile("mntr", "GRAY", "XYZ ",
                 {{"wtpt", xyz_tag({0.9642, 1.0, 0.8249})}, {"kTRC", curve_tag(gamma)}});
}

Buffer cmyk_profile() {
  // A table from 4 inks to Lab (lut8Type in ICC.1, 10.9), with 2 grid points for each ink, the
  // identity matrix, and linear curves.
  FileBytes lut;
  lut.text("mft1").zeros(4).add({4, 3, 2, 0});
  for (int i = 0; i < 9; ++i) lut.add(fixed(i % 4 == 0 ? 1.0 : 0.0));
  Buffer line(256);
  for (std::size_t i = 0; i < line.size(); ++i) line[i] = static_cast<std::uint8_t>(i);
  for (int ink = 0; ink < 4; ++ink) lut.add(line);
  // The table has an entry for each combination of inks. From one entry to the next the fourth ink
  // changes; the first ink changes only once in the table.
  for (int corner = 0; corner < 16; ++corner) {
    const int light = corner % 2 == 1 ? 0
                                      : 255 - 60 * (corner >> 3 & 1) - 80 * (corner >> 2 & 1) -
                                            20 * (corner >> 1 & 1);
    lut.u8(static_cast<std::uint64_t>(light)).u8(128).u8(128);
  }
  for (int channel = 0; channel < 3; ++channel) lut.add(line);
  return profile("prtr", "CMYK", "Lab ",
                 {{"wtpt", xyz_tag({0.9642, 1.0, 0.8249})}, {"A2B0", lut.bytes}});
}

std::array<double, 3> to_srgb(const RgbSpace& space, const std::array<double, 3>& unit) {
  // The inverse of kSrgb's matrix: from XYZ to linear sRGB.
  constexpr double kInverse[3][3] = {{3.1338561, -1.6168667, -0.4906146},
                                     {-0.9787684, 1.9161415, 0.0334540},
                                     {0.0719453, -0.2289914, 1.4052427}};
  std::array<double, 3> xyz{}, srgb{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < 3; ++k) xyz[k] += space.xyz[i][k] * linear(unit[i], space.gamma);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    double light = 0.0;
    for (std::size_t k = 0; k < 3; ++k) light += kInverse[i][k] * xyz[k];
    light = std::clamp(light, 0.0, 1.0);
    srgb[i] =
        255.0 * (light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055);
  }
  return srgb;
}

}  // namespace nst::test
