// TensorFlow checkpoints of version 1 (Saver(write_version=V1)). Such a checkpoint is one sorted
// string table: the entry "" lists the tensors, the other entries hold their values. Format:
// tensorflow/core/util/saved_tensor_slice.proto, tensorflow/core/framework/tensor.proto. Comments
// give the numbers of a message's fields, as in Dim{size = 1}.
#include <filesystem>
#include <optional>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "weights_tool/numbers.hpp"
#include "weights_tool/proto_reader.hpp"
#include "weights_tool/source_list.hpp"
#include "weights_tool/sstable.hpp"
#include "weights_tool/tensor_bundle.hpp"

namespace nst::weights {
namespace {

constexpr std::size_t kMaxRank = 8;

// A tensor in the checkpoint's list of tensors: SavedSliceMeta{name = 1, shape = 2, type = 3, slice
// = 4}.
struct Listed {
  std::string name;
  std::vector<std::int64_t> shape;
  int dtype = 0;
  int slices = 0;
};

// The values of a tensor that is stored as a TensorProto message, packed and little-endian.
struct Values {
  Bytes bytes;
  Number number = Number::f32;
};

// Parses a TensorShapeProto message. Its field 2 is a dimension, a message whose field 1 is the
// dimension's size.
std::vector<std::int64_t> parse_shape(ProtoReader reader) {
  std::vector<std::int64_t> shape;
  ProtoField field;
  while (reader.next(field)) {
    if (field.number != 2) continue;
    if (shape.size() == kMaxRank) reader.fail("damaged: a tensor of more than 8 dimensions");
    ProtoReader dim = reader.message(field);
    ProtoField part;
    std::int64_t size = 0;
    while (dim.next(part)) {
      if (part.number == 1) size = static_cast<std::int64_t>(part.value);
    }
    shape.push_back(size);
  }
  return shape;
}

class CheckpointV1 : public ListedSource {
 public:
  CheckpointV1(const FileSet& files, const std::string& name)
      : ListedSource("TensorFlow checkpoint (V1) " +
                     std::filesystem::path(name).filename().string()),
        file_(files.open(name)),
        label_(files.label(name)),
        table_(read_sstable(file_.bytes, label_)) {
    made_of(files, name);
    const auto directory = table_.entries.find("");
    if (directory == table_.entries.end()) fail("the list of its tensors is missing");
    refuse_index(directory->second);
    // Reads the list of tensors: field 1 (meta) of the message SavedTensorSlices and, inside it,
    // each field 1 (tensor) of SavedTensorSliceMeta.
    for_each(ProtoReader(directory->second, label_, ErrorCode::model), 1, [&](ProtoReader meta) {
      for_each(meta, 1, [&](ProtoReader tensor) { add_listed(tensor); });
    });
    find_values();
    std::vector<SourceTensor> tensors;
    for (const auto& [tensor, listed] : listed_) {
      tensors.push_back({tensor, TensorBundle::dtype_name(listed.dtype), listed.shape});
    }
    set_tensors(std::move(tensors));
  }

  std::string sha256() const override { return sha256_hex(file_.bytes); }

  std::vector<float> read(const std::string& name) const override {
    const Listed& listed = listed_.at(find(name).name);
    const std::string where = "tensor '" + name + "' ";
    if (listed.slices != 1) fail(where + "is saved in slices, which is not supported");
    const auto it = values_.find(name);
    if (it == values_.end()) {
      fail(where + "is of type " + TensorBundle::dtype_name(listed.dtype) + " or missing");
    }
    const Values& values = it->second;
    const std::uint64_t expected = checked_mul(
        shape_elements(listed.shape, where), number_bytes(values.number), ErrorCode::model, where);
    if (values.bytes.size() != expected) {
      fail(where + "has " + std::to_string(values.bytes.size()) + " bytes, its shape " +
           shape_text(listed.shape) + " needs " + std::to_string(expected));
    }
    return widen(values.bytes, values.number);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::model, one_line(label_) + ": " + one_line(what));
  }

  template <typename Visit>
  static void for_each(ProtoReader reader, std::uint32_t number, Visit&& visit) {
    ProtoField field;
    while (reader.next(field)) {
      if (field.number == number) visit(reader.message(field));
    }
  }

  // Throws Error{model} if the file is the .index of a version 2 checkpoint. Both kinds of file are
  // sorted string tables whose entry "" is a message. Field 1 of this message is a number in an
  // .index, and a message in a checkpoint of version 1.
  void refuse_index(Bytes directory) const {
    ProtoReader reader(directory, label_, ErrorCode::model);
    ProtoField field;
    if (reader.next(field) && field.number == 1 && !field.is_bytes) {
      fail("it is the index of a checkpoint; name it NAME.index beside its NAME.data files");
    }
  }

  void add_listed(ProtoReader reader) {
    Listed listed;
    ProtoField field;
    while (reader.next(field)) {
      if (field.number == 1) listed.name = reader.text(field);
      if (field.number == 2) listed.shape = parse_shape(reader.message(field));
      if (field.number == 3) listed.dtype = static_cast<int>(field.value);
      if (field.number == 4) ++listed.slices;
    }
    if (!listed_.emplace(listed.name, listed).second) fail("damaged: a tensor is listed twice");
  }

  // Finds the values of every tensor. The messages are SavedTensorSlices{data = 2} and
  // SavedSlice{name = 1, slice = 2, data = 3}.
  void find_values() {
    for (const auto& [key, value] : table_.entries) {
      if (key.empty()) continue;
      for_each(ProtoReader(value, label_, ErrorCode::model), 2, [&](ProtoReader slice) {
        std::string name;
        ProtoField field;
        while (slice.next(field)) {
          if (field.number == 1) name = slice.text(field);
          if (field.number == 3) add_values(name, slice.message(field));
        }
      });
    }
  }

  // Stores the values of a TensorProto{float_val = 5, double_val = 6}. Skips the fields of other
  // types, which weights of the networks never have.
  void add_values(const std::string& name, ProtoReader tensor) {
    ProtoField field;
    while (tensor.next(field)) {
      if (!field.is_bytes || (field.number != 5 && field.number != 6)) continue;
      values_[name] = {field.bytes, field.number == 5 ? Number::f32 : Number::f64};
    }
  }

  FileData file_;
  std::string label_;
  SortedTable table_;
  std::map<std::string, Listed> listed_;
  std::map<std::string, Values> values_;
};

}  // namespace

std::unique_ptr<Source> open_checkpoint_v1(const FileSet& files, const std::string& name) {
  return std::make_unique<CheckpointV1>(files, name);
}

}  // namespace nst::weights
