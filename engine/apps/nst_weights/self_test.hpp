// The self-test stored in a model file: pseudo-random inputs, and what the network computed from
// them when the file was written.
//
// The metadata entry "self_test" is JSON:
//
//   {"version": 1, "seed": ..., "style": [w, h], "content": [w, h],
//    "bottleneck": [style_size numbers], "output": [w, h], "samples": [[index, value], ...]}
//
// The inputs are pictures from pseudo_random.hpp. They are never resized, so that the test depends
// on the networks only. A model without a predictor has no "bottleneck"; its style vector is
// pseudo-random too.
#pragma once

#include <string>

#include "nst/model.hpp"

namespace nst {

// The result of replaying a self-test. It has the largest absolute differences of the style vector
// and of the picture from the stored ones, and a limit for each. `passed` says whether both
// differences are within their limits.
struct SelfTestResult {
  double bottleneck_error = 0.0;
  double bottleneck_tolerance = 0.0;
  double output_error = 0.0;
  double output_tolerance = 0.0;
  bool passed = false;
};

// Runs `model` on the test's inputs and returns the JSON to store in the model file.
std::string make_self_test(const Model& model);

// Runs `model` on the inputs that `json` describes and compares the results. Throws Error{model}
// with `name` in the message if the JSON is not a self-test or does not fit the model.
SelfTestResult replay_self_test(const Model& model, const std::string& json,
                                const std::string& name);

}  // namespace nst
