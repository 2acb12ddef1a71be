// Tests of safetensors files of other programs, and of model files that other programs have
// changed.
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "platform/file.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/convert.hpp"

namespace fs = std::filesystem;
using nst::DType;
using nst::ErrorCode;
using nst::NamedTensor;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::TemporaryFolder;
using nst::test::weight_fixture;
using nst::weights::Conversion;
using nst::weights::convert_sources;
using nst::weights::open_source;

namespace {

using Buffer = std::vector<std::uint8_t>;

// Returns the values as little-endian `dtype`: F32, F64, BF16 (truncated) or I64.
Buffer encode(const std::vector<float>& values, const std::string& dtype) {
  Buffer bytes;
  const auto append = [&bytes](auto value) {
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&value);
    bytes.insert(bytes.end(), raw, raw + sizeof value);
  };
  for (const float value : values) {
    if (dtype == "F64") append(static_cast<double>(value));
    if (dtype == "F32") append(value);
    if (dtype == "BF16") {
      append(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
    }
    if (dtype == "I64") append(static_cast<std::int64_t>(value));
  }
  return bytes;
}

// Writes a safetensors file whose header looks like Python's json: with spaces, and tensors in the
// order given.
class Writer {
 public:
  Writer& metadata(const std::map<std::string, std::string>& entries) {
    header_["__metadata__"] = entries;
    return *this;
  }
  Writer& add(const std::string& name, const std::string& dtype,
              const std::vector<std::int64_t>& shape, const Buffer& data) {
    header_[name] = {{"dtype", dtype},
                     {"shape", shape},
                     {"data_offsets", {data_.size(), data_.size() + data.size()}}};
    data_.insert(data_.end(), data.begin(), data.end());
    return *this;
  }
  Buffer bytes() const {
    std::string text = header_.dump(1);
    text.append((8 - text.size() % 8) % 8, ' ');
    Buffer file(8 + text.size() + data_.size());
    const std::uint64_t size = text.size();
    std::memcpy(file.data(), &size, sizeof size);
    std::copy(text.begin(), text.end(), file.begin() + 8);
    std::copy(data_.rbegin(), data_.rend(), file.rbegin());
    return file;
  }

 private:
  nlohmann::ordered_json header_ = nlohmann::ordered_json::object();
  Buffer data_;
};

const Conversion& transformer() {
  static const Conversion conversion = convert_sources({weight_fixture("tfjs")});
  return conversion;
}

Writer written(const std::string& dtype, const std::string& before = "",
               const std::string& after = "") {
  Writer writer;
  for (const NamedTensor& tensor : transformer().tensors) {
    writer.add(before + tensor.name + after, dtype, tensor.shape, encode(tensor.values, dtype));
  }
  return writer;
}

std::map<std::string, std::vector<float>> values_of(const Conversion& conversion) {
  std::map<std::string, std::vector<float>> values;
  for (const NamedTensor& tensor : conversion.tensors) values[tensor.name] = tensor.values;
  return values;
}

// Returns a transformer's model file as another program would save it. `scale` multiplies the
// values of one tensor.
Buffer saved_again(float scale) {
  nst::ModelDescription description = transformer().description;
  description.architecture.padding = nst::PaddingKind::zero;
  description.style_space = "somebodys-space";
  const Buffer own = nst::build_model_file(description, transformer().tensors, DType::f32);
  const nst::SafeTensors contents = nst::parse_safetensors(own, "m");
  Writer writer;
  writer.metadata(contents.metadata);
  for (const auto& [name, entry] : contents.tensors) {
    std::vector<float> values = nst::to_float(entry);
    if (contains(name, "expand/conv3") && name.ends_with("pointwise_weights")) {
      for (float& value : values) value *= scale;
    }
    writer.add(name, "F32", entry.shape, encode(values, "F32"));
  }
  return writer.bytes();
}

}  // namespace

TEST_CASE("Safetensors of every floating-point type convert, whatever else is in the file") {
  const TemporaryFolder folder;
  const auto truth = values_of(transformer());
  for (const char* dtype : {"F32", "F64"}) {
    CAPTURE(dtype);
    Writer writer = written(dtype);
    writer.add("global_step", "I64", {}, encode({4000.0f}, "I64"))
        .add("mask", "BOOL", {3}, {1, 0, 1})
        .add("scale", "F8_E4M3", {2, 2}, {1, 2, 3, 4})
        .add("packed", "F4", {5}, {1, 2, 3});
    const Conversion conversion = convert_sources({folder.file("m.safetensors", writer.bytes())});
    CHECK(values_of(conversion) == truth);
    CHECK(conversion.leftovers ==
          std::vector<std::string>{"global_step", "mask", "packed", "scale"});
  }
  const auto cut =
      values_of(convert_sources({folder.file("m.safetensors", written("BF16").bytes())}));
  for (const auto& [name, values] : truth) {
    const std::vector<float>& got = cut.at(name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      REQUIRE(std::fabs(got[i] - values[i]) <= std::fabs(values[i]) * 0x1p-7f);
    }
  }
}

