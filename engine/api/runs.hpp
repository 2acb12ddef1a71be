// From a model and a picture's size to a runnable program. Model, Session and Painter use it.
#pragma once

#include <optional>

#include "api/model_impl.hpp"
#include "graph/execution.hpp"
#include "networks/style_params.hpp"

namespace nst {

// Return the networks as lists of operations, for pictures of width × height. transformer_graph
// fills `layout` with the transformer's normalised layers. Throw Error{model} if a weight is
// missing or does not fit, Error{input} if the picture is too small.
Graph predictor_graph(const Model::Impl& model, int width, int height);
Graph transformer_graph(const Model::Impl& model, int width, int height, StyleLayout& layout);

// Returns the lowered predictor. Throws as predictor_graph.
Program lower_predictor(const Model::Impl& model, int width, int height,
                        const LoweringOptions& options = {});
// Returns the lowered transformer and fills `layout` with its normalised layers. Throws as
// transformer_graph.
Program lower_transformer(const Model::Impl& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options = {});

// Returns the lowered transformer in the first MemoryMode whose plan for `threads` threads fits
// max_memory_bytes, or in the last mode if none fits. 0 means the memory that a plan may take
// without a caller's limit.
Program lower_transformer_within(const Model::Impl& model, int width, int height,
                                 StyleLayout& layout, LoweringOptions options, int threads,
                                 std::size_t max_memory_bytes);

// Returns the style of a picture, as Model::encode_style. Alpha is composed on `background` or
// dropped. Runs in `kept` if that was made for a picture of this size, else replaces it.
StyleVector encode(const Model::Impl& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run,
                   std::optional<Colour> background = std::nullopt);
// Returns the multiply-accumulates of encoding a style, without running the predictor.
std::uint64_t encode_work(const Model::Impl& model, const ImageView& style,
                          const StyleOptions& options);

// Allocates memory for `program` and sets the number of threads, as `run` asks. Throws
// Error{limit}, Error{usage}.
Execution make_execution(Program program, const RunOptions& run);

PlanInfo plan_info(const Program& program, int threads);

// Returns an f32 RGB picture of zeros of the program's output size.
Image output_image(const Program& program);

int step_count(const Program& program);

}  // namespace nst
