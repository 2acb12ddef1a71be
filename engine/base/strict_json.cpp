#include "base/strict_json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace nst {

using Kind = JsonValue::Kind;

Kind JsonValue::kind() const { return document_->nodes_[index_].kind; }

std::string_view JsonValue::key() const {
  const JsonDocument::Node& node = document_->nodes_[index_];
  return document_->characters(node.key_at, node.key_bytes);
}

std::string_view JsonValue::text() const {
  const JsonDocument::Node& node = document_->nodes_[index_];
  return document_->characters(node.text_at, node.text_bytes);
}

std::optional<std::uint64_t> JsonValue::count() const {
  const JsonDocument::Node& node = document_->nodes_[index_];
  return node.kind == Kind::count ? std::optional(node.count) : std::nullopt;
}

std::optional<double> JsonValue::number() const {
  const JsonDocument::Node& node = document_->nodes_[index_];
  const bool is_number = node.kind == Kind::count || node.kind == Kind::number;
  return is_number ? std::optional(node.number) : std::nullopt;
}

std::size_t JsonValue::size() const { return document_->nodes_[index_].members; }

// Nodes are stored in the order of the text, so a container's first member is the next node.
JsonValue::Iterator JsonValue::begin() const { return Iterator({document_, index_ + 1}); }

JsonValue::Iterator JsonValue::end() const {
  return Iterator({document_, document_->nodes_[index_].next});
}

JsonValue::Iterator& JsonValue::Iterator::operator++() {
  value_.index_ = value_.document_->nodes_[value_.index_].next;
  return *this;
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  if (!is_object()) return std::nullopt;
  for (const JsonValue member : *this) {
    if (member.key() == key) return member;
  }
  return std::nullopt;
}

