#include "api/plan.hpp"

#include <utility>

#include "graph/memory_mode.hpp"
#include "nst/error.hpp"
#include "platform/thread_count.hpp"

namespace nst {

Graph predictor_graph(const OpenModel& model, int width, int height) {
  if (model.predictor == nullptr) {
    throw Error(ErrorCode::model,
                "this model holds no style predictor; give a style vector that the predictor of "
                "its family made, or convert the predictor's weights too");
  }
  const int style_size = static_cast<int>(model.info.style_size);
  Graph graph(model.layers);
  build_predictor(*model.predictor, graph, height, width, style_size);
  return graph;
}

Graph transformer_graph(const OpenModel& model, int width, int height, StyleLayout& layout) {
  Graph graph(model.layers);
  layout = {};
  model.transformer->build(graph, model.file.architecture.padding, height, width, layout);
  return graph;
}

Program lower_predictor(const OpenModel& model, int width, int height,
                        const LoweringOptions& options) {
  return lower(predictor_graph(model, width, height), model.layers.table(), options);
}

Program lower_transformer(const OpenModel& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options) {
  return lower(transformer_graph(model, width, height, layout), model.layers.table(), options);
}

Program lower_transformer_within(const OpenModel& model, int width, int height, StyleLayout& layout,
                                 const LoweringOptions& options, int threads,
                                 std::size_t max_memory_bytes) {
  const Graph graph = transformer_graph(model, width, height, layout);
  return lower_within(graph, model.layers.table(), options, threads, max_memory_bytes);
}

Execution make_execution(Program program, const RunOptions& run, const Execution* lender) {
  const int threads = threads_for_work(run.threads, program.mac);
  if (run.max_memory_bytes == 0 && lender == nullptr) check_memory_left(program, threads);
  return Execution(std::move(program), threads, run.max_memory_bytes, lender);
}

PlanInfo plan_info(const Program& program, int threads) {
  PlanInfo info;
  info.arena_bytes = Execution::arena_bytes(program);
  info.scratch_bytes = Execution::scratch_bytes(program, threads_for_work(threads, program.mac));
  info.weight_bytes = program.weight_bytes;
  info.mac = program.mac;
  return info;
}

Image output_image(const Program& program) {
  return Image(program.output_shape.w, program.output_shape.h, 3, SampleType::f32);
}

}  // namespace nst
