// Tests of style spaces: which predictor and which transformer belong together.
#include <cmath>
#include <filesystem>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "model/pseudo_random.hpp"
#include "model/style_space.hpp"
#include "platform/file.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/convert.hpp"

using nst::ErrorCode;
using nst::ModelFile;
using nst::NamedTensor;
using nst::PseudoRandom;
using nst::StyleSpaces;
using nst::StyleVector;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::TemporaryFolder;
using nst::weights::Conversion;
using nst::weights::convert_sources;

namespace {

// Returns models/mobile.safetensors, which was distilled from the published mobile pair and has its
// family of style vectors.
const ModelFile& mobile() {
  static const nst::FileContents contents(
      std::string(NST_SOURCE_FOLDER) + "/models/mobile.safetensors", ErrorCode::model);
  static const ModelFile file = nst::parse_model_file(contents.bytes(), "mobile.safetensors");
  return file;
}

// Applies `change` to every weight of that model. Returns the style spaces (the families of
// style vectors) that NST recognises by the changed weights.
template <typename Change>
StyleSpaces spaces_with(Change&& change) {
  return nst::recognise_style_spaces([&](const std::string& name, std::size_t most) {
    const auto it = mobile().contents.tensors.find(name);
    if (it == mobile().contents.tensors.end()) return std::vector<float>();
    std::vector<float> values = nst::to_float(it->second);
    values.resize(std::min(values.size(), most));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = change(values[i], i);
    return values;
  });
}

// Writes a model file of style space `space` with some tensors of models/mobile.safetensors: those
// whose names begin with one of `starts`. Returns the file's path.
std::string part(const TemporaryFolder& folder, const std::string& name, const std::string& space,
                 const std::vector<std::string>& starts) {
  std::vector<NamedTensor> tensors;
  for (const auto& [tensor, entry] : mobile().contents.tensors) {
    for (const std::string& start : starts) {
      if (tensor.starts_with(start)) {
        tensors.push_back({tensor, entry.shape, nst::to_float(entry)});
      }
    }
  }
  nst::ModelDescription description;
  description.style_space = space;
  return folder.file(name, nst::build_model_file(description, tensors, nst::DType::f32));
}

const std::vector<std::string> kPredictor = {"MobilenetV2/", "mobilenet_conv/"};
const std::vector<std::string> kTransformer = {"transformer/", "style_params/"};

}  // namespace

TEST_CASE("A published network is recognised in every number type, and strangers are not") {
  const PseudoRandom random(7, "space");
  const auto same = [](float value, std::size_t) { return value; };
  CHECK(spaces_with(same).predictor == nst::kMobileSpace);
  CHECK(spaces_with(same).transformer == nst::kMobileSpace);
  // Tests that changed weights are still recognised: multiplied by a factor, rounded to bfloat16,
  // or with noise. The noise reduces the cosine of old and new weights to 0.999.
  CHECK(spaces_with([](float v, std::size_t) { return 0.3f * v; }).agree());
  for (const float noise : {0.0f, 0.01f, 0.03f}) {
    const auto spaces = spaces_with([&](float v, std::size_t i) {
      return std::bit_cast<float>(std::bit_cast<std::uint32_t>(v) & 0xffff0000u) +
             noise * 0.1f * random.symmetric(i);
    });
    CAPTURE(noise);
    CHECK(spaces.transformer == nst::kMobileSpace);
  }
  const auto unknown = [](const StyleSpaces& spaces) {
    return spaces.predictor.empty() && spaces.transformer.empty();
  };
  CHECK(unknown(spaces_with([&](float, std::size_t i) { return random.symmetric(i); })));
  CHECK(unknown(spaces_with([](float v, std::size_t) { return -v; })));
  CHECK(unknown(spaces_with([](float, std::size_t) { return 0.0f; })));
  CHECK(unknown(spaces_with([](float, std::size_t) { return NAN; })));
  CHECK(unknown(nst::recognise_style_spaces(
      [](const std::string&, std::size_t) { return std::vector<float>(); })));
}

