// Tests of hostile TFLite files, in which many references lead to the same table. FlatBuffers allow
// this, but no converter writes such files.
#include <initializer_list>
#include <memory>

#include "base/expect_error.hpp"
#include "weights_tool/source_list.hpp"

using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;

namespace {

// Writes a FlatBuffer (https://flatbuffers.dev/internals) part by part. Every field takes 4 bytes.
class FlatWriter {
 public:
  FlatWriter() { bytes_ = {0, 0, 0, 0, 'T', 'F', 'L', '3'}; }

  // Appends a table with fields 0 to count - 1 and returns its offset. field(table, i) is the
  // offset of field i.
  std::size_t table(std::size_t count) {
    const std::size_t vtable = bytes_.size();
    put16(4 + 2 * count);
    put16(4 + 4 * count);
    for (std::size_t i = 0; i < count; ++i) put16(4 + 4 * i);
    if (count % 2 != 0) put16(0);
    const std::size_t at = bytes_.size();
    put32(at - vtable);
    for (std::size_t i = 0; i < count; ++i) put32(0);
    return at;
  }
  static std::size_t field(std::size_t table, std::size_t i) { return table + 4 + 4 * i; }

  // Appends a vector of `count` numbers or references and returns its offset. element(vector, i) is
  // the offset of element i.
  std::size_t vector(std::size_t count) {
    const std::size_t at = bytes_.size();
    put32(count);
    bytes_.resize(bytes_.size() + 4 * count);
    return at;
  }
  static std::size_t element(std::size_t vector, std::size_t i) { return vector + 4 + 4 * i; }

  void point(std::size_t at, std::size_t to) { set(at, to - at); }
  void set(std::size_t at, std::size_t value) {
    for (int i = 0; i < 4; ++i) {
      bytes_[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  void put16(std::size_t value) {
    bytes_.push_back(static_cast<std::uint8_t>(value));
    bytes_.push_back(static_cast<std::uint8_t>(value >> 8));
  }
  void put32(std::size_t value) {
    put16(value & 0xffff);
    put16(value >> 16);
  }
  std::vector<std::uint8_t> bytes_;
};

// Returns a model that has `graphs` references to one graph. The graph has `operators` references
// to one operator, which does nothing.
std::vector<std::uint8_t> shared_operators(std::size_t graphs, std::size_t operators) {
  FlatWriter file;
  const std::size_t model = file.table(5);
  file.point(0, model);
  const std::size_t codes = file.vector(1), buffers = file.vector(0);
  file.point(FlatWriter::field(model, 1), codes);
  file.point(FlatWriter::element(codes, 0), file.table(1));
  file.point(FlatWriter::field(model, 4), buffers);
  const std::size_t list = file.vector(graphs), graph = file.table(4);
  file.point(FlatWriter::field(model, 2), list);
  for (std::size_t i = 0; i < graphs; ++i) file.point(FlatWriter::element(list, i), graph);
  for (const std::size_t empty : {0, 1, 2}) {
    file.point(FlatWriter::field(graph, empty), file.vector(0));
  }
  const std::size_t steps = file.vector(operators), step = file.table(1);
  file.point(FlatWriter::field(graph, 3), steps);
  for (std::size_t i = 0; i < operators; ++i) file.point(FlatWriter::element(steps, i), step);
  return file.take();
}

std::size_t tensors_of(const std::vector<std::uint8_t>& file) {
  const nst::weights::FileSet files =
      nst::weights::FileSet::file("f.tflite", {file, std::make_shared<int>()});
  return nst::weights::open_tflite(files, "f.tflite")->tensors().size();
}

}  // namespace

TEST_CASE("Limit: 64 graphs, 100,000 tensors and operators of a TFLite file") {
  CHECK(tensors_of(shared_operators(50, 2000)) == 0);
  const auto refusal = [](std::size_t graphs, std::size_t operators) {
    const std::vector<std::uint8_t> file = shared_operators(graphs, operators);
    return expect_error(ErrorCode::model, [&] { tensors_of(file); });
  };
  CHECK(contains(refusal(1, 100'001), "too many tensors and operators"));
  CHECK(contains(refusal(50, 2001), "too many tensors and operators"));
  CHECK(tensors_of(shared_operators(64, 1)) == 0);
  CHECK(contains(refusal(65, 1), "too many graphs"));
}
