// Tests of weight files that are whole but say what cannot be. Each must be refused with a message
// that tells what is wrong. The files are composed in memory.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "support/proto_fields.hpp"
#include "support/table_writer.hpp"
#include "weights_tool/find_model.hpp"
#include "weights_tool/source_list.hpp"

using nst::ErrorCode;
using nst::test::as_bytes;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::proto_field;
using nst::test::proto_number;
using nst::test::TableWriter;
namespace weights = nst::weights;

namespace {

using Files = std::map<std::string, std::string>;

// Returns the files as a set, as if they were the members of an archive.
weights::FileSet file_set(const Files& files) {
  std::map<std::string, weights::FileData> members;
  for (const auto& [name, text] : files) {
    const auto kept = std::make_shared<std::string>(text);
    members[name] = {as_bytes(*kept), kept};
  }
  return weights::FileSet::members("files", members);
}

std::unique_ptr<weights::Source> found(const Files& files) {
  return weights::find_model(file_set(files), "files");
}

std::string refusal(const Files& files) {
  return expect_error(ErrorCode::model, [&] { found(files); });
}

// Returns a safetensors file with this header and `bytes` zeros behind it.
std::string safetensors(const std::string& header, std::size_t bytes) {
  std::string length;
  for (int i = 0; i < 8; ++i) length += static_cast<char>(header.size() >> (8 * i));
  return length + header + std::string(bytes, '\0');
}

}  // namespace

