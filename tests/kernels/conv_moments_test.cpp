#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/kernels/support.hpp"

namespace nst::kernels::test {
namespace {

constexpr std::uint64_t kSeed = 71;

struct Moments {
  double mean, squares;
};

Moments moments_of(const Tensor& t, const Block& block, int c) {
  double sum = 0;
  for (int y = block.y; y < block.y + block.h; ++y) {
    for (int x = block.x; x < block.x + block.w; ++x) sum += t.at(y, x, c);
  }
  const double mean = sum / (static_cast<double>(block.h) * block.w);
  double squares = 0;
  for (int y = block.y; y < block.y + block.h; ++y) {
    for (int x = block.x; x < block.x + block.w; ++x) {
      squares += (t.at(y, x, c) - mean) * (t.at(y, x, c) - mean);
    }
  }
  return {mean, squares};
}

void check_moments(const ConvCase& conv, const ConvData& data) {
  CAPTURE(conv.describe());
  for_each_table([&](const Table& table) {
    const ConvResult result = run_conv(table, conv, data, BlockOrder::forward, true);
    const int channels = conv.spec.out_c;
    for (std::size_t i = 0; i < result.blocks.size(); ++i) {
      const Block& block = result.blocks[i];
      const double count = static_cast<double>(block.h) * block.w;
      for (int c = block.first_c; c < block.first_c + block.channels; ++c) {
        const Moments want = moments_of(result.output, block, c);
        const double mean = result.moments[i][c];
        const double squares = result.moments[i][channels + c];
        const double deviation = std::sqrt(want.squares / count);
        // The mean is rounded once to float; sums of deviations from it err by about 1e-6 of the
        // spread, which is what instance norm needs.
        const double mean_error = 1e-6 * deviation + 0x1p-23 * std::abs(want.mean);
        // A mean off by e adds count * e^2.
        const double squares_error = 1e-6 * want.squares + count * mean_error * mean_error;
        CAPTURE(c);
        CAPTURE(want.mean);
        CAPTURE(want.squares);
        REQUIRE(std::abs(mean - want.mean) <= mean_error);
        REQUIRE(std::abs(squares - want.squares) <= squares_error);
      }
    }
  });
}

ConvCase moments_case(int in_c, int out_c, bool depthwise, int h, int w) {
  ConvCase conv;
  conv.spec = {3, 3, in_c, out_c, 1, 1, depthwise};
  conv.geometry = {h, w, h, w, 1, 1, Border::reflect};
  conv.bias = true;
  return conv;
}

TEST_CASE("moments of a block equal those of what it wrote") {
  Random random(kSeed);
  MESSAGE("seed ", kSeed);
  for (const int out_c : {1, 3, 8, 16, 21, 32, 40}) {
    const ConvCase conv = moments_case(7, out_c, false, 33, 70);
    check_moments(conv, ConvData::random(random, conv));
  }
  const ConvCase conv = moments_case(19, 19, true, 33, 70);
  check_moments(conv, ConvData::random(random, conv));
}

TEST_CASE("moments stay exact when the mean is a thousand times the spread") {
  Random random(kSeed + 1);
  MESSAGE("seed ", kSeed + 1);
  for (const int out_c : {1, 3, 5, 8, 12, 32}) {
    const ConvCase conv = moments_case(5, out_c, false, 40, 64);
    ConvData data = ConvData::random(random, conv);
    for (float& value : data.bias) value = value < 0 ? -3000.0f : 5000.0f;
    check_moments(conv, data);
  }
}

TEST_CASE("moments of a constant picture are that constant and zero") {
  for (const int out_c : {1, 3, 5, 8, 12, 32}) {
    ConvCase conv = moments_case(4, out_c, false, 20, 20);
    Random random(1);
    ConvData data = ConvData::random(random, conv);
    std::fill(data.weights.begin(), data.weights.end(), 0.0f);
    for_each_table([&](const Table& table) {
      const ConvResult result = run_conv(table, conv, data, BlockOrder::forward, true);
      for (std::size_t i = 0; i < result.blocks.size(); ++i) {
        const Block& block = result.blocks[i];
        for (int c = block.first_c; c < block.first_c + block.channels; ++c) {
          CHECK(result.moments[i][c] == data.bias[c]);
          CHECK(result.moments[i][out_c + c] == 0.0f);
        }
      }
    });
  }
}

}  // namespace
}  // namespace nst::kernels::test
