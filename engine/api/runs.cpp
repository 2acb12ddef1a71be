#include "api/runs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "graph/threads.hpp"
#include "image/preprocess.hpp"
#include "image/samples.hpp"
#include "image/view.hpp"
#include "networks/predictor.hpp"
#include "networks/transformer.hpp"
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

// Memory that the process may still take for a plan, beside what the program's result takes: as
// floats, as bytes, and encoded.
std::uint64_t memory_left_beside_results(const Program& program) {
  const Shape& shape = program.output_shape;
  const std::uint64_t samples = static_cast<std::uint64_t>(shape.h) * shape.w * shape.c;
  const std::uint64_t results = samples * (sizeof(float) + 1 + 1);
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

struct Size {
  int width, height;
};

// The size at which the predictor gets a style: shorter side `size`, aspect kept; 0: as it is.
// Beyond an aspect of 16 it keeps the number of pixels of that aspect: a picture of 1×300 pixels
// must not become one of 256×76800.
Size style_size(const ImageView& style, int size) {
  constexpr double kMostAspect = 16.0;
  constexpr double kMostPixels = 1 << 28;  // as pictures that are read
  if (size == 0) return {style.width, style.height};
  const int shorter = std::min(style.width, style.height);
  const double aspect = static_cast<double>(std::max(style.width, style.height)) / shorter;
  const bool ordinary = aspect <= kMostAspect;
  const double ratio =
      static_cast<double>(size) / shorter / (ordinary ? 1.0 : std::sqrt(aspect / kMostAspect));
  if (ratio * style.width * ratio * style.height > kMostPixels) {
    throw Error(ErrorCode::limit, "the style at a size of " + std::to_string(size) +
                                      " has more than 2^28 pixels; use a smaller style size");
  }
  const auto scaled = [&](int side) {
    if (side == shorter && ordinary) return size;
    return static_cast<int>(std::max(std::lround(side * ratio), 1L));
  };
  return {scaled(style.width), scaled(style.height)};
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

Program lower_predictor(const Model::Impl& model, int width, int height,
                        const LoweringOptions& options) {
  Graph graph(model.layers);
  build_predictor(graph, model.file.architecture.predictor, height, width,
                  static_cast<int>(model.info.style_size));
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
  const auto lowered = [&](Thrift thrift) {
    options.thrift = thrift;
    layout = {};
    return lower_transformer(model, width, height, layout, options);
  };
  const auto fits = [&](const Program& program, std::uint64_t most) {
    return Execution::needed_bytes(program, threads_for_work(threads, program.mac)) <= most;
  };
  const std::uint64_t asked = max_memory_bytes > 0 ? max_memory_bytes : kComfortableBytes;
  Program program = lowered(Thrift::fast);
  if (fits(program, std::min<std::uint64_t>(asked, kSmallBytes))) return program;
  const std::uint64_t limit =
      max_memory_bytes > 0 ? asked : std::min(asked, memory_left_beside_results(program));
  program = lowered(Thrift::overwriting);
  if (fits(program, limit)) return program;
  return lowered(Thrift::recomputing);
}

StyleVector encode(const Model::Impl& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run) {
  check_view(style, "style picture");
  if (options.style_size < 0) throw Error(ErrorCode::usage, "the style size must not be negative");
  const Size size = style_size(style, options.style_size);
  const bool resizes = size.width != style.width || size.height != style.height;

  const Shape shape{size.height, size.width, 3};
  if (!kept || kept->program().input.shape != shape) {
    kept.reset();
    Program predictor = lower_predictor(model, size.width, size.height);
    check_style_memory(predictor, size, resizes, run);
    kept.emplace(make_execution(std::move(predictor), run));
  }
  if (resizes) check_samples(style, "style picture");  // else to_network_input does
  const Image resized = resizes ? resize(style, size.width, size.height, options.resize) : Image{};
  kept->prepare(threads_for_work(run.threads, kept->program().mac), run.max_memory_bytes);
  set_input(*kept, resizes ? resized.view() : style, "style picture");
  StyleVector vector(model.info.style_size);
  vector.space = model.encoded_space;
  kept->run({.last_step = step_count(kept->program()),
             .output = vector.values.data(),
             .progress = &run.progress});
  return vector;
}

PlanInfo plan_info(const Program& program, int threads) {
  PlanInfo info;
  info.arena_bytes = Execution::arena_bytes(program);
  info.scratch_bytes = Execution::scratch_bytes(program, threads_for_work(threads, program.mac));
  info.weight_bytes = program.weight_bytes;
  info.mac = program.mac;
  return info;
}

void set_input(Execution& execution, const ImageView& picture, const std::string& what) {
  Centring centring;
  if (float* const centre = execution.input_centre()) {
    centring = centring_of(picture);
    const auto end = std::transform(centring.offset.begin(), centring.offset.end(), centre,
                                    [&](float offset) { return offset * centring.factor; });
    *end = centring.factor;
  }
  to_network_input(picture, execution.input(), what, centring);
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
