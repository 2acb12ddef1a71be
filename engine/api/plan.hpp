// Plans the networks of a model for a given picture size. Model, Session and Painter use these
// functions.
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

// Returns the predictor as a program that can run. Throws as predictor_graph does.
Program lower_predictor(const OpenModel& model, int width, int height,
                        const LoweringOptions& options = {});
// Returns the transformer as a program that can run. Fills `layout` with the transformer's
// normalised layers. Throws as transformer_graph does.
Program lower_transformer(const OpenModel& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options = {});

// Returns the transformer as a program that fits into max_memory_bytes. lower_within chooses the
// memory mode and describes what happens if no mode fits.
Program lower_transformer_within(const OpenModel& model, int width, int height, StyleLayout& layout,
                                 const LoweringOptions& options, int threads,
                                 std::size_t max_memory_bytes);

// Makes a program ready to run with the threads and within the memory limit of `run`. `lender`:
// another execution whose arena is used, if it is large enough; may be null. Throws Error{limit},
// or Error{usage} for an impossible number of threads.
Execution make_execution(Program program, const RunOptions& run, const Execution* lender = nullptr);

// Returns the memory and work of one run of `program` on `threads` threads. 0 threads means all
// available ones.
PlanInfo plan_info(const Program& program, int threads);

// Returns an f32 RGB picture of zeros of the program's output size.
Image output_image(const Program& program);

}  // namespace nst
