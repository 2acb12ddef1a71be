// What the nst-weights command does, without its command line. Each prints to stdout and throws
// nst::Error.
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
void run_convert(const ConvertOptions& options);

// One line per tensor (name, dtype, shape, min, max, rms), or a JSON object.
void run_inspect(const std::string& source, bool as_json);

// Of a model file: checksums, completeness, finite values and the stored self-test. Of a source:
// completeness, finite values, and whether it is a published model.
void run_verify(const std::string& path);

}  // namespace nst::weights
