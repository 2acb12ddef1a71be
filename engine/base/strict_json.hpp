// JSON from outside: parsed with limits and without the leniency that hides damage.
#pragma once

#include <nlohmann/json.hpp>

#include "base/byte_reader.hpp"

namespace nst {

struct JsonLimits {
  int max_depth = 8;                     // nested objects and arrays
  std::uint64_t max_values = 1'000'000;  // bounds the memory a hostile text can ask for
};

// Parses UTF-8 JSON. Throws Error{code} "<name>: <what>" for syntax errors, duplicate keys, and
// what exceeds the limits.
nlohmann::json parse_json_strictly(Bytes text, const std::string& name, ErrorCode code,
                                   JsonLimits limits = {});

}  // namespace nst
