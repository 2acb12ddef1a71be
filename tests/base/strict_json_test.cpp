#include "base/strict_json.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "base/expect_error.hpp"

using nst::ErrorCode;
using nst::JsonValue;
using nst::test::contains;
using nst::test::expect_error;

namespace {

nst::JsonDocument parse(const std::string& text, nst::JsonLimits limits = {}) {
  return nst::parse_json_strictly({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                                  "f.json", ErrorCode::model, limits);
}

std::string refusal(const std::string& text, nst::JsonLimits limits = {}) {
  return expect_error(ErrorCode::model, [&] { parse(text, limits); });
}

}  // namespace

TEST_CASE("Strict JSON parses what is proper") {
  const nst::JsonDocument document =
      parse(R"({"a": {"k": [1, 2.5, "x\u00e9\n", -3, true, []]}, "b": {"k": null}, "c": {}})");
  const JsonValue root = document.root();
  REQUIRE(root.size() == 3);
  const JsonValue list = *root.find("a")->find("k");
  REQUIRE(list.is_array());
  std::vector<JsonValue> items;
  for (const JsonValue item : list) items.push_back(item);
  REQUIRE(items.size() == 6);
  CHECK(items[0].count() == 1);
  CHECK(items[0].number() == 1.0);
  CHECK_FALSE(items[1].count().has_value());
  CHECK(items[1].number() == 2.5);
  CHECK(items[2].text() == "x\u00e9\n");
  CHECK_FALSE(items[3].count().has_value());
  CHECK(items[3].number() == -3.0);
  CHECK(items[4].kind() == JsonValue::Kind::boolean);
  CHECK(items[5].is_array());
  CHECK(items[5].size() == 0);
  CHECK(root.find("b")->find("k")->kind() == JsonValue::Kind::null);
  CHECK(root.find("c")->begin() == root.find("c")->end());
  CHECK_FALSE(root.find("d").has_value());
  CHECK_FALSE(list.find("d").has_value());
  std::string keys;
  for (const JsonValue member : root) keys += member.key();
  CHECK(keys == "abc");
}

TEST_CASE("Strict JSON keeps the one member that is asked for") {
  const nst::JsonDocument document =
      parse(R"({"x": [{"a": 1, "b": [2]}], "keep": {"a": [3]}, "y": {"z": {}}})", {.only = "keep"});
  REQUIRE(document.root().size() == 1);
  CHECK((*document.root().find("keep")->find("a")->begin()).count() == 3);
  CHECK(contains(refusal(R"({"x": [[[1]]], "keep": 1})", {.max_depth = 3, .only = "keep"}),
                 "nested too deeply"));
  CHECK(contains(refusal(R"({"x": [1, 2, 3], "keep": 1})", {.max_values = 4, .only = "keep"}),
                 "too many values"));
}

TEST_CASE("Strict JSON takes linear time and bounds the members of one object or array") {
  std::string text = "{\"a\":[";
  for (int i = 0; i < 400'000; ++i) text += i == 0 ? "{}" : ",{}";
  text += "]}";
  // Tests that the time for reading is linear in the number of members. Otherwise this test would
  // take very long.
  CHECK(parse(text).root().find("a")->size() == 400'000);
  CHECK(contains(refusal(text, {.max_members = 1000}), "more than 1000 members"));
}

TEST_CASE("What NST writes as JSON reads back, whatever the bytes") {
  for (const std::string& text : {std::string("plain"), std::string("\"\\/\b\f\n\r\t\x01\x7f"),
                                  std::string("\xc3\xa9\xf0\x9f\x8e\xa8")}) {
    const std::string quoted = nst::json_quoted(text);
    CHECK(parse(quoted).root().text() == text);
  }
  const std::string odd = nst::json_quoted(
      "a\xff"
      "b\xc3(\xed\xa0\x80\xc0\x80\xf5\xe2\x82");
  const nst::JsonDocument document = parse(odd);
  CHECK(
      document.root().text().starts_with("a\xef\xbf\xbd"
                                         "b\xef\xbf\xbd("));
  for (const double value : {0.0, 1.5, -0.1, 1e300, 5e-324, 123456789.0}) {
    CHECK(parse(nst::json_number(value)).root().number() == value);
  }
  CHECK(std::signbit(parse(nst::json_number(-0.0)).root().number().value_or(1.0)));
  CHECK(nst::json_number(NAN) == "null");
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
