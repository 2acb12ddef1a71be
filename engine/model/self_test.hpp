// A model's own proof: a seeded input and what the network made of it when the file was written.
//
// JSON in the metadata entry "self_test": {"version": 1, "seed", "style": [w, h], "content": [w,
// h], "bottleneck": [style_size numbers] (absent without a predictor; the style vector is
// pseudo-random then), "output": [w, h], "samples": [[index, value], ...]}. The inputs are
// pseudo-random pictures (see pseudo_random.hpp), never resized, so that nothing but the networks
// takes part.
#pragma once

#include <string>

#include "nst/model.hpp"

namespace nst {

// What replaying a self-test showed: largest absolute differences and whether they are allowed.
struct SelfTestResult {
  double bottleneck_error = 0.0;
  double bottleneck_tolerance = 0.0;
  double output_error = 0.0;
  double output_tolerance = 0.0;
  bool passed = false;
};

// Runs `model` and returns the JSON to store.
std::string make_self_test(const Model& model);

// Runs `model` on the inputs `json` describes and compares. Throws Error{model} with `name` if the
// JSON is not a self-test or belongs to another kind of model.
SelfTestResult replay_self_test(const Model& model, const std::string& json,
                                const std::string& name);

}  // namespace nst
