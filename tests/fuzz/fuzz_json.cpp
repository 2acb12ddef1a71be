// Fuzzes the reader of strict JSON. A document that was read is written as text and read again.
// Writing it once more must give the same text.
#include "base/strict_json.hpp"
#include "fuzz/fuzz.hpp"

namespace {

std::string written(nst::JsonValue value) {
  using Kind = nst::JsonValue::Kind;
  const bool is_object = value.is_object();
  switch (value.kind()) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      // The reader does not keep the value of a boolean, so both values are written as true.
      return "true";
    case Kind::count:
      return std::to_string(*value.count());
    case Kind::number:
      return nst::json_number(*value.number());
    case Kind::text:
      return nst::json_quoted(value.text());
    case Kind::array:
    case Kind::object:
      break;
  }
  std::string text;
  for (const nst::JsonValue member : value) {
    if (!text.empty()) text += ',';
    if (is_object) {
      text += nst::json_quoted(member.key()) + ':';
      // Checks that the key is found. Skips this for large objects, because each lookup takes time
      // in proportion to the number of keys.
      if (value.size() < 32 && !value.find(member.key())) std::abort();
    }
    text += written(member);
  }
  return is_object ? '{' + text + '}' : '[' + text + ']';
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  constexpr JsonLimits kLimits = {.max_values = 20'000};
  fuzz::must_answer([&] {
    const std::string once =
        written(parse_json_strictly({data, size}, "text", ErrorCode::model, kLimits).root());
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(once.data()), once.size());
    const JsonDocument again = parse_json_strictly(bytes, "text", ErrorCode::model, kLimits);
    if (written(again.root()) != once) std::abort();
  });
  return 0;
}
