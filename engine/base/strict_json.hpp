// Parsing of foreign JSON with limits. Damage that lenient parsers accept is an error here. Also
// writes the few pieces of JSON that NST's own files contain.
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
  // If not empty: only the member of the outermost object with this key is kept. Other members are
  // parsed and counted, but take no memory.
  std::string_view only = {};
};

class JsonDocument;

// A value of a JsonDocument. The document must outlive the value. A JsonValue is small and is
// passed by value.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { null, boolean, count, number, text, array, object };

  Kind kind() const;
  bool is_object() const { return kind() == Kind::object; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_text() const { return kind() == Kind::text; }

  // Returns the key of this value in its object; "" outside objects.
  std::string_view key() const;
  // Returns the text of a string; "" for other kinds of values.
  std::string_view text() const;
  // Returns a whole number ≥ 0 that is written without fraction and exponent; nullopt for every
  // other value.
  std::optional<std::uint64_t> count() const;
  // Returns the value of a number; nullopt for other kinds of values.
  std::optional<double> number() const;

  // Iterates over the members of an object or array, in the order of the text. Other kinds of
  // values have no members.
  class Iterator;
  std::size_t size() const;
  Iterator begin() const;
  Iterator end() const;
  // Returns the member of an object that has this key. Compares the keys one by one, which suits
  // small objects.
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

// A parsed text, stored as two flat arrays. Building the arrays takes linear time, and destroying
// them needs no recursion.
class JsonDocument {
 public:
  JsonValue root() const { return {this, 0}; }

 private:
  friend class JsonValue;
  friend class JsonBuilder;
  struct Node {
    JsonValue::Kind kind = JsonValue::Kind::null;
    std::uint32_t members = 0;  // number of members of an object or array
    // Index in nodes_ of the first node behind this value and, for an object or array, behind all
    // its members.
    std::uint32_t next = 0;
    std::uint32_t key_at = 0, key_bytes = 0;    // offset and length of the key in characters_
    std::uint32_t text_at = 0, text_bytes = 0;  // offset and length of a string in characters_
    double number = 0.0;                        // value of a number; 0 for other kinds
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
// Returns the shortest text that reads back as `value`. Returns "null" for infinity and NaN, which
// JSON lacks.
std::string json_number(double value);

}  // namespace nst
