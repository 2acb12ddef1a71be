// Makes runnable programs of a model and a picture's size, for Model, Session and Painter.
#pragma once

#include "api/open_model.hpp"
#include "graph/execution.hpp"
#include "networks/style_layout.hpp"

namespace nst {

// Return the networks as lists of operations, for pictures of width × height. transformer_graph
// fills `layout` with the transformer's normalised layers. Throw Error{model} if a weight is
// missing or does not fit, Error{input} if the picture is too small.
Graph predictor_graph(const OpenModel& model, int width, int height);
Graph transformer_graph(const OpenModel& model, int width, int height, StyleLayout& layout);

// Returns the lowered predictor. Throws as predictor_graph.
Program lower_predictor(const OpenModel& model, int width, int height,
                        const LoweringOptions& options = {});
// Returns the lowered transformer and fills `layout` with its normalised layers. Throws as
// transformer_graph.
Program lower_transformer(const OpenModel& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options = {});

// Returns the lowered transformer, fitted into memory as by lower_within.
Program lower_transformer_within(const OpenModel& model, int width, int height, StyleLayout& layout,
                                 const LoweringOptions& options, int threads,
                                 std::size_t max_memory_bytes);

// Allocates memory for `program` and sets the number of threads, as `run` asks. Throws
// Error{limit}, Error{usage}.
Execution make_execution(Program program, const RunOptions& run);

// Returns the memory and work of a run of `program` on `threads` threads (0: all available).
PlanInfo plan_info(const Program& program, int threads);

// Returns an f32 RGB picture of zeros of the program's output size.
Image output_image(const Program& program);

}  // namespace nst
