#include "model/model_file.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "base/half.hpp"
#include "model/pseudo_random.hpp"

using nst::Bytes;
using nst::DType;
using nst::ErrorCode;
using nst::NamedTensor;
using nst::test::contains;
using nst::test::expect_error;

namespace {

nst::ModelDescription description() {
  return {{"mobilenet_v2", "separable", nst::PaddingKind::zero},
          "TensorFlow checkpoint model.ckpt",
          std::string(64, 'a'),
          R"({"seed": 1})"};
}

std::vector<NamedTensor> tensors() {
  const nst::PseudoRandom random(1, "model_file_test");
  std::vector<NamedTensor> list = {{"b/weights", {3, 3, 2, 4}, std::vector<float>(72)},
                                   {"b/biases", {4}, std::vector<float>(4)},
                                   {"a/weights", {1, 1, 3, 1}, std::vector<float>(3)}};
  for (NamedTensor& tensor : list) {
    for (std::size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] = random.symmetric(i);
  }
  return list;
}

}  // namespace

TEST_CASE("A model file comes back as it was built, whatever the order of its tensors") {
  const auto bytes = nst::build_model_file(description(), tensors(), DType::f32);
  auto reversed = tensors();
  std::reverse(reversed.begin(), reversed.end());
  CHECK(nst::build_model_file(description(), reversed, DType::f32) == bytes);
  const nst::ModelFile model = nst::parse_model_file(bytes, "m");
  CHECK(model.architecture.predictor == "mobilenet_v2");
  CHECK(model.architecture.transformer == "separable");
  CHECK(model.architecture.padding == nst::PaddingKind::zero);
  CHECK(model.source == description().source);
  CHECK(model.source_sha256 == description().source_sha256);
  CHECK(model.self_test == description().self_test);
  for (const NamedTensor& tensor : tensors()) {
    CHECK(model.contents.tensors.at(tensor.name).shape == tensor.shape);
    CHECK(nst::to_float(model.contents.tensors.at(tensor.name)) == tensor.values);
  }
}

TEST_CASE("A float16 model file holds the nearest halves and refuses what overflows them") {
  const auto bytes = nst::build_model_file(description(), tensors(), DType::f16);
  const nst::ModelFile model = nst::parse_model_file(bytes, "m");
  for (const NamedTensor& tensor : tensors()) {
    const auto values = nst::to_float(model.contents.tensors.at(tensor.name));
    for (std::size_t i = 0; i < values.size(); ++i) {
      CHECK(values[i] == nst::half_to_float(nst::float_to_half(tensor.values[i])));
    }
  }
  auto large = tensors();
  large[1].values[2] = 70000.0f;
  const std::string message = expect_error(
      ErrorCode::limit, [&] { nst::build_model_file(description(), large, DType::f16); });
  CHECK(contains(message, "b/biases"));
  CHECK(contains(message, "70000"));
  CHECK_NOTHROW(nst::build_model_file(description(), large, DType::f32));
}

TEST_CASE("Any flipped bit and any truncation of a model file is refused") {
  const auto good = nst::build_model_file(description(), tensors(), DType::f16);
  for (std::size_t i = 0; i < good.size() * 8; ++i) {  // flips each bit of the small file in turn
    auto bytes = good;
    bytes[i / 8] ^= static_cast<std::uint8_t>(1u << (i % 8));
    CAPTURE(i);
    expect_error(ErrorCode::model, [&] { nst::parse_model_file(bytes, "m"); });
  }
  for (std::size_t n = 0; n < good.size(); ++n) {
    CAPTURE(n);
    expect_error(ErrorCode::model, [&] { nst::parse_model_file(Bytes(good).first(n), "m"); });
  }
}

TEST_CASE("Another tool may reformat the header as long as it says the same") {
  const auto good = nst::build_model_file(description(), tensors(), DType::f32);
  nst::SafeTensors contents = nst::parse_model_file(good, "m").contents;
  auto bytes = nst::serialise_safetensors(contents);
  const std::uint64_t old_size = bytes[0] | bytes[1] << 8;
  const auto header = nlohmann::json::parse(
      bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(old_size));
  const std::string pretty = header.dump(2);
  std::vector<std::uint8_t> reformatted = {static_cast<std::uint8_t>(pretty.size()),
                                           static_cast<std::uint8_t>(pretty.size() >> 8),
                                           0,
                                           0,
                                           0,
                                           0,
                                           0,
                                           0};
  reformatted.insert(reformatted.end(), pretty.begin(), pretty.end());
  reformatted.insert(reformatted.end(), bytes.begin() + 8 + static_cast<std::ptrdiff_t>(old_size),
                     bytes.end());
  CHECK_NOTHROW(nst::parse_model_file(reformatted, "m"));
  contents.metadata["source"] = "someone else";
  bytes = nst::serialise_safetensors(contents);
  CHECK(contains(expect_error(ErrorCode::model, [&] { nst::parse_model_file(bytes, "m"); }),
                 "the header: checksum mismatch"));
}

TEST_CASE("A model file whose lists do not suit its tensors is refused") {
  const auto good = nst::build_model_file(description(), tensors(), DType::f32);
  const nst::SafeTensors contents = nst::parse_model_file(good, "m").contents;
  // Returns the refusal of the file with one text of its metadata changed and, as whoever changes
  // it on purpose would do, the header's checksum computed anew.
  const auto refused = [&](const std::string& key, const std::string& text) {
    nst::SafeTensors changed = contents;
    changed.metadata[key] = text;
    changed.metadata["header_crc32c"] = nst::header_crc32c(changed);
    const auto bytes = nst::serialise_safetensors(changed);
    return expect_error(ErrorCode::model, [&] { nst::parse_model_file(bytes, "m"); });
  };
  const std::string crcs = contents.metadata.at("crc32c");
  CHECK(contains(refused("crc32c", "[]"), "the list of tensors: checksum mismatch"));
  CHECK(contains(refused("crc32c", "{}"), "the list of tensors: checksum mismatch"));
  std::string renamed = crcs;
  renamed.replace(renamed.find("a/weights"), 1, "c");
  CHECK(contains(refused("crc32c", renamed), "tensor 'a/weights': checksum mismatch"));
  CHECK(contains(refused("style_space", "two words"), "is no name of a style space"));
  CHECK(contains(refused("format", "another"), "not an NST model file"));
}

TEST_CASE("A list of tensors to write is checked: names, and numbers of values") {
  auto twice = tensors();
  twice.push_back(twice[0]);
  CHECK_THROWS(nst::build_model_file(description(), twice, DType::f32));
  auto few = tensors();
  few[0].values.pop_back();
  CHECK_THROWS(nst::build_model_file(description(), few, DType::f32));
}

TEST_CASE("A safetensors file of another kind is told apart from a damaged model") {
  nst::SafeTensors contents;
  const auto bytes = nst::serialise_safetensors(contents);
  CHECK(contains(expect_error(ErrorCode::model, [&] { nst::parse_model_file(bytes, "m"); }),
                 "not an NST model file"));
  contents.metadata = {{"format", "nst-model"}, {"format_version", "2"}};
  const auto newer = nst::serialise_safetensors(contents);
  CHECK(contains(expect_error(ErrorCode::model, [&] { nst::parse_model_file(newer, "m"); }),
                 "format version '2', this build reads 1"));
}
