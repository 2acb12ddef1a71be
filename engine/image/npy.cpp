#include "image/npy.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "nst/error.hpp"

namespace nst {
namespace {

// The .npy format (numpy/lib/format.py, NEP 1): a signature, a version, the header's length, then
// the header. The header is a Python dict literal with the keys descr, fortran_order and shape. It
// is padded with spaces to a multiple of 64 bytes.
constexpr std::string_view kSignature("\x93NUMPY", 6);
constexpr std::size_t kAlignment = 64;

// Parses the header's dict literal. It accepts the small part of Python's syntax that NumPy writes.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const ByteReader& file) : text_(text), file_(file) {}

  std::vector<std::int64_t> parse() {
    bool has_descr = false, has_order = false, has_shape = false;
    std::vector<std::int64_t> shape;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr" && !has_descr) {
        has_descr = true;
        const std::string_view type = string();
        if (type != "<f4") {
          file_.fail("holds '" + printable(type) + "', not float32; save it as float32");
        }
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        if (boolean()) file_.fail("is in Fortran order; save it in C order");
      } else if (key == "shape" && !has_shape) {
        has_shape = true;
        shape = tuple();
      } else {
        fail();
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (accept('#')) take_comment();
    if (!text_.empty() || !has_descr || !has_order || !has_shape) fail();
    return shape;
  }
  const std::string& comment() const { return comment_; }

 private:
  [[noreturn]] void fail() const { file_.fail("damaged .npy header; save it again with NumPy"); }

  // Takes the text after a '#', up to the header's end, as the comment. The comment must be one
  // line of printable characters.
  void take_comment() {
    skip_space();
    const std::size_t end = text_.find_last_not_of(" \n");
    comment_ = text_.substr(0, end == std::string_view::npos ? 0 : end + 1);
    for (const char c : comment_) {
      if (c < ' ' || c > '~') fail();
    }
    text_ = {};
  }

  static std::string printable(std::string_view text) {
    std::string clean(text.substr(0, 16));
    for (char& c : clean) {
      if (c < ' ' || c > '~') c = '?';
    }
    return clean;
  }
  void skip_space() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_space();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  bool accept_word(std::string_view word) {
    skip_space();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string_view string() {
    skip_space();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) fail();
    const std::size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) fail();
    const std::string_view value = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return value;
  }
  bool boolean() {
    if (accept_word("True")) return true;
    if (!accept_word("False")) fail();
    return false;
  }
  std::int64_t integer() {
    skip_space();
    std::int64_t value = 0;
    std::size_t digits = 0;
    while (digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9') {
      value = value * 10 + (text_[digits++] - '0');
      if (value > INT32_MAX) file_.fail("a side of the array is too long");
    }
    if (digits == 0) fail();
    text_.remove_prefix(digits);
    return value;
  }
  std::vector<std::int64_t> tuple() {
    constexpr std::size_t kMaxSides = 8;  // largest number of dimensions; pictures have 3
    std::vector<std::int64_t> sides;
    expect('(');
    while (!accept(')')) {
      if (sides.size() == kMaxSides) fail();
      sides.push_back(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return sides;
  }

  std::string_view text_;
  std::string comment_;
  const ByteReader& file_;
};

}  // namespace

std::string numpy_shape(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

bool is_npy(Bytes bytes) {
  return bytes.size() >= kSignature.size() &&
         std::memcmp(bytes.data(), kSignature.data(), kSignature.size()) == 0;
}

NpyView parse_npy(Bytes bytes, const std::string& name) {
  ByteReader reader(bytes, name, ErrorCode::input);
  if (!is_npy(bytes)) reader.fail("is not a .npy file");
  reader.skip(kSignature.size(), "the signature");
  const int version = reader.read<std::uint8_t>("the version");
  reader.skip(1, "the version");
  if (version < 1 || version > 3) {
    reader.fail(".npy version " + std::to_string(version) + " is unknown; save it with NumPy");
  }
  const std::uint32_t header_bytes = version == 1 ? reader.read<std::uint16_t>("the header length")
                                                  : reader.read<std::uint32_t>("the header length");
  const Bytes header = reader.take(header_bytes, "the header");
  const std::string_view text(reinterpret_cast<const char*>(header.data()), header.size());

  NpyView array;
  HeaderParser parser(text, reader);
  array.shape = parser.parse();
  array.comment = parser.comment();
  std::uint64_t data_bytes = sizeof(float);
  for (const std::int64_t side : array.shape) {
    data_bytes = checked_mul(data_bytes, static_cast<std::uint64_t>(side), ErrorCode::input,
                             name + ": the size of the array");
  }
  if (data_bytes != reader.remaining()) {
    reader.fail("shape " + numpy_shape(array.shape) + " needs " + std::to_string(data_bytes) +
                " bytes of data, the file has " + std::to_string(reader.remaining()) +
                "; save it again");
  }
  array.data = reader.take(data_bytes, "the data");
  return array;
}

NpyArray decode_npy(Bytes bytes, const std::string& name) {
  NpyView view = parse_npy(bytes, name);
  NpyArray array{std::move(view.shape), std::vector<float>(view.data.size() / sizeof(float)),
                 std::move(view.comment)};
  if (!view.data.empty()) std::memcpy(array.values.data(), view.data.data(), view.data.size());
  return array;
}

std::vector<std::uint8_t> encode_npy(const std::vector<std::int64_t>& shape, const float* values,
                                     const std::string& comment) {
  std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': " + numpy_shape(shape) + ", }";
  if (!comment.empty()) header += "  # " + comment;
  // Size in bytes of the signature, the version and the header's length.
  const std::size_t before = kSignature.size() + 4;
  const std::size_t used = before + header.size() + 1;
  header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  header += '\n';

  std::size_t count = 1;
  for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
  std::vector<std::uint8_t> file(before + header.size() + count * sizeof(float));
  std::uint8_t* out = file.data();
  std::memcpy(out, kSignature.data(), kSignature.size());
  out += kSignature.size();
  *out++ = 1;
  *out++ = 0;
  *out++ = static_cast<std::uint8_t>(header.size() & 0xff);
  *out++ = static_cast<std::uint8_t>(header.size() >> 8);
  std::memcpy(out, header.data(), header.size());
  if (count > 0) std::memcpy(out + header.size(), values, count * sizeof(float));
  return file;
}

}  // namespace nst
