// Tests of painting in which the caller receives the output row by row. Also tests that the work
// and the least memory of a network are known before the network is planned.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "api/plan.hpp"
#include "api/transformer_run.hpp"
#include "graph/graph_cost.hpp"
#include "image/network_picture.hpp"
#include "support/every_table.hpp"
#include "support/formula_model.hpp"

namespace nst::test {

TEST_CASE(
    "Rows of the last step are the picture's, on any kernel table and wherever they are made") {
  constexpr int kWidth = 101, kHeight = 75;
  const Image content = formula_picture("content_rows", kHeight, kWidth);
  for (const FormulaNetwork& network : formula_networks()) {
    on_every_table(network, [&](const Model& model) {
      const StyleVector style = formula_style("style_a", model);
      const Image expected = model.stylize(content.view(), style);
      for (const bool from_caller : {false, true}) {
        const LoweringOptions options{.output_rows = true, .rows_from_caller = from_caller};
        StyleLayout layout;
        const Program program = lower_transformer(opened(model), kWidth, kHeight, layout, options);
        CHECK(program.needs_output == from_caller);
        TransformerRun run(opened(model), {kWidth, kHeight}, options, {.threads = 3});
        to_network_input(content.view(), run.input());
        const Size size = run.output_size();
        const std::size_t row = std::size_t{3} * static_cast<std::size_t>(size.width);
        std::vector<float> picture(row * static_cast<std::size_t>(size.height), -1.0f);
        std::vector<int> times(static_cast<std::size_t>(size.height));
        const Execution::RowSink sink = [&](int first, int count, const float* rows) {
          std::copy_n(rows, row * static_cast<std::size_t>(count),
                      picture.data() + row * static_cast<std::size_t>(first));
          for (int y = first; y < first + count; ++y) ++times[static_cast<std::size_t>(y)];
        };
        run.paint(style, {.rows = &sink}, {.threads = 3});
        CHECK(std::equal(picture.begin(), picture.end(), expected.f32()));
        CHECK(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
      }
    });
  }
}

TEST_CASE("A limit that the arena with the picture in it exceeds still paints, to the same bytes") {
  const Model model = formula_model("mobile");
  const Image content = formula_picture("content_memory", 1100, 1000);
  const StyleVector style = formula_style("style_a", model);
  const auto needed = [&](MemoryMode memory_mode, bool from_caller) {
    StyleLayout layout;
    const LoweringOptions options{
        .memory_mode = memory_mode, .output_rows = true, .rows_from_caller = from_caller};
    return Execution::needed_bytes(
        lower_transformer(opened(model), content.width, content.height, layout, options), 1);
  };
  const std::size_t least = needed(MemoryMode::rematerialise, true);
  REQUIRE(least < needed(MemoryMode::rematerialise, false));
  // Checks that writing rows to the caller needs as much memory as a plan that writes whole
  // pictures. Below, paint() gets this memory as its limit.
  CHECK(least == [&] {
    StyleLayout layout;
    return Execution::needed_bytes(
        lower_transformer(opened(model), content.width, content.height, layout,
                          {.memory_mode = MemoryMode::rematerialise}),
        1);
  }());
  const PaintOptions once{.brush = kBrushOff};
  const Image expected = paint(model, content.view(), style, once);
  CHECK(
      paint(model, content.view(), style, once, {.threads = 1, .max_memory_bytes = least}).bytes ==
      expected.bytes);
}

TEST_CASE("Work and least memory are known from a graph as from its plan") {
  for (const FormulaNetwork& network : formula_networks()) {
    const Model model = formula_model(network.name);
    for (const Size size : {Size{64, 64}, Size{333, 250}, Size{700, 900}}) {
      CAPTURE(network.name);
      CAPTURE(size.width);
      StyleLayout layout;
      const Graph graph = transformer_graph(opened(model), size.width, size.height, layout);
      const Program plan = lower(graph, opened(model).layers.table(), {});
      CHECK(multiply_adds(graph) == plan.mac);
      CHECK(least_fast_bytes(graph) <= Execution::arena_bytes(plan));
      CHECK(least_fast_bytes(graph) >= Execution::arena_bytes(plan) / 4);
    }
    if (!network.architecture.has_predictor()) continue;
    const Graph graph = predictor_graph(opened(model), 100, 131);
    CHECK(multiply_adds(graph) == lower(graph, opened(model).layers.table(), {}).mac);
  }
}

}  // namespace nst::test