TEST_CASE("Refusals: manifests of TF.js") {
  const auto of_group = [](const std::string& paths, const std::string& listed) {
    return R"({"weightsManifest":[{"paths":)" + paths + R"(,"weights":)" + listed + "}]}";
  };
  const auto of_weight = [&](const std::string& weight) {
    return refusal({{"model.json", of_group(R"(["s"])", "[" + weight + "]")}, {"s", "1234"}});
  };
  CHECK(contains(refusal({{"model.json", R"({"weightsManifest":1})"}}), "no weightsManifest"));
  CHECK(contains(refusal({{"model.json", "{}"}}), "no weightsManifest"));
  for (const char* group : {R"([{}])", R"([1])", R"([{"paths":[]}])", R"([{"paths":1}])",
                            R"([{"paths":[],"weights":1}])", R"([{"paths":[1],"weights":[]}])"}) {
    const std::string manifest = std::string(R"({"weightsManifest":)") + group + "}";
    CHECK_MESSAGE(contains(refusal({{"model.json", manifest}}), "damaged weightsManifest"), group);
  }
  for (const char* shard : {"", "/s", "../s", "a/../../s"}) {
    const std::string paths = std::string(R"([")") + shard + R"("])";
    CHECK_MESSAGE(contains(refusal({{"model.json", of_group(paths, "[]")}}), "not beside it"),
                  shard);
  }
  CHECK(contains(refusal({{"model.json", of_group(R"(["s","./s"])", "[]")}, {"s", ""}}), "twice"));
  for (const char* weight :
       {"1", R"({"dtype":"float32","shape":[1]})", R"({"name":"a","dtype":"float32"})",
        R"({"name":"a","dtype":"float32","shape":1})",
        R"({"name":"a","dtype":"float32","shape":[1],"quantization":1})"}) {
    CHECK_MESSAGE(contains(of_weight(weight), "damaged weightsManifest"), weight);
  }
  for (const char* shape : {"[-1]", "[1.5]", "[2147483648]", R"(["a"])", "[1,1,1,1,1,1,1,1,1]"}) {
    const std::string weight =
        std::string(R"({"name":"a","dtype":"float32","shape":)") + shape + "}";
    CHECK_MESSAGE(contains(of_weight(weight), "no proper shape"), shape);
  }
  CHECK(contains(of_weight(R"({"name":"a","dtype":"float32","shape":[2]})"), "need 8 bytes"));
  CHECK(found({{"model.json", of_group(R"(["s"])", R"([{"name":"a","dtype":"bool","shape":[4]}])")},
               {"s", "1234"}})
            ->read("a")
            .size() == 4);
}

TEST_CASE("Refusals: a JSON file without visible characters is no manifest") {
  CHECK(contains(refusal({{"notes.json", " \n "}}), "no model in it"));
  CHECK(contains(refusal({{"notes.json", R"([{"paths":[]}])"}}), "no model in it"));
}

TEST_CASE("Refusals: shards of safetensors") {
  const auto refused = [](const std::string& index) {
    return refusal({{"m.safetensors.index.json", index}});
  };
  for (const char* map : {"1", "{}", "[]"}) {
    CHECK_MESSAGE(contains(refused(std::string(R"({"weight_map":)") + map + "}"), "no weight_map"),
                  map);
  }
  for (const char* shard : {"", "../a", "b/a", "/a"}) {
    const std::string index = std::string(R"({"weight_map":{"t":")") + shard + R"("}})";
    CHECK_MESSAGE(contains(refused(index), "not beside it"), shard);
  }
}

TEST_CASE("Whole numbers of every width and truth values are read") {
  const std::map<std::string, std::size_t> bytes_of = {{"I32", 4}, {"I16", 2}, {"I8", 1},
                                                       {"U16", 2}, {"U8", 1},  {"BOOL", 1}};
  for (const auto& entry : bytes_of) {
    const std::string& dtype = entry.first;
    const std::size_t bytes = entry.second;
    CAPTURE(dtype);
    const std::string header = R"({"a":{"dtype":")" + dtype +
                               R"(","shape":[64],"data_offsets":[0,)" + std::to_string(64 * bytes) +
                               "]}}";
    const auto source = found({{"m.safetensors", safetensors(header, 64 * bytes)}});
    REQUIRE(source->tensors().size() == 1);
    CHECK(source->tensors()[0].is_integer);
    CHECK(source->read("a") == std::vector<float>(64, 0.0f));
  }
}

TEST_CASE("Refusals: checkpoints of version 1") {
  // Returns a checkpoint whose list has these SavedSliceMeta messages and whose data are these
  // SavedSlice messages.
  const auto checkpoint = [](const std::vector<std::string>& listed,
                             const std::vector<std::string>& slices) {
    std::string meta;
    for (const std::string& tensor : listed) meta += proto_field(1, tensor);
    std::vector<nst::test::TableEntry> entries = {{0, "", proto_field(1, meta)}};
    for (std::size_t i = 0; i < slices.size(); ++i) {
      entries.push_back({0, "k" + std::to_string(i), proto_field(2, slices[i])});
    }
    TableWriter writer;
    const std::string block = writer.block(entries);
    return writer.table({block});
  };
  const std::string shape_of_1 = proto_field(2, proto_field(2, proto_number(1, 1)));
  const std::string slice = proto_field(4, "");
  const std::string listed = proto_field(1, "a") + shape_of_1 + proto_number(3, 1) + slice;
  const std::string values =
      proto_field(1, "a") + proto_field(3, proto_field(5, std::string(4, '\0')));
  const auto read = [&](const std::string& file) { return found({{"m.ckpt", file}})->read("a"); };
  const auto refused = [&](const std::string& file) {
    return expect_error(ErrorCode::model, [&] { read(file); });
  };
  CHECK(read(checkpoint({listed}, {values})) == std::vector<float>{0.0f});
  TableWriter writer;
  const std::string block = writer.block({{0, "k", ""}});
  CHECK(contains(refused(writer.table({block})), "the list of its tensors is missing"));
  CHECK(contains(refused(checkpoint({listed, listed}, {values})), "listed twice"));
  CHECK(contains(refused(checkpoint({listed + slice}, {values})), "saved in slices"));
  CHECK(contains(refused(checkpoint({listed}, {})), "or missing"));
  const std::string whole_numbers =
      proto_field(1, "a") + proto_field(3, proto_field(7, std::string(4, '\0')));
  CHECK(contains(refused(checkpoint({listed}, {whole_numbers})), "or missing"));
  const std::string two =
      proto_field(1, "a") + proto_field(3, proto_field(5, std::string(8, '\0')));
  CHECK(contains(refused(checkpoint({listed}, {two})), "has 8 bytes"));
  std::string shape_of_9;
  for (int i = 0; i < 9; ++i) shape_of_9 += proto_field(2, proto_number(1, 1));
  const std::string many =
      proto_field(1, "a") + proto_field(2, shape_of_9) + proto_number(3, 1) + slice;
  CHECK(contains(refused(checkpoint({many}, {values})), "more than 8 dimensions"));
}

TEST_CASE("Refusals: sets of files from which no one model can be told") {
  CHECK(
      contains(refusal({{"a/variables/variables.index", ""}, {"b/variables/variables.index", ""}}),
               "holds 2 SavedModels"));
  CHECK(contains(refusal({{"a/saved_model.pb", ""}}), "without variables/variables.index"));
  const Files checkpoints = {{"a.index", ""}, {"b.index", ""}};
  CHECK(contains(refusal(checkpoints), "holds 2 checkpoints"));
  for (const char* state : {"", "model_checkpoint_path:", "model_checkpoint_path: \"c",
                            "model_checkpoint_path: \"x/\"", "model_checkpoint_path: \"c\""}) {
    Files with_state = checkpoints;
    with_state["checkpoint"] = state;
    CHECK_MESSAGE(contains(refusal(with_state), "holds 2 checkpoints"), state);
  }
  CHECK(contains(refusal({{"events.txt", "PK\x03\x04 and no more of it"}}), "no model in it"));
}
