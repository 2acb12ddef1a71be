#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

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
        // The bound allows for two errors of the mean. First, the mean is rounded to float once.
        // Second, the kernel's sum of deviations errs by about 1e-6 of the standard deviation. An
        // instance norm needs no better accuracy.
        const double mean_error = 1e-6 * deviation + 0x1p-23 * std::abs(want.mean);
        // The last term allows for the error of the mean: if the mean errs by e, the sum of squared
        // deviations grows by count * e^2.
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

struct MergeCase {
  ConvBlocking blocking;
  int h, w, channels;
};

struct Merged {
  Guarded scale, shift;
};

// Returns the scale and shift that a table computes from moments. in_place: the shift is written to
// beta's memory.
Merged merge(const Table& table, const MergeCase& m, const Guarded& moments, const Guarded& gamma,
             const Guarded& beta, bool in_place) {
  constexpr double kEpsilon = 1e-5;
  Merged merged{Guarded(m.channels, -1.0f), in_place ? beta : Guarded(m.channels, -1.0f)};
  table.merge_moments({m.blocking, m.h, m.w, m.channels, moments.data(), gamma.data(),
                       in_place ? merged.shift.data() : beta.data(), kEpsilon, merged.scale.data(),
                       merged.shift.data()});
  return merged;
}

// In the second and fourth cases, the first spatial blocks begin at row −1 and column −1, as in an
// upsampling convolution. Only their pixels inside the picture must count.
const std::vector<MergeCase> kMergeCases = {{{0, 0, 5, 7, 3, 0}, 5, 7, 1},
                                            {{-1, -1, 8, 16, 16, 0}, 31, 45, 3},
                                            {{0, 0, 16, 64, 32, 0}, 100, 130, 64},
                                            {{-1, -1, 4, 4, 65, 0}, 13, 9, 65},
                                            {{0, 0, 9, 8, 150, 0}, 64, 64, 150}};

TEST_CASE("merged moments are those of the whole, as a scale and a shift") {
  Random random(kSeed + 2);
  MESSAGE("seed ", kSeed + 2);
  for (const MergeCase& m : kMergeCases) {
    CAPTURE(m.channels);
    const Tensor x = Tensor::random(random, m.h, m.w, m.channels, 0, 0, -1.0f, 3.0f);
    const int spatial_blocks = spatial_block_count(m.blocking, m.h, m.w);
    Guarded moments(2 * spatial_blocks * m.channels, 0.0f);
    for (int spatial_block = 0; spatial_block < spatial_blocks; ++spatial_block) {
      for (int c = 0; c < m.channels; ++c) {
        const Moments part =
            moments_of(x, nth_spatial_block(m.blocking, m.h, m.w, spatial_block), c);
        moments[2 * spatial_block * m.channels + c] = static_cast<float>(part.mean);
        moments[(2 * spatial_block + 1) * m.channels + c] = static_cast<float>(part.squares);
      }
    }
    Guarded gamma(m.channels, 0.0f), beta(m.channels, 0.0f);
    for (float& value : gamma) value = random.uniform(-2.0f, 2.0f);
    for (float& value : beta) value = random.uniform(-1.0f, 1.0f);
    const auto check = [&](const Table& table, bool in_place) {
      const Merged got = merge(table, m, moments, gamma, beta, in_place);
      for (int c = 0; c < m.channels; ++c) {
        const Moments whole = moments_of(x, {0, 0, m.h, m.w, 0, 0}, c);
        const double count = static_cast<double>(m.h) * m.w;
        const double scale = gamma[c] / std::sqrt(whole.squares / count + 1e-5);
        CAPTURE(c);
        // The bound allows for two rounding errors: one in the blocks' moments, one in the result.
        CHECK(std::abs(got.scale[c] - scale) <= 4 * 0x1p-24 * std::abs(scale));
        CHECK(std::abs(got.shift[c] - (beta[c] - whole.mean * scale)) <=
              4 * 0x1p-24 * (std::abs(beta[c]) + std::abs(whole.mean * scale)));
      }
    };
    check(reference_table(), false);
    for_each_table([&](const Table& table) {
      check(table, false);
      check(table, true);
    });
  }
}

TEST_CASE("a channel of zeros is merged to the shift beta, exactly") {
  for (const MergeCase& m : kMergeCases) {
    const Guarded moments(2 * spatial_block_count(m.blocking, m.h, m.w) * m.channels, 0.0f);
    const Guarded gamma(m.channels, -1.7f), beta(m.channels, 0.3f);
    for_each_table([&](const Table& table) {
      const Merged got = merge(table, m, moments, gamma, beta, false);
      for (int c = 0; c < m.channels; ++c) {
        CHECK(got.shift[c] == 0.3f);
        CHECK(got.scale[c] == static_cast<float>(static_cast<double>(-1.7f) / std::sqrt(1e-5)));
      }
    });
  }
}

}  // namespace
}  // namespace nst::kernels::test
