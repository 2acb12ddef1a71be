// Parsing of foreign JSON, with limits and without the leniency that hides damage. Also writes the
// few pieces of JSON that NST's own files contain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst {

struct JsonLimits {
  int max_depth = 8;                      // largest depth of nested objects and arrays
  std::uint64_t max_values = 1'000'000;   // largest number of values in the text
  std::uint64_t max_members = 1'000'000;  // largest number of members of an object or array
  // If not empty: only this member of an outermost object is kept. The others are parsed and
  // counted but take no memory.
  std::string_view only = {};
};

class JsonDocument;

// A value of a JsonDocument, which must outlive it. Small: pass it by value.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { null, boolean, count, number, text, array, object };

  Kind kind() const;
  bool is_object() const { return kind() == Kind::object; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_text() const { return kind() == Kind::text; }

  // Returns the key of this value in its object; "" outside objects.
  std::string_view key() const;
  // Returns the characters of a string; "" for other kinds.
  std::string_view text() const;
  // Returns a whole number ≥ 0 that is written as such; nullopt for other kinds.
  std::optional<std::uint64_t> count() const;
  // Returns any number; nullopt for other kinds.
  std::optional<double> number() const;

  // The members of an object or array, in the order of the text. Other kinds have none.
  class Iterator;
  std::size_t size() const;
  Iterator begin() const;
  Iterator end() const;
  // Returns the member `key` of an object. Compares every member, so it suits small objects.
  std::optional<JsonValue> find(std::string_view key) const;

 private:
  friend class JsonDocument;
  JsonValue(const JsonDocument* document, std::uint32_t index)
      : document_(document), index_(index) {}
  const JsonDocument* document_;
  std::uint32_t index_;
};

class JsonValue::Iterator {
 public:
  JsonValue operator*() const { return value_; }
  Iterator& operator++();
  bool operator==(const Iterator& other) const { return value_.index_ == other.value_.index_; }

 private:
  friend class JsonValue;
  explicit Iterator(JsonValue value) : value_(value) {}
  JsonValue value_;
};

// A parsed text as two flat arrays. Building it takes linear time, and destroying it needs no
// recursion.
class JsonDocument {
 public:
  JsonValue root() const { return {this, 0}; }

 private:
  friend class JsonValue;
  friend class JsonBuilder;
  struct Node {
    JsonValue::Kind kind = JsonValue::Kind::null;
    std::uint32_t members = 0;                  // number of members of an object or array
    std::uint32_t next = 0;                     // index of the node after all members
    std::uint32_t key_at = 0, key_bytes = 0;    // place of the key in characters_
    std::uint32_t text_at = 0, text_bytes = 0;  // place of the text in characters_
    double number = 0.0;                        // value of a number, also of a count
    std::uint64_t count = 0;
  };
  std::string_view characters(std::uint32_t at, std::uint32_t bytes) const {
    return std::string_view(characters_).substr(at, bytes);
  }

  std::vector<Node> nodes_;
  std::string characters_;
};

// Parses UTF-8 JSON. Throws Error{code} "<name>: <what>" for syntax errors, duplicate keys, and
// values beyond the limits.
JsonDocument parse_json_strictly(Bytes text, const std::string& name, ErrorCode code,
                                 JsonLimits limits = {});

// Returns `text` as a JSON string with quotes. Bytes that are not UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);
// Returns the shortest text that reads back as `value`; "null" if JSON has no such number.
std::string json_number(double value);

}  // namespace nst
