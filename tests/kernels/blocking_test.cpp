// Tests how convolutions cut their output into blocks.
#include <doctest/doctest.h>

#include "tests/kernels/support.hpp"

namespace nst::kernels::test {
namespace {

TEST_CASE("blocks depend on the sizes alone and give eight threads work") {
  for_each_table([](const Table& table) {
    const ConvSpec spec{3, 3, 128, 128, 1, 1, false};
    const ConvPlan plan = conv_plan(table, spec);
    const ConvGeometry g{64, 64, 64, 64, 1, 1, Border::reflect};
    const ConvBlocking blocking = conv_blocking(plan, g);
    CHECK(block_count(blocking, g.out_h, g.out_w, plan.spec.out_c) >= 8);
    CHECK(blocking.scratch_floats * sizeof(float) <= 1536 * 1024);
  });
}

}  // namespace
}  // namespace nst::kernels::test
