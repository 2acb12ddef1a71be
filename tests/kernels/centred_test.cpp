// Tests convolutions of centred tensors: each value is stored as its deviation from a constant of
// its channel. If all deviations are zero, every output must be exactly zero. relu keeps a
// deviation at or above a floor, because the sum of deviation and constant must not be negative.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/kernels/support.hpp"

namespace nst::kernels::test {
namespace {

constexpr std::uint64_t kSeed = 1128;

// Layers that use every algorithm of a table. In some of them the channels fill whole vectors and
// whole panels, in others they do not.
const std::vector<ConvSpec> kSpecs = {
    {9, 9, 3, 32, 1, 1, false},    {9, 9, 32, 3, 1, 1, false},    {9, 9, 5, 7, 1, 1, false},
    {3, 3, 32, 64, 2, 1, false},   {3, 3, 8, 16, 2, 1, false},    {3, 3, 50, 33, 2, 1, false},
    {3, 3, 16, 16, 1, 1, false},   {3, 3, 128, 128, 1, 1, false}, {3, 3, 77, 40, 1, 1, false},
    {3, 3, 130, 64, 1, 2, false},  {3, 3, 16, 8, 1, 2, false},    {3, 3, 128, 70, 1, 2, false},
    {5, 5, 60, 40, 1, 1, false},   {1, 7, 40, 24, 1, 1, false},   {7, 1, 100, 20, 1, 1, false},
    {1, 1, 128, 128, 1, 1, false}, {1, 1, 35, 21, 1, 1, false},   {1, 1, 13, 29, 2, 1, false},
    {2, 4, 5, 7, 1, 1, false},     {5, 5, 16, 3, 1, 1, false},    {3, 3, 32, 32, 1, 1, true},
    {3, 3, 37, 37, 1, 2, true},    {9, 9, 32, 32, 1, 1, true},    {9, 9, 3, 3, 1, 1, true}};

ConvCase case_of(const ConvSpec& spec) {
  ConvCase conv;
  conv.spec = spec;
  ConvGeometry& g = conv.geometry;
  g.in_h = 19;
  g.in_w = 37;
  g.pad_top = spec.kernel_h / 2;
  g.pad_left = spec.kernel_w / 2;
  g.out_h = (g.in_h * spec.upsample + 2 * g.pad_top - spec.kernel_h) / spec.stride + 1;
  g.out_w = (g.in_w * spec.upsample + 2 * g.pad_left - spec.kernel_w) / spec.stride + 1;
  g.border = Border::reflect;
  return conv;
}

void check_zeros(const ConvCase& conv, const ConvData& data) {
  CAPTURE(conv.describe());
  for_each_table([&](const Table& table) {
    const ConvResult result = run_conv(table, conv, data, BlockOrder::forward, true);
    const auto count_others = [](const Tensor& t) {
      int others = 0;
      for (int y = 0; y < t.h(); ++y) {
        for (int x = 0; x < t.w(); ++x) {
          for (int c = 0; c < t.c(); ++c) others += t.at(y, x, c) == 0.0f ? 0 : 1;
        }
      }
      return others;
    };
    CHECK(count_others(result.output) == 0);
    if (conv.prologue_output) CHECK(count_others(result.prologue_output) == 0);
  });
}

void make_zero(Tensor& t) {
  if (!t.empty()) t = t.scaled(0.0f);
}

TEST_CASE("convolutions of zeros are zero, exactly, whatever the weights") {
  Random random(kSeed);
  MESSAGE("seed ", kSeed);
  for (const ConvSpec& spec : kSpecs) {
    const ConvCase conv = case_of(spec);
    ConvData data = ConvData::random(random, conv);
    make_zero(data.x);
    for (const float size : {1.0f, 1e-3f, 300.0f}) {
      for (float& weight : data.weights) weight *= size;
      check_zeros(conv, data);
    }
  }
}

TEST_CASE(
    "convolutions of zeros are zero, exactly, after relu with a constant on either side of 0") {
  Random random(kSeed + 1);
  MESSAGE("seed ", kSeed + 1);
  for (const ConvSpec& spec : kSpecs) {
    ConvCase conv = case_of(spec);
    conv.prologue = conv.bias = conv.floors = conv.prologue_add = true;
    conv.prologue_output =
        spec.stride == 1 && spec.upsample == 1 && spec.kernel_h % 2 == 1 && spec.kernel_w % 2 == 1;
    conv.input_act = conv.act = Activation::relu;
    ConvData data = ConvData::random(random, conv);
    make_zero(data.x);
    make_zero(data.prologue_add);
    // relu of a centred value: relu(constant + d) - relu(constant) = max(d + min(constant, 0),
    // -max(constant, 0)). min(constant, 0) is added as a shift or bias; -max(constant, 0) is the
    // floor.
    const auto split = [&](Guarded& rest, Guarded& floor) {
      for (std::size_t c = 0; c < rest.size(); ++c) {
        const float constant = random.uniform(-2.0f, 2.0f);
        rest[c] = std::min(constant, 0.0f);
        floor[c] = -std::max(constant, 0.0f);
      }
    };
    split(data.shift, data.input_floor);
    split(data.bias, data.floor);
    check_zeros(conv, data);
  }
}

}  // namespace
}  // namespace nst::kernels::test
