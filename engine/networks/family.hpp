// The network families. The struct of a family contains everything that the rest of NST knows about
// a network.
//
// A new family needs one file that defines its struct, and one name in families.hpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "graph/graph.hpp"
#include "model/model_file.hpp"
#include "networks/style_layout.hpp"

namespace nst {

// A style predictor: style picture [h, w, 3] in [0, 1] → style vector [1, 1, style_size].
struct PredictorFamily {
  const char* name;        // the family's name in model files and in ModelInfo
  const char* scope;       // prefix of the family's variable names, unique among families
  const char* last_layer;  // name of the layer that makes style vectors

  // Builds the predictor for a picture of h × w pixels; the graph's output is the style vector.
  // Throws Error{model} if weights are missing or do not fit, Error{input} if the picture is too
  // small.
  void (*build)(Graph& graph, int h, int w, int style_size);
};

// Builds a predictor and checks that its output is a style vector of style_size numbers. Throws
// Error{model} for another size. Also throws what PredictorFamily::build throws.
void build_predictor(const PredictorFamily& family, Graph& graph, int h, int w, int style_size);

// A transformer: content picture [h, w, 3] in [0, 1] and style parameters → painted picture.
struct TransformerFamily {
  const char* name;    // the family's name in model files and in ModelInfo
  const char* marker;  // part of variable names by which the family is recognised; see families.hpp

  // Builds the transformer for a picture of h × w pixels and fills `layout` with its normalised
  // layers. The graph's output has three channels in (0, 1) and the sides that output_side returns.
  // If the sides differ from the content's, the top left corners of both pictures coincide. Throws
  // Error{model} if weights are missing or do not fit, Error{input} if the picture is too small.
  void (*build)(Graph& graph, PaddingKind padding, int h, int w, StyleLayout& layout);
  // Returns the height or width of the output for a content of this height or width.
  int (*output_side)(int side);
  // Number of channels of the first normalised layer at width α = 1.
  int full_width;
};

// A picture side that is large enough for every family. Networks are built with it if only their
// weights are to be inspected.
inline constexpr int kAnySide = 64;

// Return all families, in the order in which a model's variable names are compared with them.
std::span<const PredictorFamily* const> predictor_families();
std::span<const TransformerFamily* const> transformer_families();

// Return the family that has this name, or null if there is none.
const PredictorFamily* find_predictor(std::string_view name);
const TransformerFamily* find_transformer(std::string_view name);

// Return the names of all families, for messages, such as "full, separable".
std::string transformer_names();
std::string predictor_names();

}  // namespace nst
