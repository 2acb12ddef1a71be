// From a model and a picture's size to something that can run: shared by Model and Session.
#pragma once

#include <optional>
#include <string>

#include "api/model_impl.hpp"
#include "graph/execution.hpp"
#include "networks/style_params.hpp"

namespace nst {

Program lower_predictor(const Model::Impl& model, int width, int height,
                        const LoweringOptions& options = {});
// Fills `layout` with the transformer's normalised layers.
Program lower_transformer(const Model::Impl& model, int width, int height, StyleLayout& layout,
                          const LoweringOptions& options = {});

// As above with the least Thrift whose plan for `threads` fits max_memory_bytes, or the utmost if
// none does. 0: what a process may take unasked.
Program lower_transformer_within(const Model::Impl& model, int width, int height,
                                 StyleLayout& layout, LoweringOptions options, int threads,
                                 std::size_t max_memory_bytes);

// The style of a picture (Model::encode_style). Runs in `kept` if that was made for a picture of
// this size, else replaces it.
StyleVector encode(const Model::Impl& model, std::optional<Execution>& kept, const ImageView& style,
                   const StyleOptions& options, const RunOptions& run);

// Memory and a team for `program` as `run` wants them. Throws Error{limit}, Error{usage}.
Execution make_execution(Program program, const RunOptions& run);

PlanInfo plan_info(const Program& program, int threads);

// A zeroed f32 RGB picture of the program's output size.
Image output_image(const Program& program);

// Gives a picture to a network: its samples, and where the network takes deviations the colour
// they deviate from. Throws as to_network_input.
void set_input(Execution& execution, const ImageView& picture, const std::string& what);

int step_count(const Program& program);

}  // namespace nst
