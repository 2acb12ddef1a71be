// The network families: everything the rest of NST knows about a network is in its family's struct.
//
// A new family is one file that defines the struct and one line in families.hpp.
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
  const char* name;        // in model files and in ModelInfo
  const char* scope;       // its variables' names begin with this, no other family's do
  const char* last_layer;  // the layer that makes style vectors; tells their space

  // Builds the predictor for a picture of h × w; the graph's output is the style vector. Throws
  // Error{model} if weights are missing or do not fit, Error{input} if the picture is too small.
  void (*build)(Graph& graph, int h, int w, int style_size);
};

// Builds a predictor and checks that it makes style vectors of style_size numbers. Throws as build
// does, Error{model} for another size.
void build_predictor(const PredictorFamily& family, Graph& graph, int h, int w, int style_size);

// A transformer: content picture [h, w, 3] in [0, 1] + style parameters → stylized picture.
struct TransformerFamily {
  const char* name;    // in model files and in ModelInfo
  const char* marker;  // in a variable's name of this family, and of none before it in the list

  // Builds the transformer for a picture of h × w and fills `layout` with its normalised layers.
  // The graph's output has the sides of output_side and three channels in (0, 1), and is aligned
  // with the content at the top left. Throws Error{model} if weights are missing or do not fit,
  // Error{input} if the picture is too small.
  void (*build)(Graph& graph, PaddingKind padding, int h, int w, StyleLayout& layout);
  // The output's side for a content's side.
  int (*output_side)(int side);
  // Channels of the first normalised layer at width α = 1.
  int full_width;
};

// A picture of this side suits every family. Networks are built at it when only their weights are
// looked at.
inline constexpr int kAnySide = 64;

// All families, in the order in which their variables are looked for.
std::span<const PredictorFamily* const> predictor_families();
std::span<const TransformerFamily* const> transformer_families();

// The family of a name; nullptr if there is none.
const PredictorFamily* find_predictor(std::string_view name);
const TransformerFamily* find_transformer(std::string_view name);

// "full, separable": for messages.
std::string transformer_names();
std::string predictor_names();

}  // namespace nst
