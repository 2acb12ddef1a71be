#include "base/strict_json.hpp"

#include <string>

#include "base/expect_error.hpp"

using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;

namespace {

nlohmann::json parse(const std::string& text, nst::JsonLimits limits = {}) {
  return nst::parse_json_strictly({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  "f.json", ErrorCode::model, limits);
}

std::string refusal(const std::string& text, nst::JsonLimits limits = {}) {
  return expect_error(ErrorCode::model, [&] { parse(text, limits); });
}

}  // namespace

TEST_CASE("Strict JSON parses what is proper") {
  const auto value = parse(R"({"a": {"k": [1, 2.5, "x"]}, "b": {"k": null}})");
  CHECK(value["a"]["k"][2] == "x");
  CHECK(value["b"]["k"].is_null());
}

TEST_CASE("Strict JSON refuses duplicate keys at any level, but not in different objects") {
  CHECK(contains(refusal(R"({"a": 1, "a": 1})"), "'a' twice"));
  CHECK(contains(refusal(R"([{"b": {"c": 1, "d": 2, "c": 3}}])"), "'c' twice"));
  CHECK_NOTHROW(parse(R"([{"a": 1}, {"a": {"a": 2}}])"));
}

TEST_CASE("Strict JSON bounds depth and number of values") {
  CHECK_NOTHROW(parse("[[1]]", {.max_depth = 2}));
  CHECK(contains(refusal("[[[1]]]", {.max_depth = 2}), "nested too deeply"));
  CHECK(contains(refusal(std::string(1'000'000, '[')), "nested too deeply"));
  CHECK_NOTHROW(parse("[1, 2]", {.max_depth = 8, .max_values = 3}));
  CHECK(contains(refusal("[1, 2, 3]", {.max_depth = 8, .max_values = 3}), "too many values"));
}

TEST_CASE("Damaged JSON is one line that names the file") {
  for (const char* text : {"", "{", "{\"a\" 1}", "[1,]", "{} x", "\"\xff\"", "[01]", "\n\n{\n"}) {
    CAPTURE(text);
    CHECK(contains(refusal(text), "f.json: damaged JSON"));
  }
  CHECK(contains(refusal(std::string("{}\0{}", 5)), "NUL"));
}
