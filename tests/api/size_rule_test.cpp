// Tests the size rule "shorter side N". The expected sizes are results of Magenta's formula,
// computed once in NumPy's float32.
#include "image/size_rule.hpp"

#include <doctest/doctest.h>

#include "base/expect_error.hpp"
#include "nst/nst.hpp"

namespace nst::test {

TEST_CASE("A shorter side is Magenta's to the pixel") {
  struct Fact {
    Size picture;
    int side;
    Size expected;
  };
  // The sizes cover four cases:
  // - float32 rounding makes the shorter side N - 1;
  // - the longer side differs between float32 and float64;
  // - the longer side would differ if it were rounded to nearest instead of cut to an integer;
  // - ordinary sizes.
  constexpr Fact kFacts[] = {
      {{2928, 29}, 987, {99652, 986}}, {{751, 167}, 436, {1960, 435}},
      {{1686, 83}, 89, {1807, 88}},    {{559, 266}, 160, {336, 159}},
      {{3533, 590}, 358, {2143, 357}}, {{840, 18}, 345, {16099, 345}},
      {{774, 21}, 889, {32765, 889}},  {{2400, 120}, 172, {3439, 172}},
      {{56, 161}, 152, {152, 436}},    {{640, 427}, 256, {383, 255}},
      {{427, 640}, 256, {255, 383}},   {{961, 1280}, 512, {512, 681}},
      {{300, 300}, 256, {256, 256}},   {{1024, 768}, 300, {400, 300}},
  };
  for (const Fact& fact : kFacts) {
    CAPTURE(fact.picture.width);
    const Size size = apply({.shorter_side = fact.side}, fact.picture);
    CHECK(size.width == fact.expected.width);
    CHECK(size.height == fact.expected.height);
  }
}

TEST_CASE("A size rule gives the picture's own size, an exact one, or says what is wrong with it") {
  CHECK(apply({}, {30, 20}) == Size{30, 20});
  CHECK(apply({.exact = {7, 900}}, {30, 20}) == Size{7, 900});
  CHECK(apply({.shorter_side = 1}, {1, 3000}) == Size{1, 3000});
  expect_error(ErrorCode::usage, [] { (void)apply({.exact = {7, 0}}, {30, 20}); });
  expect_error(ErrorCode::usage, [] { (void)apply({.shorter_side = -1}, {30, 20}); });
  expect_error(ErrorCode::limit, [] { (void)apply({.exact = {1 << 15, 1 << 14}}, {30, 20}); });
  expect_error(ErrorCode::limit, [] { (void)apply({.shorter_side = 2147483647}, {30, 20}); });
  expect_error(ErrorCode::limit, [] { (void)apply({.shorter_side = 20000}, {1, 1 << 20}); });
}

TEST_CASE("A style beyond an aspect of 16 keeps the pixels of that aspect") {
  CHECK(shorter_side_size({16, 256}, 256, true) == Size{256, 4096});
  // A style with an aspect of 1024:1 gets as many pixels as one of 16:1: 32 × 32768 = 256 × 4096.
  const Size thin = shorter_side_size({1, 1024}, 256, true);
  CHECK(thin == Size{32, 32768});
}

}  // namespace nst::test