TEST_CASE("Safetensors names may have a scope before them and an output number behind") {
  const TemporaryFolder folder;
  for (const auto& [before, after] :
       {std::pair("", ":0"), std::pair("import/", ""), std::pair("a/b/", ":0")}) {
    const std::string path = folder.file("m.safetensors", written("F32", before, after).bytes());
    CHECK(values_of(convert_sources({path})) == values_of(transformer()));
  }
}

TEST_CASE("Whole numbers are no weights") {
  const TemporaryFolder folder;
  const std::string path = folder.file("m.safetensors", written("I64").bytes());
  const std::string message = expect_error(ErrorCode::model, [&] { convert_sources({path}); });
  CHECK(contains(message, "is of type int64"));
  CHECK(contains(message, "transformer/contract/conv1/weights"));
}

TEST_CASE("Shards of safetensors are one source, by their index or their folder") {
  const TemporaryFolder folder;
  Writer halves[2];
  nlohmann::json map = nlohmann::json::object();
  std::size_t i = 0;
  for (const NamedTensor& tensor : transformer().tensors) {
    map[tensor.name] = i % 2 == 0 ? "m-1-of-2.safetensors" : "m-2-of-2.safetensors";
    halves[i++ % 2].add(tensor.name, "F32", tensor.shape, encode(tensor.values, "F32"));
  }
  folder.file("m-1-of-2.safetensors", halves[0].bytes());
  folder.file("m-2-of-2.safetensors", halves[1].bytes());
  const auto index = [&] {
    const std::string text = nlohmann::json{{"metadata", {{"a", 1}}}, {"weight_map", map}}.dump();
    return folder.file("m.safetensors.index.json", Buffer(text.begin(), text.end()));
  };
  const std::string path = index();
  for (const std::string& source : {path, folder.path().string()}) {
    const Conversion conversion = convert_sources({source});
    CHECK(values_of(conversion) == values_of(transformer()));
  }
  map["missing"] = "m-1-of-2.safetensors";
  index();
  CHECK(contains(expect_error(ErrorCode::model, [&] { open_source(path); }),
                 "'missing' is not in m-1-of-2.safetensors"));
  map["missing"] = "../m-1-of-2.safetensors";
  index();
  CHECK(contains(expect_error(ErrorCode::model, [&] { open_source(path); }), "is not beside it"));
}

TEST_CASE("A model file saved again is a model, and one that was tuned makes a new one") {
  const TemporaryFolder folder;
  const std::string again = folder.file("again.safetensors", saved_again(1.0f));
  const nst::FileContents file(again, ErrorCode::model);
  CHECK(nst::parse_model_file(file.bytes(), again).change.empty());

  const std::string tuned = folder.file("tuned.safetensors", saved_again(1.5f));
  const nst::FileContents changed(tuned, ErrorCode::model);
  const std::string message =
      expect_error(ErrorCode::model, [&] { nst::parse_model_file(changed.bytes(), tuned); });
  CHECK(contains(message, "has changed since the model was made"));
  CHECK(contains(message, "nst-weights convert " + tuned + " -o tuned-nst.safetensors"));
  CHECK_FALSE(contains(message, "damaged"));
  const Conversion conversion = convert_sources({tuned});
  CHECK(values_of(conversion) != values_of(transformer()));
  // The conversion must keep what the metadata state about the model.
  CHECK(conversion.description.architecture.padding == nst::PaddingKind::zero);
  CHECK(conversion.description.style_space == "somebodys-space");
  REQUIRE(conversion.notes.size() == 2);
  CHECK(contains(conversion.notes[1], "has changed since it was made"));
}

TEST_CASE("A bit that flips in a model file of our own layout is damage, also for a conversion") {
  const TemporaryFolder folder;
  Buffer bytes =
      nst::build_model_file(transformer().description, transformer().tensors, DType::f32);
  bytes[bytes.size() - 9] ^= 4;
  const std::string path = folder.file("m.safetensors", bytes);
  CHECK(contains(expect_error(ErrorCode::model, [&] { convert_sources({path}); }),
                 "the file is damaged"));
}
