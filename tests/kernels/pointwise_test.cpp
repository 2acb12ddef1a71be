#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/kernels/support.hpp"

namespace nst::kernels::test {
namespace {

constexpr std::uint64_t kSeed = 4242;
constexpr float kUnit = 0x1p-24f;

// Calls f(y, x, c) for every element of the tensor, or until f returns false.
template <class F>
void for_each_element(const Tensor& t, F&& f) {
  for (int y = 0; y < t.h(); ++y) {
    for (int x = 0; x < t.w(); ++x) {
      for (int c = 0; c < t.c(); ++c) {
        if (!f(y, x, c)) return;
      }
    }
  }
}

void check_within(const Tensor& got, const Tensor& want, float tolerance) {
  for_each_element(got, [&](int y, int x, int c) {
    const bool close = std::abs(got.at(y, x, c) - want.at(y, x, c)) <= tolerance;
    CAPTURE(y);
    CAPTURE(x);
    CAPTURE(c);
    if (!close) CHECK(got.at(y, x, c) == want.at(y, x, c));
    return close;
  });
  CHECK(got.foreign_untouched());
}

struct PoolShape {
  int kernel, stride, pad, h, w, channels;
};

Tensor run_pool(const Table& table, PoolKind kind, const PoolShape& s, const Tensor& x, int gap) {
  const auto out = [&](int side) { return (side + 2 * s.pad - s.kernel) / s.stride + 1; };
  Tensor output(out(s.h), out(s.w), s.channels, gap, 1);
  PoolArgs args{};
  args.kind = kind;
  args.channels = s.channels;
  args.kernel = s.kernel;
  args.stride = s.stride;
  args.geometry = {s.h, s.w, output.h(), output.w(), s.pad, s.pad, Border::zero};
  args.input = x.view();
  args.output = output.mutable_view();
  // Runs blocks of 3×4 outputs. Neither side of the output needs to be a multiple of the block's
  // side.
  for (int y = 0; y < output.h(); y += 3) {
    for (int col = 0; col < output.w(); col += 4) {
      table.pool(args, {y, col, std::min(3, output.h() - y), std::min(4, output.w() - col), 0, 0});
    }
  }
  return output;
}

TEST_CASE("pooling equals the reference and counts only pixels inside") {
  Random random(kSeed);
  MESSAGE("seed ", kSeed);
  for (const PoolShape& s :
       {PoolShape{3, 2, 0, 11, 17, 64}, PoolShape{3, 1, 1, 9, 7, 35}, PoolShape{3, 1, 1, 2, 2, 3},
        PoolShape{2, 2, 0, 6, 8, 17}, PoolShape{5, 1, 2, 7, 6, 9}}) {
    for (const int gap : {0, 6}) {
      // All values are negative: so a maximum that wrongly includes the zeros of the padding would
      // differ.
      const Tensor x =
          Tensor::random(random, s.h, s.w, s.channels, gap, gap == 0 ? 0 : 3, -2.0f, -1.0f);
      for_each_table([&](const Table& table) {
        const auto both = [&](PoolKind kind, float tolerance) {
          check_within(run_pool(table, kind, s, x, gap),
                       run_pool(reference_table(), kind, s, x, gap), tolerance);
        };
        both(PoolKind::max, 0.0f);
        // The bound allows for kernel^2 sums, each below 2 and rounded once, and for one division.
        both(PoolKind::average, 2 * 2 * static_cast<float>(s.kernel * s.kernel) * kUnit);
      });
    }
  }
}

struct AffineCase {
  int h, w, channels, gap;
  bool scaled, add;
  Activation act;
  float add_factor = 1.0f;
};

Tensor run_affine(const Table& table, const AffineCase& a, const Tensor& x, const Tensor& add,
                  const Guarded& scale, const Guarded& shift, const Guarded& floor = {}) {
  Tensor output(a.h, a.w, a.channels, a.gap, 2);
  AffineArgs args{};
  args.width = a.w;
  args.channels = a.channels;
  args.x = x.view();
  args.scale = a.scaled ? scale.data() : nullptr;
  args.shift = a.scaled ? shift.data() : nullptr;
  args.floor = a.act == Activation::relu ? floor.data() : nullptr;
  args.act = a.act;
  args.add = a.add ? add.view() : ConstView{};
  args.add_factor = a.add_factor;
  args.output = output.mutable_view();
  table.affine(args, 0, a.h / 2);
  table.affine(args, a.h / 2, a.h);
  return output;
}

TEST_CASE("the affine pass equals the reference for every activation") {
  Random random(kSeed + 1);
  MESSAGE("seed ", kSeed + 1);
  for (int i = 0; i < 200; ++i) {
    const AffineCase a{random.between(1, 5),
                       random.between(1, 40),
                       random.between(1, 40),
                       random.chance() ? random.between(1, 5) : 0,
                       random.chance(),
                       random.chance(),
                       static_cast<Activation>(random.between(0, 3)),
                       random.chance() ? 0.125f : 1.0f};
    const Tensor x = Tensor::random(random, a.h, a.w, a.channels, a.gap, 1, -4.0f, 8.0f);
    const Tensor add = Tensor::random(random, a.h, a.w, a.channels, a.gap, 0, -1.0f, 1.0f);
    Guarded scale(a.channels, 0.0f), shift(a.channels, 0.0f);
    for (float& value : scale) value = random.uniform(-2.0f, 2.0f);
    for (float& value : shift) value = random.uniform(-2.0f, 2.0f);
    Guarded floor;
    if (random.chance()) {
      floor = Guarded(a.channels, 0.0f);
      for (float& value : floor) value = random.uniform(-2.0f, 1.0f);
    }
    CAPTURE(a.channels);
    CAPTURE(a.w);
    // The bound allows for three rounding errors of values of at most 8 * 2 + 2 = 18, the largest x
    // * scale + shift. sigmoid stays within the same bound: its slope is at most 1/4, and its own
    // error is about two units in the last place.
    const float tolerance = 3 * 18 * kUnit;
    for_each_table([&](const Table& table) {
      check_within(run_affine(table, a, x, add, scale, shift, floor),
                   run_affine(reference_table(), a, x, add, scale, shift, floor), tolerance);
    });
  }
}

TEST_CASE("sigmoid is within 1e-7 over its whole range and keeps NaN") {
  constexpr int kCount = 40001;
  Tensor x(1, kCount, 1);
  for (int i = 0; i < kCount; ++i)
    x.at(0, i, 0) = -100.0f + 200.0f * static_cast<float>(i) / (kCount - 1);
  x.at(0, 0, 0) = -std::numeric_limits<float>::infinity();
  x.at(0, 1, 0) = std::numeric_limits<float>::infinity();
  x.at(0, 2, 0) = std::numeric_limits<float>::quiet_NaN();
  for_each_table([&](const Table& table) {
    const AffineCase a{1, kCount, 1, 0, false, false, Activation::sigmoid};
    const Tensor got = run_affine(table, a, x, {}, {}, {});
    double worst = 0;
    for (int i = 0; i < kCount; ++i) {
      if (i == 2) continue;
      const double want = 1.0 / (1.0 + std::exp(-static_cast<double>(x.at(0, i, 0))));
      const double error = std::abs(got.at(0, i, 0) - want);
      worst = std::max(worst, std::isnan(error) ? 1.0 : error);
    }
    CHECK(worst <= 1e-7);
    CHECK(std::isnan(got.at(0, 2, 0)));
  });
}

TEST_CASE("relu keeps NaN so that a broken input cannot pass for a picture") {
  Tensor x(1, 21, 5);
  for_each_element(x, [&](int y, int col, int c) {
    x.at(y, col, c) = std::numeric_limits<float>::quiet_NaN();
    return true;
  });
  for_each_table([&](const Table& table) {
    const auto check = [&](Activation act, const Guarded& floor) {
      const Tensor got = run_affine(table, {1, 21, 5, 0, false, false, act}, x, {}, {}, {}, floor);
      for_each_element(got, [&](int y, int col, int c) {
        CHECK(std::isnan(got.at(y, col, c)));
        return true;
      });
    };
    check(Activation::relu, {});
    check(Activation::relu, Guarded(5, -1.0f));
    check(Activation::relu6, {});
  });
}

TEST_CASE("the spatial mean is exact to float rounding for large pictures") {
  Random random(kSeed + 2);
  MESSAGE("seed ", kSeed + 2);
  for (const int channels : {1, 7, 33}) {
    const Tensor x = Tensor::random(random, 61, 129, channels, 3, 1, 0.0f, 1.0f);
    Guarded want(channels, 0.0f);
    reference_table().spatial_mean(x.view(), x.h(), x.w(), 0, channels, want.data());
    for_each_table([&](const Table& table) {
      Guarded got(channels, std::numeric_limits<float>::quiet_NaN());
      const int split = channels / 2;
      table.spatial_mean(x.view(), x.h(), x.w(), split, channels, got.data());
      table.spatial_mean(x.view(), x.h(), x.w(), 0, split, got.data());
      // A kernel adds values in chains of 32. The bound is 4 rounding errors (kUnit each), although
      // 32 rounding errors could add up to more: their signs are random, so most of them cancel.
      for (int c = 0; c < channels; ++c) CHECK(std::abs(got[c] - want[c]) <= 4 * kUnit);
    });
  }
}

TEST_CASE("the dense layer equals the reference for any sizes") {
  Random random(kSeed + 3);
  MESSAGE("seed ", kSeed + 3);
  for (const int in_n : {1, 100, 768}) {
    for (const int out_n : {1, 3, 16, 100, 277}) {
      Guarded x(in_n, 0.0f), weights(in_n * out_n, 0.0f), bias(out_n, 0.0f), want(out_n, 0.0f);
      for (auto* v : {&x, &weights, &bias}) {
        for (float& value : *v) value = random.uniform(-1.0f, 1.0f);
      }
      const auto run = [&](const Table& table, Guarded& out) {
        table.dense(x.data(), in_n, weights.data(), bias.data(), out_n, out.data());
      };
      run(reference_table(), want);
      for_each_table([&](const Table& table) {
        Guarded got(out_n, std::numeric_limits<float>::quiet_NaN());
        run(table, got);
        // Each of the in_n sums adds a rounding error. The errors have random signs, so their total
        // grows with sqrt(in_n) (see conv_tolerance). Each error is proportional to the sum of the
        // terms' magnitudes. This sum is at most 1 for the bias plus about in_n / 4 for the
        // products.
        const float tolerance =
            4 * std::sqrt(static_cast<float>(in_n)) * kUnit * (1.0f + static_cast<float>(in_n) / 4);
        for (int j = 0; j < out_n; ++j) CHECK(std::abs(got[j] - want[j]) <= tolerance);
      });
    }
  }
}

}  // namespace
}  // namespace nst::kernels::test
