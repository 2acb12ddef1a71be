#include "api/runs.hpp"

#include <utility>

#include "graph/threads.hpp"
#include "networks/predictor.hpp"
#include "networks/transformer.hpp"

namespace nst {
namespace {

// Working memory that a picture may take unasked: what 4 megapixels at full width need with
// everything stored, 17 at a quarter. Beyond it a few percent more time lowers the need to a third.
constexpr std::size_t kComfortableBytes = std::size_t{800} << 20;

}  // namespace

Program lower_predictor(const Model::Impl& model, int width, int height,
                        const LoweringOptions& options) {
  Graph graph(model.layers);
  build_predictor(graph, model.file.architecture.predictor, height, width);
  return lower(graph, options);
}

Program lower_transformer(const Model::Impl& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options) {
  Graph graph(model.layers);
  build_transformer(graph, model.file.architecture, height, width, layout);
  return lower(graph, options);
}

Program lower_transformer_within(const Model::Impl& model, int width, int height,
                                 StyleLayout& layout, LoweringOptions options, int threads,
                                 std::size_t max_memory_bytes) {
  const std::size_t limit = max_memory_bytes > 0 ? max_memory_bytes : kComfortableBytes;
  for (const Thrift thrift : {Thrift::fast, Thrift::recomputing, Thrift::overwriting}) {
    options.thrift = thrift;
    layout = {};
    Program program = lower_transformer(model, width, height, layout, options);
    const std::size_t needed = Execution::arena_bytes(program) +
                               Execution::scratch_bytes(program, team_size(threads, program.mac));
    if (needed <= limit || thrift == Thrift::overwriting) return program;
  }
  throw Error(ErrorCode::internal, "no way to lower the transformer");
}

PlanInfo plan_info(const Program& program, int threads) {
  PlanInfo info;
  info.arena_bytes = Execution::arena_bytes(program);
  info.scratch_bytes = Execution::scratch_bytes(program, team_size(threads, program.mac));
  info.weight_bytes = program.weight_bytes;
  info.mac = program.mac;
  return info;
}

int step_count(const Program& program) { return static_cast<int>(program.steps.size()); }

Execution make_execution(Program program, const RunOptions& run) {
  const int threads = team_size(run.threads, program.mac);
  return Execution(std::move(program), threads, run.max_memory_bytes);
}

Image output_image(const Program& program) {
  return Image(program.output_shape.w, program.output_shape.h, 3, SampleType::f32);
}

}  // namespace nst
