// From a model and a picture's size to something that can run: shared by Model and Session.
#pragma once

#include <optional>

#include "api/model_impl.hpp"
#include "graph/execution.hpp"
#include "networks/style_params.hpp"

namespace nst {

// The networks as lists of operations, for pictures of width × height. transformer_graph fills
// `layout` with the transformer's normalised layers. Throw Error{model} if a weight is missing or
// does not fit, Error{input} for a picture that is too small.
Graph predictor_graph(const Model::Impl& model, int width, int height);
Graph transformer_graph(const Model::Impl& model, int width, int height, StyleLayout& layout);

Program lower_predictor(const Model::Impl& model, int width, int height,
                        const LoweringOptions& options = {});
// Fills `layout` with the transformer's normalised layers.
Program lower_transformer(const Model::Impl& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options = {});

// As above with the least MemoryMode whose plan for `threads` fits max_memory_bytes, or the utmost
// if none does. 0: what a process may take unasked.
Program lower_transformer_within(const Model::Impl& model, int width, int height,
                                 StyleLayout& layout, LoweringOptions options, int threads,
                                 std::size_t max_memory_bytes);

// The style of a picture (Model::encode_style), alpha composed on `background` or dropped. Runs in
// `kept` if that was made for a picture of this size, else replaces it.
StyleVector encode(const Model::Impl& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run,
                   std::optional<Colour> background = std::nullopt);
// Multiply-accumulates of that, without running it.
std::uint64_t encode_work(const Model::Impl& model, const ImageView& style,
                          const StyleOptions& options);

// Memory and a team for `program` as `run` wants them. Throws Error{limit}, Error{usage}.
Execution make_execution(Program program, const RunOptions& run);

PlanInfo plan_info(const Program& program, int threads);

// A zeroed f32 RGB picture of the program's output size.
Image output_image(const Program& program);

int step_count(const Program& program);

}  // namespace nst
