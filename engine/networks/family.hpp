// The network families. A family's struct holds everything that the rest of NST knows about a
// network.
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
  const char* name;        // name in model files and in ModelInfo
  const char* scope;       // prefix of the variables' names, unique among the families
  const char* last_layer;  // the layer that makes style vectors; identifies their space

  // Builds the predictor for a picture of h × w; the graph's output is the style vector. Throws
  // Error{model} if weights are missing or do not fit, Error{input} if the picture is too small.
  void (*build)(Graph& graph, int h, int w, int style_size);
};

// Builds a predictor and checks that its output is a style vector of style_size numbers. Throws
// Error{model} if not, and as PredictorFamily::build does.
void build_predictor(const PredictorFamily& family, Graph& graph, int h, int w, int style_size);

// A transformer: content picture [h, w, 3] in [0, 1] + style parameters → stylized picture.
struct TransformerFamily {
  const char* name;    // name in model files and in ModelInfo
  const char* marker;  // part of the variables' names that no family before it in the list has

  // Builds the transformer for a picture of h × w and fills `layout` with its normalised layers.
  // The graph's output has sides of output_side and three channels in (0, 1). It is aligned with
  // the content at the top left. Throws Error{model} if weights are missing or do not fit,
  // Error{input} if the picture is too small.
  void (*build)(Graph& graph, PaddingKind padding, int h, int w, StyleLayout& layout);
  // Returns the output's side for a content's side.
  int (*output_side)(int side);
  // Channels of the first normalised layer at width α = 1.
  int full_width;
};

// A side of pictures that suits every family. Networks are built at it when only their weights are
// inspected.
inline constexpr int kAnySide = 64;

// Return all families, in the order in which their variables are looked for.
std::span<const PredictorFamily* const> predictor_families();
std::span<const TransformerFamily* const> transformer_families();

// Return the family with this name, or null.
const PredictorFamily* find_predictor(std::string_view name);
const TransformerFamily* find_transformer(std::string_view name);

// Return the families' names for messages: "full, separable".
std::string transformer_names();
std::string predictor_names();

}  // namespace nst
