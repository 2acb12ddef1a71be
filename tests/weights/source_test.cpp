#include "weights_tool/source.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/expect_error.hpp"
#include "base/hash.hpp"
#include "base/temporary_folder.hpp"
#include "platform/file.hpp"
#include "support/table_writer.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/file_set.hpp"
#include "weights_tool/proto_reader.hpp"

namespace fs = std::filesystem;
using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::fixture_values;
using nst::test::TemporaryFolder;
using nst::test::weight_fixture;
using nst::weights::open_source;
using nst::weights::Source;
using nst::weights::SourceTensor;

namespace {

bool is_leftover(const std::string& name) {
  return name == "global_step" || name == "save_counter" || contains(name, "/Adam") ||
         name.starts_with("vgg_16/");
}

// Checks every variable that belongs to the networks: it must have the values that the fixtures'
// formula gives for its name. Variables of the optimizer and of other networks are skipped. Returns
// the number of variables checked.
int check_values(const Source& source) {
  int checked = 0;
  for (const SourceTensor& tensor : source.tensors()) {
    if (is_leftover(tensor.name)) continue;
    CAPTURE(tensor.name);
    const std::vector<float> values = source.read(tensor.name);
    std::size_t elements = 1;
    for (const std::int64_t dim : tensor.shape) elements *= static_cast<std::size_t>(dim);
    REQUIRE(values.size() == elements);
    REQUIRE(values == fixture_values(tensor.name, elements));
    ++checked;
  }
  return checked;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string refusal(const std::string& path) {
  return expect_error(ErrorCode::model, [&] { open_source(path); });
}

}  // namespace

TEST_CASE("A checkpoint of several shards opens by prefix, index, shard and folder") {
  for (const char* path : {"checkpoint/model.ckpt", "checkpoint/model.ckpt.index",
                           "checkpoint/model.ckpt.data-00001-of-00003", "checkpoint"}) {
    CAPTURE(path);
    const auto source = open_source(weight_fixture(path));
    CHECK(source->description() == "TensorFlow checkpoint model.ckpt");
    CHECK(source->tensors().size() == 363);
    CHECK(check_values(*source) == 359);
  }
}

TEST_CASE("A checkpoint's leftovers are read like everything else") {
  const auto source = open_source(weight_fixture("checkpoint"));
  CHECK(source->read("global_step") == std::vector<float>{4000.0f});
  CHECK(source->read("vgg_16/conv1/conv1_1/biases") == std::vector<float>{0, 1, 2, 3});
  CHECK(contains(expect_error(ErrorCode::model, [&] { source->read("global_steps"); }),
                 "has no tensor 'global_steps'"));
}

TEST_CASE("A checkpoint's SHA-256 is that of its index and its shards in order") {
  nst::Sha256 hash;
  for (const char* suffix :
       {"index", "data-00000-of-00003", "data-00001-of-00003", "data-00002-of-00003"}) {
    const nst::FileContents file(weight_fixture(std::string("checkpoint/model.ckpt.") + suffix),
                                 ErrorCode::input);
    hash.update(file.bytes());
  }
  CHECK(open_source(weight_fixture("checkpoint"))->sha256() == hash.finish_hex());
}

TEST_CASE("A SavedModel's variables get their names through the object graph") {
  for (const char* path :
       {"saved_model", "saved_model/saved_model.pb", "saved_model/variables/variables"}) {
    CAPTURE(path);
    const auto source = open_source(weight_fixture(path));
    CHECK(source->description() == "TensorFlow SavedModel saved_model");
    CHECK(check_values(*source) == 359);
  }
}

TEST_CASE("Where the object graph has no names, saved_model.pb has them") {
  const auto source = open_source(weight_fixture("saved_model_unnamed"));
  CHECK(check_values(*source) == 2);
  CHECK(source->tensors()[1].name == "transformer/contract/conv1/weights");

  // Without saved_model.pb the variables have no names, so the keys of the checkpoint must be used.
  const TemporaryFolder folder;
  fs::copy(weight_fixture("saved_model_unnamed/variables"), folder.path() / "variables");
  const auto nameless = open_source(folder.path().string());
  REQUIRE(nameless->tensors().size() == 2);
  CHECK(nameless->tensors()[0].name == "variables_/0");
}

TEST_CASE("Archives give the same tensors as their folders") {
  for (const std::string name : {"checkpoint", "saved_model"}) {
    CAPTURE(name);
    const std::string archive = weight_fixture(name + ".tar.gz");
    if (!NST_WEIGHTS_READ_ARCHIVES) {
      MESSAGE("skipped: this build has no libarchive");
      CHECK(contains(refusal(archive), "no libarchive"));
      continue;
    }
    const auto source = open_source(archive);
    CHECK(check_values(*source) == 359);
    CHECK(source->sha256() == open_source(weight_fixture(name))->sha256());
  }
}

TEST_CASE("An archive that unpacks to too much is refused while it is being read") {
  if (!NST_WEIGHTS_READ_ARCHIVES) {
    MESSAGE("skipped: this build has no libarchive");
    return;
  }
  const std::string archive = weight_fixture("checkpoint.tar.gz");
  const nst::FileContents file(archive, ErrorCode::input);
  const std::string message = expect_error(ErrorCode::limit, [&] {
    nst::weights::FileSet::archive(archive, file.bytes(), {.max_bytes = std::uint64_t{1} << 16});
  });
  CHECK(contains(message, "unpacks to more than"));
  CHECK_NOTHROW(
      nst::weights::FileSet::archive(archive, file.bytes(), {.max_bytes = std::uint64_t{1} << 20}));
}

TEST_CASE("TF.js weights are read across shards and through affine quantisation") {
  for (const char* path : {"tfjs/model.json", "tfjs"}) {
    const auto source = open_source(weight_fixture(path));
    CHECK(check_values(*source) == 3 * 4 + 13 * 2 + 13 * 4);
  }
}

TEST_CASE("A TF.js shard that is missing, short or outside is named") {
  const TemporaryFolder folder;
  fs::copy(weight_fixture("tfjs"), folder.path());
  const std::string shard = folder.file("group1-shard2of2");
  fs::resize_file(shard, fs::file_size(shard) - 4);
  CHECK(contains(refusal(folder.path().string()), "the shards hold"));
  fs::remove(shard);
  CHECK(contains(refusal(folder.path().string()), "group1-shard2of2: cannot open"));
  const auto manifest = [&](const std::string& path, const std::string& weight) {
    write(folder.file("model.json"),
          R"({"weightsManifest": [{"paths": [")" + path + R"("], "weights": [)" + weight + "]}]}");
    return refusal(folder.path().string());
  };
  CHECK(contains(manifest("../secret", ""), "is not beside it"));
  CHECK(contains(manifest("/etc/hostname", ""), "is not beside it"));
  CHECK(contains(manifest("group2-shard1of1", R"({"name": "a", "shape": [1], "dtype": "string"})"),
                 "'string', which is not supported"));
  CHECK(contains(manifest("group2-shard1of1", R"({"name": "a", "shape": [-1], "dtype": "int32"})"),
                 "no proper shape"));
  write(folder.file("model.json"), "{}");
  CHECK(contains(refusal(folder.path().string()), "no weightsManifest"));
}

TEST_CASE("Float TFLite files hold the trained weights, reordered") {
  for (const char* name : {"transformer_f32.tflite", "transformer_f16.tflite"}) {
    CAPTURE(name);
    const auto source = open_source(weight_fixture(name));
    int checked = 0;
    for (const SourceTensor& tensor : source->tensors()) {
      // Skips the layers of contract/, because batch norm is folded into their weights. The other
      // layers of the transformer have no trained biases, because an instance norm follows. The
      // converter that made these files has given them biases of zero.
      if (contains(tensor.name, "contract")) continue;
      const std::vector<float> values = source->read(tensor.name);
      CAPTURE(tensor.name);
      if (tensor.name.starts_with("transformer/") && tensor.name.ends_with("/biases")) {
        REQUIRE(values == std::vector<float>(values.size(), 0.0f));
      } else {
        REQUIRE(values == fixture_values(tensor.name, values.size()));
        ++checked;
      }
    }
    CHECK(checked == 13 + 2 * 13 * 2);
  }
}

TEST_CASE("Full-integer TFLite weights come back within half a step of their channel's scale") {
  const auto source = open_source(weight_fixture("transformer_int8.tflite"));
  int weights = 0;
  int biases = 0;
  for (const SourceTensor& tensor : source->tensors()) {
    if (contains(tensor.name, "contract")) continue;
    if (tensor.name.starts_with("transformer/") && tensor.name.ends_with("/biases")) continue;
    CAPTURE(tensor.name);
    const std::vector<float> values = source->read(tensor.name);
    const std::vector<float> trained = fixture_values(tensor.name, values.size());
    const bool is_bias = tensor.name.ends_with("/biases");
    const auto channels = static_cast<std::size_t>(tensor.shape.back());
    ++(is_bias ? biases : weights);
    CHECK(tensor.dtype == (is_bias ? "int32" : "int8"));
    for (std::size_t i = 0; i < values.size(); ++i) {
      double largest = 0.0;
      for (std::size_t j = i % channels; j < trained.size() && !is_bias; j += channels) {
        largest = std::max(largest, std::fabs(static_cast<double>(trained[j])));
      }
      // The bound is half a step of quantisation, plus rounding to float. A weight's step is 1/127
      // of the largest weight in its channel. A bias's step is the product of the input scale,
      // 2/255, and the weight scale, which is at most 1/127.
      const double step = is_bias ? 2.0 / 255 / 127 : largest / 127;
      REQUIRE(std::fabs(values[i] - trained[i]) <= 0.5 * step + 1e-6);
    }
  }
  CHECK(weights == 13 + 2 * 13);
  CHECK(biases == 2 * 13);
}

TEST_CASE("What is no model is refused with what was looked for") {
  const TemporaryFolder folder;
  CHECK(contains(refusal(folder.path().string()), "looked for saved_model.pb"));
  CHECK(contains(refusal(folder.file("missing")), "No such file"));
  write(folder.file("text"), "hello, world, this is no model");
  CHECK(contains(refusal(folder.file("text")), "unknown kind of model"));
  write(folder.file("empty"), "");
  CHECK(contains(refusal(folder.file("empty")), "an empty file"));
  write(folder.file("bad.tar.gz"), "\x1f\x8b nonsense");
  refusal(folder.file("bad.tar.gz"));
  write(folder.file("saved_model.pb"), "");
  CHECK(contains(refusal(folder.path().string()), "without variables/variables.index"));
}

TEST_CASE("A file that its name calls a model and that is none is refused as that kind") {
  const auto refused = [](const std::string& name, const std::string& text) {
    const TemporaryFolder folder;
    write(folder.file(name), text);
    return refusal(folder.file(name));
  };
  const std::string noise = "\x01\x02 no model \x03\x04\x05\x06\x07";
  CHECK(contains(refused("m.tflite", noise), "has TFL3 at byte 4"));
  CHECK(contains(refused("m.safetensors", noise), "m.safetensors"));
  CHECK(contains(refused("saved_model.pb", noise), "variables/variables.index"));
  CHECK(contains(refused("m.ckpt.meta", noise), "no m.ckpt.index is beside it"));
  CHECK(contains(refused("m.ckpt.meta", ""), "an empty file"));
  CHECK(contains(refused("m.index", noise), "m.index"));
  CHECK(contains(refused("x.data-00000-of-00001", noise), "unknown kind of model"));
  CHECK(contains(refused("checkpoint", "model_checkpoint_path: \"gone\"\n"),
                 "gone.index is not beside it"));
}

TEST_CASE("A path may end with a slash, and .lite is TFLite too") {
  const std::string whole = open_source(weight_fixture("checkpoint"))->sha256();
  CHECK(open_source(weight_fixture("checkpoint") + "/")->sha256() == whole);
  const TemporaryFolder folder;
  fs::copy(weight_fixture("transformer_int8.tflite"), folder.file("m.lite"));
  CHECK(open_source(folder.path().string() + "/")->sha256() ==
        open_source(weight_fixture("transformer_int8.tflite"))->sha256());
}

TEST_CASE("Of several checkpoints in a folder the state file tells which one") {
  const TemporaryFolder folder;
  for (const std::string suffix : {".index", ".data-00000-of-00001"}) {
    fs::copy(weight_fixture("missing/model.ckpt" + suffix), folder.file("model.ckpt-1" + suffix));
    fs::copy(weight_fixture("missing/model.ckpt" + suffix), folder.file("model.ckpt-2" + suffix));
  }
  CHECK(contains(refusal(folder.path().string()), "holds 2 checkpoints"));
  write(folder.file("checkpoint"),
        "model_checkpoint_path: \"/somewhere/model.ckpt-2\"\n"
        "all_model_checkpoint_paths: \"/somewhere/model.ckpt-1\"\n");
  CHECK(open_source(folder.path().string())->description() == "TensorFlow checkpoint model.ckpt-2");
}

TEST_CASE("A checkpoint without one of its shards says so when a tensor of it is read") {
  const TemporaryFolder folder;
  fs::copy(weight_fixture("checkpoint"), folder.path());
  const auto bytes = fs::file_size(folder.file("model.ckpt.data-00001-of-00003"));
  fs::remove(folder.file("model.ckpt.data-00001-of-00003"));
  const auto source = open_source(folder.path().string());
  int missing = 0;
  for (const SourceTensor& tensor : source->tensors()) {
    try {
      source->read(tensor.name);
    } catch (const nst::Error& error) {
      CHECK(contains(error.what(), "model.ckpt.data-00001-of-00003: this shard"));
      CHECK(contains(error.what(), "must have " + std::to_string(bytes) + " bytes"));
      ++missing;
    }
  }
  CHECK(missing == 121);  // the missing shard has 121 of the 363 variables
}

TEST_CASE("A checkpoint consists of the shards that hold tensors, however many its header states") {
  const std::string header = "\x08\xa0\x8d\x06";  // num_shards = 100,000
  // dtype = float32, shape = [1], shard_id = 7, size = 4, crc32c = 0
  const std::string entry("\x08\x01\x12\x04\x12\x02\x08\x01\x18\x07\x28\x04\x35\0\0\0\0", 17);
  nst::test::TableWriter writer;
  const std::string table = writer.table({writer.block({{0, "", header}, {0, "a", entry}})});
  const TemporaryFolder folder;
  folder.file("m.index", nst::test::as_bytes(table));
  const auto source = open_source(folder.file("m.index"));
  CHECK(source->tensors().size() == 1);
  CHECK(source->files() == std::vector<std::string>{folder.file("m.index"), folder.file("m.meta"),
                                                    folder.file("m.data-00007-of-100000")});
}

TEST_CASE("Protobuf groups, field zero and cut fields are refused") {
  const auto read = [](std::vector<std::uint8_t> bytes) {
    nst::weights::ProtoReader reader(bytes, "f", ErrorCode::model);
    nst::weights::ProtoField field;
    while (reader.next(field)) {
    }
    return field;
  };
  CHECK(read({0x08, 0x96, 0x01}).value == 150);
  CHECK(read({0x12, 0x02, 'h', 'i'}).bytes.size() == 2);
  CHECK(read({0x35, 1, 0, 0, 0}).value == 1);
  const std::vector<std::vector<std::uint8_t>> bad = {
      {0x0b}, {0x00}, {0x12, 0x05, 'h'}, {0x09, 1, 2}, {0x0f}};
  for (const std::vector<std::uint8_t>& bytes : bad) {
    expect_error(ErrorCode::model, [&] { read(bytes); });
  }
}