// Receives the parser's events (nlohmann's SAX interface) and appends a node to the document for
// each value.
class JsonBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonBuilder(const std::string& name, ErrorCode code, const JsonLimits& limits)
      : name_(name), code_(code), limits_(limits) {}

  JsonDocument take() { return std::move(document_); }

  bool null() override { return value(Kind::null); }
  bool boolean(bool) override { return value(Kind::boolean); }
  bool number_integer(number_integer_t number) override {
    return value(Kind::number, static_cast<double>(number));
  }
  bool number_unsigned(number_unsigned_t number) override {
    return value(Kind::count, static_cast<double>(number), number);
  }
  bool number_float(number_float_t number, const string_t&) override {
    return value(Kind::number, number);
  }
  bool string(string_t& text) override { return value(Kind::text, 0.0, 0, text); }
  // Never called: only binary formats such as CBOR have binary values, JSON text has none.
  bool binary(binary_t&) override { return value(Kind::null); }
  bool start_object(std::size_t) override { return open(Kind::object); }
  bool start_array(std::size_t) override { return open(Kind::array); }
  bool end_object() override {
    check_keys();
    return close();
  }
  bool end_array() override { return close(); }
  bool key(string_t& text) override {
    key_ = text;
    if (open_.size() == 1 && !limits_.only.empty()) skips_ = text != limits_.only;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
    fail(std::string("damaged JSON: ") + e.what());
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(code_, one_line(name_) + ": " + one_line(what));
  }

 private:
  struct Open {
    std::uint32_t node = 0;
    std::uint64_t members = 0;
    bool is_kept = true;
  };

  bool keeps() const { return !skips_ || open_.empty(); }

  bool value(Kind kind, double number = 0.0, std::uint64_t count = 0, std::string_view text = {}) {
    count_value();
    if (!keeps()) return true;
    const std::uint32_t index = append(kind);
    JsonDocument::Node& node = document_.nodes_[index];
    node.number = number;
    node.count = count;
    node.text_at = static_cast<std::uint32_t>(document_.characters_.size());
    node.text_bytes = static_cast<std::uint32_t>(text.size());
    document_.characters_ += text;
    return true;
  }

  bool open(Kind kind) {
    if (open_.size() >= static_cast<std::size_t>(limits_.max_depth)) {
      fail("the JSON text is nested too deeply");
    }
    count_value();
    const bool is_kept = keeps();
    open_.push_back({is_kept ? append(kind) : 0, 0, is_kept});
    return true;
  }

  bool close() {
    const Open closed = open_.back();
    open_.pop_back();
    if (closed.is_kept) {
      document_.nodes_[closed.node].next = static_cast<std::uint32_t>(document_.nodes_.size());
    }
    if (open_.size() <= 1) skips_ = false;
    return true;
  }

  void count_value() {
    if (++values_ > limits_.max_values) fail("the JSON text has too many values");
    if (!open_.empty() && ++open_.back().members > limits_.max_members) {
      fail("the JSON text has an object or array of more than " +
           std::to_string(limits_.max_members) + " members");
    }
  }

  std::uint32_t append(Kind kind) {
    const auto index = static_cast<std::uint32_t>(document_.nodes_.size());
    JsonDocument::Node& node = document_.nodes_.emplace_back();
    node.kind = kind;
    node.next = index + 1;
    if (!open_.empty()) {
      JsonDocument::Node& parent = document_.nodes_[open_.back().node];
      ++parent.members;
      if (parent.kind == Kind::object) {
        node.key_at = static_cast<std::uint32_t>(document_.characters_.size());
        node.key_bytes = static_cast<std::uint32_t>(key_.size());
        document_.characters_ += key_;
      }
    }
    return index;
  }

  // Throws if two members of the object that ends here have the same key.
  void check_keys() {
    if (!open_.back().is_kept) return;
    keys_.clear();
    const auto end = static_cast<std::uint32_t>(document_.nodes_.size());
    for (std::uint32_t i = open_.back().node + 1; i < end; i = document_.nodes_[i].next) {
      const JsonDocument::Node& node = document_.nodes_[i];
      keys_.push_back(document_.characters(node.key_at, node.key_bytes));
    }
    std::sort(keys_.begin(), keys_.end());
    const auto twice = std::adjacent_find(keys_.begin(), keys_.end());
    if (twice != keys_.end()) {
      fail("the JSON text has the key '" + std::string(*twice) + "' twice");
    }
  }

  const std::string& name_;
  ErrorCode code_;
  JsonLimits limits_;
  JsonDocument document_;
  std::vector<Open> open_;
  std::string key_;
  // true while a member of the outermost object is read that JsonLimits::only excludes. Its values
  // are counted, but not kept.
  bool skips_ = false;
  std::uint64_t values_ = 0;
  std::vector<std::string_view> keys_;
};

JsonDocument parse_json_strictly(Bytes text, const std::string& name, ErrorCode code,
                                 JsonLimits limits) {
  JsonBuilder builder(name, code, limits);
  if (text.size() > UINT32_MAX) builder.fail("the JSON text is longer than 4 GiB");
  // Refuses NUL bytes: the parser would take the first one as the end and ignore the rest of the
  // text.
  if (std::find(text.begin(), text.end(), std::uint8_t{0}) != text.end()) {
    builder.fail("damaged JSON: it holds a NUL byte");
  }
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

std::string json_quoted(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20) {
      constexpr std::string_view kShort = "\b\f\n\r\t";
      const std::size_t place = kShort.find(c);
      if (place != std::string_view::npos) {
        out += {'\\', "bfnrt"[place]};
      } else {
        out += {'\\', 'u', '0', '0', kDigits[byte >> 4], kDigits[byte & 15]};
      }
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string json_number(double value) {
  if (!std::isfinite(value)) return "null";
  // Writes negative zero with a fraction, because a reader could take "-0" for an integer and lose
  // the sign.
  if (value == 0.0 && std::signbit(value)) return "-0.0";
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

}  // namespace nst
