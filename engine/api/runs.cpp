#include "api/runs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "graph/graph_cost.hpp"
#include "graph/threads.hpp"
#include "image/network_picture.hpp"
#include "image/size_rule.hpp"
#include "image/view.hpp"
#include "networks/family.hpp"
#include "nst/error.hpp"
#include "platform/memory.hpp"

namespace nst {
namespace {

// Working memory below which nothing is saved: strips of small pictures would leave threads without
// work. Above it overwriting takes no more time or, where the tensors outgrow the caches, less.
constexpr std::size_t kSmallBytes = std::size_t{32} << 20;

// Working memory that a picture may take unasked: what 7 megapixels at full width need without
// anything computed twice, 30 at a quarter. Beyond it the largest tensor is: up to an eighth more
// time.
constexpr std::size_t kComfortableBytes = std::size_t{1} << 30;

std::uint64_t samples_of(const Shape& shape) {
  return static_cast<std::uint64_t>(shape.h) * shape.w * shape.c;
}

std::uint64_t output_bytes(const Graph& graph) {
  return sizeof(float) * samples_of(graph.nodes().back().shape);
}

// Memory that the process may still take for a plan, beside what the program's result takes: as
// floats where the caller keeps them, as bytes, and encoded.
std::uint64_t memory_left_beside_results(const Program& program) {
  const std::uint64_t per_sample = (program.needs_output ? sizeof(float) : 0) + 1 + 1;
  const std::uint64_t results = samples_of(program.output_shape) * per_sample;
  const std::uint64_t left = memory_left();
  return left > results ? left - results : 0;
}

// Refuses what the system would kill the process for.
void check_memory_left(const Program& program, int threads) {
  const std::uint64_t needed = Execution::needed_bytes(program, threads);
  if (needed < kLargeAllocation) return;
  const std::uint64_t left = memory_left_beside_results(program);
  if (needed <= left) return;
  throw Error(ErrorCode::limit, "the picture needs " + std::to_string(needed >> 20) +
                                    " MiB of working memory, this process may take " +
                                    std::to_string(left >> 20) + " more; use a smaller size");
}

// A style's resized copy and working memory, where no limit is given.
constexpr std::size_t kMostStyleBytes = std::size_t{1} << 30;

// The size at which the predictor gets a style.
Size encoded_size(const ImageView& style, const StyleOptions& options) {
  const int side = options.style_size;
  if (side < 0) throw Error(ErrorCode::usage, "the style size must not be negative");
  if (side == 0) return {style.width, style.height};
  if (options.square) return apply({.exact = {side, side}}, {style.width, style.height});
  try {
    return shorter_side_size({style.width, style.height}, side, true);
  } catch (const Error&) {
    throw Error(ErrorCode::limit, "the style at a size of " + std::to_string(side) +
                                      " has more than 2^28 pixels; use a smaller style size");
  }
}

// Throws Error{limit} if a style of this size cannot be prepared and run as `run` wants it.
void check_style_memory(const Program& predictor, Size size, bool resizes, const RunOptions& run) {
  if (run.max_memory_bytes > 0) return;  // Execution compares
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  const std::size_t picture = std::size_t{12} * static_cast<std::size_t>(size.width) *
                              static_cast<std::size_t>(size.height);
  const std::size_t needed =
      Execution::needed_bytes(predictor, threads_for_work(run.threads, predictor.mac)) +
      (resizes ? picture : 0);
  if (needed <= kMostStyleBytes) return;
  throw Error(ErrorCode::limit, "the style at " + std::to_string(size.width) + "x" +
                                    std::to_string(size.height) + " pixels needs " +
                                    std::to_string(needed / kMiB) + " MiB, the limit is " +
                                    std::to_string(kMostStyleBytes / kMiB) +
                                    " MiB; use a smaller style size or raise the limit");
}

}  // namespace

Graph predictor_graph(const Model::Impl& model, int width, int height) {
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

Graph transformer_graph(const Model::Impl& model, int width, int height, StyleLayout& layout) {
  Graph graph(model.layers);
  layout = {};
  model.transformer->build(graph, model.file.architecture.padding, height, width, layout);
  return graph;
}

Program lower_predictor(const Model::Impl& model, int width, int height,
                        const LoweringOptions& options) {
  return lower(predictor_graph(model, width, height), model.layers.table(), options);
}

Program lower_transformer(const Model::Impl& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options) {
  return lower(transformer_graph(model, width, height, layout), model.layers.table(), options);
}

Program lower_transformer_within(const Model::Impl& model, int width, int height,
                                 StyleLayout& layout, LoweringOptions options, int threads,
                                 std::size_t max_memory_bytes) {
  const Graph graph = transformer_graph(model, width, height, layout);
  const auto lowered = [&](MemoryMode memory_mode) {
    options.memory_mode = memory_mode;
    return lower(graph, model.layers.table(), options);
  };
  const auto fits = [&](const Program& program, std::uint64_t most) {
    return Execution::needed_bytes(program, threads_for_work(threads, program.mac)) <= most;
  };
  const bool limited = max_memory_bytes > 0;
  // Without a limit of the caller's the output counts nowhere, as it does not where it is his.
  const std::uint64_t output = options.output_rows ? output_bytes(graph) : 0;
  const std::uint64_t asked = limited ? max_memory_bytes : kComfortableBytes + output;
  const std::uint64_t small = std::min<std::uint64_t>(asked, kSmallBytes);
  if (least_fast_bytes(graph) <= small) {
    Program program = lowered(MemoryMode::fastest);
    if (fits(program, small)) return program;
  }
  Program program = lowered(MemoryMode::in_place);
  const std::uint64_t limit =
      limited ? asked : std::min(asked, memory_left_beside_results(program));
  if (fits(program, limit)) return program;
  if (limited && options.output_rows) {
    options.rows_from_caller = true;
    program = lowered(MemoryMode::in_place);
    if (fits(program, limit)) return program;
  }
  return lowered(MemoryMode::rematerialise);
}

StyleVector encode(const Model::Impl& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run,
                   std::optional<Colour> background) {
  check_picture(style, "style picture");
  const Size size = encoded_size(style, options);
  const bool resizes = size != Size{style.width, style.height};

  const Shape shape{size.height, size.width, 3};
  if (!kept || kept->program().input.shape != shape) {
    kept.reset();
    Program predictor = lower_predictor(model, size.width, size.height);
    check_style_memory(predictor, size, resizes, run);
    kept.emplace(make_execution(std::move(predictor), run));
  }
  kept->prepare(threads_for_work(run.threads, kept->program().mac), run.max_memory_bytes);
  fill_input(style, {size, options.resize, background, "style picture"}, kept->input());
  StyleVector vector(model.info.style_size);
  vector.space = model.encoded_space;
  kept->run({.last_step = step_count(kept->program()),
             .output = vector.values.data(),
             .progress = &run.progress});
  return vector;
}

std::uint64_t encode_work(const Model::Impl& model, const ImageView& style,
                          const StyleOptions& options) {
  check_picture(style, "style picture");
  const Size size = encoded_size(style, options);
  return multiply_adds(predictor_graph(model, size.width, size.height));
}

PlanInfo plan_info(const Program& program, int threads) {
  PlanInfo info;
  info.arena_bytes = Execution::arena_bytes(program);
  info.scratch_bytes = Execution::scratch_bytes(program, threads_for_work(threads, program.mac));
  info.weight_bytes = program.weight_bytes;
  info.mac = program.mac;
  return info;
}

int step_count(const Program& program) { return static_cast<int>(program.steps.size()); }

Execution make_execution(Program program, const RunOptions& run) {
  const int threads = threads_for_work(run.threads, program.mac);
  if (run.max_memory_bytes == 0) check_memory_left(program, threads);
  return Execution(std::move(program), threads, run.max_memory_bytes);
}

Image output_image(const Program& program) {
  return Image(program.output_shape.w, program.output_shape.h, 3, SampleType::f32);
}

}  // namespace nst