TEST_CASE("Two halves of two known spaces are refused, unless by force; others are joined") {
  const TemporaryFolder folder;
  const std::string transformer = part(folder, "t.safetensors", "space-t", kTransformer);
  const std::string other = part(folder, "p.safetensors", "space-p", kPredictor);
  const std::string unknown = part(folder, "u.safetensors", "", kPredictor);
  const std::string message = expect_error(ErrorCode::model, [&] {
    convert_sources({other, transformer});
  });
  CHECK(contains(message, "space-p"));
  CHECK(contains(message, "space-t"));
  CHECK(contains(message, "do not belong together"));
  CHECK(convert_sources({other, transformer}, {.force = true}).description.style_space ==
        std::string());
  const std::string own = part(folder, "o.safetensors", "space-t", kPredictor);
  CHECK(convert_sources({transformer, own}).description.style_space == "space-t");
  CHECK(convert_sources({transformer}).description.style_space == "space-t");
  // If a file states no style space, it must be recognised by its weights.
  CHECK(contains(expect_error(ErrorCode::model,
                              [&] {
                                convert_sources({unknown, transformer});
                              }),
                 nst::kMobileSpace));
}

TEST_CASE("A model takes vectors of its own space or of none, and of its own size") {
  const nst::Model model = nst::Model::default_model();
  CHECK(model.info().style_space == nst::kInceptionSpace);
  CHECK(model.info().style_size == 100);
  StyleVector vector(100);
  CHECK_NOTHROW(model.check_style(vector));
  vector.space = nst::kInceptionSpace;
  CHECK_NOTHROW(model.check_style(vector));
  vector.space = nst::kMobileSpace;
  const nst::Image content(8, 8, 3, nst::SampleType::f32);
  const std::string message =
      expect_error(ErrorCode::model, [&] { model.stylize(content.view(), vector); });
  CHECK(contains(message, nst::kInceptionSpace));
  CHECK(contains(message, nst::kMobileSpace));
  nst::Session session(model);
  session.set_content(content.view());
  expect_error(ErrorCode::model, [&] { session.render(vector); });
  CHECK(contains(expect_error(ErrorCode::input, [&] { model.check_style(StyleVector(768)); }),
                 "has shape (768,), this model takes (100,)"));
}

TEST_CASE("Blending keeps the space and refuses two of them") {
  StyleVector a(3), b(3);
  a.space = "one";
  CHECK(StyleVector::blend(a, b, 0.5f).space == "one");
  CHECK(StyleVector::blend(b, a, 0.5f).space == "one");
  b.space = "two";
  CHECK(contains(expect_error(ErrorCode::usage, [&] { StyleVector::blend(a, b, 0.5f); }),
                 "of two spaces, one and two"));
  expect_error(ErrorCode::usage, [&] { StyleVector::blend(a, StyleVector(4), 0.5f); });
}

TEST_CASE("The published families are told apart, and each is one in every number type") {
  const std::string shared = NST_WEIGHTS_SHARED "/models/";
  const std::string predictor = shared + "mobile/style_predict_int8_256.tflite";
  const std::string full = shared + "full/style_transfer_f16_384.tflite";
  if (!std::filesystem::exists(predictor)) {
    MESSAGE("skipped: no published weights here");
    return;
  }
  CHECK(contains(expect_error(ErrorCode::model,
                              [&] {
                                convert_sources({predictor, full});
                              }),
                 "do not belong together"));
  for (const char* transformer :
       {"mobile/style_transfer_f16_384.tflite", "mobile/style_transfer_int8_384.tflite"}) {
    CHECK(convert_sources({predictor, shared + transformer}).description.style_space ==
          nst::kMobileSpace);
  }
  for (const char* transformer :
       {"full/style_transfer_f16_384.tflite", "full/style_transfer_hybrid.tflite",
        "full/style_transfer_int8.tflite", "separable-tfjs"}) {
    CHECK(convert_sources({shared + transformer}).description.style_space == nst::kInceptionSpace);
  }
}
