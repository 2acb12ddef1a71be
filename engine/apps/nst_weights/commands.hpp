// The commands of nst-weights without their command lines. Each function prints to stdout and
// throws nst::Error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/model_file.hpp"

namespace nst::weights {

struct ConvertOptions {
  std::vector<std::string> sources;
  std::string output;
  DType dtype = DType::f32;
  std::optional<PaddingKind> padding;
  bool force = false;
};
// Converts sources to a model file and prints a report.
void run_convert(const ConvertOptions& options);

// Lists the tensors of a source, one per line (name, dtype, shape, min, max, rms), or as one JSON
// object.
void run_inspect(const std::string& source, bool as_json);

// Checks a model file or a source, whichever `path` is.
//
// - model file: checksums, completeness, finite values and the stored self-test
// - source: completeness, finite values, and whether it is a published model
void run_verify(const std::string& path);

}  // namespace nst::weights
