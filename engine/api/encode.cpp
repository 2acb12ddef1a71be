#include "api/encode.hpp"

#include <string>
#include <utility>

#include "api/plan.hpp"
#include "graph/graph_cost.hpp"
#include "image/network_picture.hpp"
#include "image/size_rule.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/thread_count.hpp"

namespace nst {
namespace {

// Memory that encoding one style may take if the caller sets no limit. It covers the resized
// picture and the network's working memory.
constexpr std::size_t kMostStyleBytes = std::size_t{1} << 30;

// Returns the size to which a style picture is resized for the predictor.
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

// Throws Error{limit} if encoding a style of this size needs more than kMostStyleBytes. Does
// nothing if the caller set a limit in `run`.
void check_style_memory(const Program& predictor, Size size, bool resizes, const RunOptions& run) {
  if (run.max_memory_bytes > 0) return;  // Execution::prepare checks the caller's limit
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

StyleVector encode(const OpenModel& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run,
                   std::optional<Colour> background, const ColourMoments* colours) {
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
  if (colours != nullptr) {
    match_colours(kept->input(),
                  static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height),
                  *colours);
  }
  StyleVector vector(model.info.style_size);
  vector.space = model.encoded_space;
  kept->run({.last_step = kept->program().step_count(),
             .output = vector.values.data(),
             .progress = &run.progress});
  return vector;
}

std::uint64_t encode_work(const OpenModel& model, const ImageView& style,
                          const StyleOptions& options) {
  check_picture(style, "style picture");
  const Size size = encoded_size(style, options);
  return multiply_adds(predictor_graph(model, size.width, size.height));
}

}  // namespace nst
