#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/kernels/layer_shapes.hpp"
#include "tests/kernels/support.hpp"
#include "tests/support/wanted_count.hpp"

namespace nst::kernels::test {
namespace {

constexpr std::uint64_t kSeed = 20261122;

void check_close(const Tensor& got, const Tensor& want, const Tensor& tolerance) {
  REQUIRE(got.h() == want.h());
  REQUIRE(got.w() == want.w());
  REQUIRE(got.c() == want.c());
  for (int y = 0; y < got.h(); ++y) {
    for (int x = 0; x < got.w(); ++x) {
      for (int c = 0; c < got.c(); ++c) {
        const float difference = std::abs(got.at(y, x, c) - want.at(y, x, c));
        // The comparison is negated so that a NaN fails: every comparison with NaN is false.
        if (!(difference <= tolerance.at(y, x, c))) {
          CAPTURE(y);
          CAPTURE(x);
          CAPTURE(c);
          CHECK(got.at(y, x, c) == want.at(y, x, c));
          return;
        }
      }
    }
  }
  CHECK(got.foreign_untouched());
}

void check_case(const ConvCase& conv, Random& random) {
  CAPTURE(conv.describe());
  const ConvData data = ConvData::random(random, conv);
  const ConvResult want = run_conv(reference_table(), conv, data);
  const Tensor tolerance = conv_tolerance(conv, data);
  for_each_table([&](const Table& table) {
    const ConvResult got = run_conv(table, conv, data);
    check_close(got.output, want.output, tolerance);
    if (conv.prologue_output) {
      // The bound allows for three rounding errors, of a product and two sums. All results are
      // below 4, because none is larger than 1.5 * 1.5 + 0.5 + 1.
      Tensor prologue_tolerance = want.prologue_output;
      for (int y = 0; y < conv.geometry.in_h; ++y) {
        for (int x = 0; x < conv.geometry.in_w; ++x) {
          for (int c = 0; c < conv.spec.in_c; ++c) {
            prologue_tolerance.at(y, x, c) = 3 * 4.0f * 0x1p-24f;
          }
        }
      }
      check_close(got.prologue_output, want.prologue_output, prologue_tolerance);
    }
  });
}

// Checks that every table computes the same bytes, whichever of the blocks is computed first. So
// any number of threads, which share out the blocks, gives the same bytes too.
void check_block_order(const ConvCase& conv, Random& random) {
  CAPTURE(conv.describe());
  const ConvData data = ConvData::random(random, conv);
  for_each_table([&](const Table& table) {
    const ConvResult forward = run_conv(table, conv, data, BlockOrder::forward, true);
    ConvResult backward = run_conv(table, conv, data, BlockOrder::backward, true);
    std::reverse(backward.moments.begin(), backward.moments.end());
    CHECK(forward.output == backward.output);
    CHECK(forward.moments == backward.moments);
  });
}

// Returns true if the convolution can store the prologue's output too, which is the input after the
// prologue. For this, the convolution's output must have the size of its input.
bool may_store_prologue(const ConvCase& conv) {
  return conv.spec.stride == 1 && conv.spec.upsample == 1 &&
         conv.geometry.in_h == conv.geometry.out_h && conv.geometry.in_w == conv.geometry.out_w;
}

void choose_options(ConvCase& conv, Random& random) {
  constexpr Activation kActs[] = {Activation::none, Activation::relu, Activation::relu6};
  conv.act = kActs[random.between(0, 2)];
  conv.input_act = kActs[random.between(0, 1)];
  conv.prologue = random.chance();
  conv.prologue_add = random.chance();
  conv.prologue_add_factor = random.chance() ? 0.25f : 1.0f;
  conv.prologue_output = random.chance() && may_store_prologue(conv);
  conv.bias = random.chance();
  conv.epilogue_add = random.chance();
  conv.floors = random.chance();
  conv.gap = random.chance() ? random.between(1, 9) : 0;
  conv.offset = random.between(0, 3);
}

TEST_CASE("convolutions of every layer shape equal the reference") {
  Random random(kSeed);
  MESSAGE("seed ", kSeed);
  for (const Shape& shape : kShapes) {
    check_case(case_of(shape), random);
    ConvCase edge = case_of(shape);
    edge.geometry.border = Border::replicate;
    if (shape.padding == Padding::reflect) check_case(edge, random);
  }
}

TEST_CASE(
    "convolutions with prologue, prologue_add, epilogue_add, bias and activations equal the "
    "reference") {
  Random random(kSeed + 1);
  MESSAGE("seed ", kSeed + 1);
  for (const Shape& shape : kShapes) {
    // Without epilogue_add, the floors of the output are tested too: no convolution has both.
    for (const bool epilogue_add : {true, false}) {
      ConvCase conv = case_of(shape);
      conv.prologue = conv.prologue_add = conv.bias = conv.floors = true;
      conv.epilogue_add = epilogue_add;
      conv.prologue_output = may_store_prologue(conv);
      conv.input_act = conv.act = Activation::relu;
      conv.gap = 5;
      conv.offset = 1;
      check_case(conv, random);
    }
  }
}

TEST_CASE("convolutions of random shapes and options equal the reference, in any order of blocks") {
  Random random(kSeed + 2), order_random(kSeed + 7);
  const long count = nst::test::wanted_count("NST_RANDOM_SHAPES", 250);
  MESSAGE("seed ", kSeed + 2, ", ", count, " shapes");
  for (long i = 0; i < count; ++i) {
    Shape shape{};
    ConvSpec& s = shape.spec;
    s.kernel_h = random.between(1, 5);
    s.kernel_w = random.between(1, 5);
    s.in_c = random.between(1, 40);
    s.out_c = random.between(1, 70);
    s.stride = random.between(1, 2);
    s.upsample = random.between(1, 2);
    s.depthwise = random.between(0, 3) == 0;
    if (s.depthwise) s.out_c = s.in_c;
    shape.padding = static_cast<Padding>(random.between(0, 2));
    shape.h = random.between(5, 24);
    shape.w = random.between(5, 40);
    ConvCase conv = case_of(shape);
    choose_options(conv, random);
    check_case(conv, random);
    check_block_order(conv, order_random);
  }
}

TEST_CASE("3x3 convolutions of every small size, whole tiles or not, equal the reference") {
  Random random(kSeed + 6);
  MESSAGE("seed ", kSeed + 6);
  for (const int upsample : {1, 2}) {
    for (int side = 1; side <= 13; ++side) {
      for (const Padding padding : {Padding::valid, Padding::same, Padding::reflect}) {
        Shape shape{{3, 3, random.between(16, 40), random.between(16, 70), 1, upsample, false},
                    padding,
                    side,
                    random.between(1, 40)};
        if (padding == Padding::valid) shape.h = std::max(shape.h, 3);
        if (padding == Padding::valid) shape.w = std::max(shape.w, 3);
        if (padding == Padding::reflect) shape.h = std::max(shape.h, 2);
        if (padding == Padding::reflect) shape.w = std::max(shape.w, 2);
        ConvCase conv = case_of(shape);
        choose_options(conv, random);
        check_case(conv, random);
      }
    }
  }
}

TEST_CASE("the order of blocks and what scratch held change no byte") {
  Random random(kSeed + 3);
  MESSAGE("seed ", kSeed + 3);
  for (const Shape& shape : kShapes) {
    ConvCase conv = case_of(shape);
    choose_options(conv, random);
    check_block_order(conv, random);
  }
}

// Returns the input rows that the output rows [begin, end) read.
std::pair<int, int> rows_read(const ConvCase& conv, int begin, int end) {
  const ConvGeometry& g = conv.geometry;
  const ConvSpec& s = conv.spec;
  int first = g.in_h, last = -1;
  for (int u = begin * s.stride - g.pad_top; u < (end - 1) * s.stride - g.pad_top + s.kernel_h;
       ++u) {
    const int side = g.in_h * s.upsample;
    int inside = u;
    if (u < 0 || u >= side) {
      if (g.border == Border::zero) continue;
      inside = u < 0 ? -u : 2 * (side - 1) - u;
    }
    first = std::min(first, inside / s.upsample);
    last = std::max(last, inside / s.upsample);
  }
  return {first, last + 1};
}

TEST_CASE("a strip of rows gives the bytes of the whole picture") {
  Random random(kSeed + 4);
  MESSAGE("seed ", kSeed + 4);
  for (const Shape& shape : kShapes) {
    ConvCase conv = case_of(shape);
    choose_options(conv, random);
    conv.prologue_add = conv.prologue_output = false;
    conv.epilogue_add = true;
    CAPTURE(conv.describe());
    const ConvData data = ConvData::random(random, conv);
    for_each_table([&](const Table& table) {
      const ConvResult whole = run_conv(table, conv, data);
      for (const Block& block : whole.blocks) {
        const auto [first, last] = rows_read(conv, block.y, block.y + block.h);
        const Tensor x = data.x.strip(first, last - first);
        const Tensor epilogue_add = data.epilogue_add.strip(block.y, block.h);
        Tensor output = Tensor(conv.geometry.out_h, conv.geometry.out_w, conv.spec.out_c)
                            .strip(block.y, block.h);
        run_block(table, conv, data, x, epilogue_add, block, output);
        for (int y = block.y; y < block.y + block.h; ++y) {
          for (int col = block.x; col < block.x + block.w; ++col) {
            for (int c = block.first_c; c < block.first_c + block.channels; ++c) {
              if (output.at(y, col, c) != whole.output.at(y, col, c)) {
                FAIL_CHECK("differs at ", y, " ", col, " ", c);
                return;
              }
            }
          }
        }
      }
    });
  }
}

TEST_CASE(
    "1x1 convolutions take any rectangle of a block's size, depthwise ones parts of a block") {
  for (const ConvSpec& spec : {ConvSpec{1, 1, 16, 96, 1, 1, false},
                               {1, 1, 96, 24, 1, 1, false},
                               {1, 1, 50, 40, 1, 1, false},
                               {3, 3, 96, 96, 2, 1, true},
                               {3, 3, 20, 20, 1, 1, true}}) {
    ConvCase conv;
    conv.spec = spec;
    conv.geometry = geometry_of(spec, Padding::same, 40, 90);
    conv.act = Activation::relu6;
    conv.bias = true;
    const ConvGeometry& g = conv.geometry;
    Random random(kSeed);
    const ConvData data = ConvData::random(random, conv);
    for_each_table([&](const Table& table) {
      const ConvBlocking blocking = conv_blocking(conv_plan(table, spec), g);
      const int w = spec.depthwise ? blocking.block_w : g.out_w;
      const int h = std::max(
          spec.depthwise ? blocking.block_h - 1 : blocking.block_h * blocking.block_w / w, 1);
      Tensor output(g.out_h, g.out_w, spec.out_c);
      for (int y = 0; y < g.out_h; y += h) {
        for (int x = 0; x < g.out_w; x += w) {
          for (int c = 0; c < spec.out_c; c += blocking.block_c) {
            run_block(table, conv, data, data.x, data.epilogue_add,
                      {y, x, std::min(h, g.out_h - y), std::min(w, g.out_w - x), c,
                       std::min(blocking.block_c, spec.out_c - c)},
                      output);
          }
        }
      }
      CHECK(output == run_conv(table, conv, data).output);
    });
  }
}

// Tests inputs whose values are much larger or smaller than those of real layers. Kernels with
// paired products (docs/kernels.md) add inputs to weights. They scale the weights for inputs of
// about 1, and other inputs make them round more.
TEST_CASE("1x1 convolutions bear weights of any size, and inputs that are larger or smaller") {
  ConvCase conv;
  conv.spec = {1, 1, 130, 48, 1, 1, false};
  conv.geometry = geometry_of(conv.spec, Padding::same, 6, 11);
  conv.bias = true;
  const auto scaled = [](Guarded values, float factor) {
    for (float& value : values) value *= factor;
    return values;
  };
  Random random(kSeed);
  const ConvData data = ConvData::random(random, conv);
  for_each_table([&](const Table& table) {
    const Tensor plain = run_conv(table, conv, data).output;
    for (const float factor : {0x1p-40f, 0x1p-3f, 0x1p40f}) {
      CAPTURE(factor);
      ConvData other = data;
      other.weights = scaled(data.weights, factor);
      other.bias = scaled(data.bias, factor);
      CHECK(run_conv(table, conv, other).output == plain.scaled(factor));
    }
    for (const float factor : {0x1p-5f, 0x1p5f}) {
      CAPTURE(factor);
      ConvData other = data;
      other.x = data.x.scaled(factor);
      // The bound is 17 times that of plain products, because pairs of products
      // (paired_products.hpp) round more. The error of a pair is relative to (|x| + |w|)², that of
      // a plain product to |x w|. For |x| = 2⁵ |w| the ratio is 34 for a pair, so 17 for each of
      // its two products.
      check_close(run_conv(table, conv, other).output,
                  run_conv(reference_table(), conv, other).output,
                  conv_tolerance(conv, other).scaled(17.0f));
    }
  });
}

}  // namespace
}  // namespace nst::kernels::test
