// Checks that saving memory changes no byte of a picture, and that the plan of every memory mode is
// valid.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "api/plan.hpp"
#include "image/network_picture.hpp"
#include "networks/style_params.hpp"
#include "support/every_table.hpp"
#include "support/formula_model.hpp"

namespace nst::test {
namespace {

constexpr int kHeight = 75, kWidth = 101;
constexpr MemoryMode kEveryMemoryMode[] = {MemoryMode::fastest, MemoryMode::in_place,
                                           MemoryMode::rematerialise};
// Size of a strip in bytes. It is so small that every tensor of a content of 75×101 pixels is cut
// into strips, most tensors into several.
constexpr std::size_t kSmallStrip = 20'000;
// A strip size in bytes that is larger than any tensor. So no tensor is cut into strips.
constexpr std::size_t kNever = std::size_t{1} << 40;

struct Painted {
  std::vector<std::uint8_t> bytes;
  std::size_t arena_bytes = 0;
};

// Runs all steps of a transformer's program and returns the picture. If keep_encoder is set, then
// runs only the style-dependent steps again. A session does this to paint the same content in
// another style. Checks that the picture stays the same.
Painted paint(const Model& model, const LoweringOptions& options, int threads) {
  StyleLayout layout;
  Program program = lower_transformer(opened(model), kWidth, kHeight, layout, options);
  const int steps = program.step_count();
  const int first_style_step = program.first_style_step;
  Execution execution(std::move(program), threads, 0);
  const std::vector<float> params =
      style_params(opened(model).layers, layout, formula_style("style_a", model));
  // The content is close to grey. So the engine multiplies its deviations by a factor greater than
  // 1 (centring_of), and the test covers this factor as well.
  Image content = formula_picture("content_memory", kHeight, kWidth);
  for (std::size_t i = 0; i < content.sample_count(); ++i) {
    content.f32()[i] = 0.5f + 0.02f * (content.f32()[i] - 0.5f);
  }
  to_network_input(content.view(), execution.input());
  Image image = output_image(execution.program());
  const auto run = [&](int first) {
    execution.run({.first_step = first,
                   .last_step = steps,
                   .style_params = params.data(),
                   .output = image.f32()});
  };
  run(0);
  Painted painted{image.bytes, Execution::arena_bytes(execution.program())};
  if (options.keep_encoder) {
    run(first_style_step);
    CHECK(image.bytes == painted.bytes);
  }
  return painted;
}

}  // namespace

TEST_CASE("A picture's bytes do not depend on how memory is saved, on any kernel table") {
  for (const FormulaNetwork& network : formula_networks()) {
    on_every_table(network, [](const Model& model) {
      const Painted whole = paint(model, {.strip_bytes = kNever}, 2);
      std::size_t larger = whole.arena_bytes;
      for (const MemoryMode memory_mode : kEveryMemoryMode) {
        CAPTURE(static_cast<int>(memory_mode));
        const Painted saved =
            paint(model, {.memory_mode = memory_mode, .strip_bytes = kSmallStrip}, 3);
        CHECK(saved.bytes == whole.bytes);
        CHECK(saved.arena_bytes <= larger);
        larger = saved.arena_bytes;
        const Painted kept = paint(
            model, {.memory_mode = memory_mode, .strip_bytes = kSmallStrip, .keep_encoder = true},
            2);
        CHECK(kept.bytes == whole.bytes);
      }
      CHECK(larger < whole.arena_bytes);
    });
  }
}

TEST_CASE("A style vector's bits do not depend on strips or on what is one step with its reader") {
  const Image style = formula_picture("style_memory", 96, 101);
  for (const char* name : {"inception", "mobile"}) {
    on_every_table(formula_network(name), [&](const Model& model) {
      const auto encode = [&](const LoweringOptions& options, int threads) {
        Execution execution(lower_predictor(opened(model), style.width, style.height, options),
                            threads, 0);
        to_network_input(style.view(), execution.input());
        StyleVector vector(model.info().style_size);
        execution.run(
            {.last_step = execution.program().step_count(), .output = vector.values.data()});
        return vector.values;
      };
      const auto whole =
          encode({.strip_bytes = kNever, .expanded_bytes = kNever, .filtered_bytes = kNever}, 2);
      CHECK(encode({.strip_bytes = kSmallStrip, .expanded_bytes = kNever, .filtered_bytes = kNever},
                   2) == whole);
      CHECK(encode({.expanded_bytes = 0, .filtered_bytes = 0}, 1) == whole);
      CHECK(encode({.expanded_bytes = 0, .filtered_bytes = 0}, 3) == whole);
      CHECK(encode({.expanded_bytes = kNever, .filtered_bytes = 0}, 2) == whole);
      CHECK(encode({.strip_bytes = kSmallStrip, .expanded_bytes = 200'000, .filtered_bytes = 0},
                   2) == whole);
    });
  }
}

TEST_CASE("Expansions, filters and projections are one step, and their tensors are not stored") {
  const Model model = formula_model("mobile");
  const auto planned = [&](const LoweringOptions& options) {
    return lower_predictor(opened(model), 256, 256, options);
  };
  const Program stored = planned({.expanded_bytes = kNever, .filtered_bytes = kNever});
  const Program fused = planned({.expanded_bytes = 0, .filtered_bytes = 0});
  const auto fused_steps = [](const Program& program) {
    return std::count_if(program.steps.begin(), program.steps.end(), [](const Step& step) {
      return std::holds_alternative<FusedConvsOp>(step.op);
    });
  };
  CHECK(fused_steps(stored) == 0);
  // By default only large tensors are fused away. At 256×256 pixels the first 3 of the 17 blocks of
  // MobileNetV2 have such tensors.
  CHECK(fused_steps(planned({})) == 3);
  CHECK(fused_steps(fused) == 17);
  CHECK(fused.mac == stored.mac);
  CHECK(fused.weight_bytes == stored.weight_bytes);
  CHECK(Execution::needed_bytes(fused, 2) < Execution::needed_bytes(stored, 2) * 2 / 3);
}

TEST_CASE("A 4K picture at full width is planned within what 900 MB leave for it") {
  const Model model = formula_model("inception");
  const auto planned = [&](std::size_t limit) {
    const PlanInfo plan = model.plan_transformer(3840, 2160, 2, limit);
    return plan.arena_bytes + plan.scratch_bytes;
  };
  constexpr std::size_t kMB = 1'000'000;
  // Of 900 MB, a plan of 650 MB leaves enough for the weights and for three pictures: two of bytes
  // (25 MB each) and one of floats (100 MB).
  CHECK(planned(900 * kMB) <= 650 * kMB);
  CHECK(planned(0) <= 900 * kMB);
  // With a limit that is never reached, all tensors are stored. That takes more memory than the
  // plan without a limit, for which a default limit holds.
  CHECK(planned(std::size_t{1} << 40) > planned(0));
}

TEST_CASE("A tighter limit plans a session's content anew, and paints the same") {
  const Model model = formula_model("mobile");
  const Image content = formula_picture("content_memory", 1100, 1000);
  const StyleVector style = formula_style("style_a");
  Session session(model);
  session.set_content(content.view());
  const Image expected = session.render(style);
  // The new memory limit is less than the session uses now. But it is enough for a plan in another
  // memory mode.
  const auto needed = [&](MemoryMode memory_mode) {
    StyleLayout layout;
    const Program program = lower_transformer(opened(model), content.width, content.height, layout,
                                              {.memory_mode = memory_mode, .keep_encoder = true});
    return Execution::needed_bytes(program, 1);
  };
  const RunOptions tight{.threads = 1, .max_memory_bytes = needed(MemoryMode::rematerialise)};
  REQUIRE(tight.max_memory_bytes < needed(MemoryMode::in_place));
  session.set_content(content.view(), tight);
  CHECK(session.render(style, tight).bytes == expected.bytes);
}

TEST_CASE("Planned buffers overlap only where they do not live together or are tied") {
  const unsigned seed = 20261125;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<Lifetime> buffers;
    // Buffers that Lifetime::tied_to connects form a group, and may overlap. root[i] is the first
    // buffer of the group of buffer i.
    std::vector<int> root;
    for (int i = 0; i < pick(1, 24); ++i) {
      Lifetime buffer;
      buffer.floats = static_cast<std::size_t>(pick(1, 5000));
      buffer.first = pick(0, 20);
      buffer.last = buffer.first + pick(0, 8);
      root.push_back(i);
      if (i > 0 && pick(0, 3) == 0) {
        buffer.tied_to = static_cast<std::size_t>(pick(0, i - 1));
        buffer.distance = static_cast<std::size_t>(pick(0, 100)) * 16;
        root.back() = root[*buffer.tied_to];
      }
      buffers.push_back(buffer);
    }
    const MemoryPlan plan = plan_memory(buffers);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      REQUIRE(plan.offsets[i] % 16 == 0);
      REQUIRE(plan.offsets[i] + buffers[i].floats <= plan.total_floats);
      if (buffers[i].tied_to) {
        REQUIRE(plan.offsets[i] + buffers[i].distance == plan.offsets[*buffers[i].tied_to]);
      }
      for (std::size_t j = 0; j < i; ++j) {
        const bool together =
            buffers[i].first <= buffers[j].last && buffers[j].first <= buffers[i].last;
        if (!together || root[i] == root[j]) continue;
        const bool apart = plan.offsets[i] + buffers[i].floats <= plan.offsets[j] ||
                           plan.offsets[j] + buffers[j].floats <= plan.offsets[i];
        REQUIRE(apart);
      }
    }
  }
}

}  // namespace nst::test
