#include "base/strict_json.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace nst {

nlohmann::json parse_json_strictly(Bytes text, const std::string& name, ErrorCode code,
                                   JsonLimits limits) {
  using nlohmann::json;
  std::vector<std::set<std::string>> open_objects;  // keys seen in each object not yet closed
  std::uint64_t values = 0;
  const auto fail = [&](const std::string& what) {
    throw Error(code, one_line(name) + ": " + one_line(what));
  };
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
        open_objects.emplace_back();
        [[fallthrough]];
      case json::parse_event_t::array_start:
        if (depth >= limits.max_depth) fail("the JSON text is nested too deeply");
        [[fallthrough]];
      case json::parse_event_t::value:
        if (++values > limits.max_values) fail("the JSON text has too many values");
        break;
      case json::parse_event_t::object_end:
        open_objects.pop_back();
        break;
      case json::parse_event_t::key:
        if (!open_objects.back().insert(parsed.get<std::string>()).second) {
          fail("the JSON text has the key '" + parsed.get<std::string>() + "' twice");
        }
        break;
      case json::parse_event_t::array_end:
        break;
    }
    return true;
  };
  // The parser takes a NUL for the end of the text and would ignore what follows.
  if (std::find(text.begin(), text.end(), std::uint8_t{0}) != text.end()) {
    fail("damaged JSON: it holds a NUL byte");
  }
  try {
    return json::parse(text.begin(), text.end(), check);
  } catch (const json::exception& error) {
    fail(std::string("damaged JSON: ") + error.what());
    throw;  // not reached; fail() throws
  }
}

}  // namespace nst
