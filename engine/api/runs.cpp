#include "api/runs.hpp"

#include <utility>

#include "graph/threads.hpp"
#include "networks/predictor.hpp"
#include "networks/transformer.hpp"

namespace nst {

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
