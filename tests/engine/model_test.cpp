// Tests of opening a model: the model's description, and all ways in which a file can be
// incomplete.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "support/compare.hpp"
#include "support/formula_model.hpp"

namespace nst::test {
namespace {

std::vector<NamedTensor> tensors_of(const FormulaNetwork& network) {
  std::vector<NamedTensor> tensors;
  for (const Variable& v : formula_variables(network)) {
    tensors.push_back({v.name, v.shape, formula_values(v)});
  }
  return tensors;
}

void open(const FormulaNetwork& network, const std::vector<NamedTensor>& tensors) {
  const std::vector<std::uint8_t> file =
      build_model_file({network.architecture, "", "", ""}, tensors, DType::f32);
  Model::open_memory(file.data(), file.size(), "changed model");
}

// Changes one tensor with `change` and checks that the model is refused. Does so for every
// `stride`-th tensor. A stride above 1 saves time, because the files of large networks take long to
// build.
//
// The error must name the model. If names_tensor is true, it must also name the changed tensor.
// Otherwise it may name a neighbouring tensor, because the misfit may be found there first.
template <typename Change>
void expect_refused(const std::string& name, std::size_t stride, bool names_tensor,
                    Change&& change) {
  const FormulaNetwork& network = formula_network(name);
  const std::vector<NamedTensor> whole = tensors_of(network);
  REQUIRE_NOTHROW(open(network, whole));
  for (std::size_t i = 0; i < whole.size(); i += stride) {
    const std::string& tensor = whole[i].name;
    CAPTURE(tensor);
    std::vector<NamedTensor> tensors = whole;
    change(tensors, i);
    const std::string message = expect_error(ErrorCode::model, [&] { open(network, tensors); });
    if (names_tensor) CHECK_MESSAGE(contains(message, tensor), message);
    CHECK_MESSAGE(contains(message, "changed model"), message);
  }
}

void remove_tensor(std::vector<NamedTensor>& tensors, std::size_t i) {
  tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(i));
}

}  // namespace

TEST_CASE("A model says what it is") {
  const FormulaNetwork& network = formula_network("mobile");
  const Model model = formula_model("mobile");
  const ModelInfo& info = model.info();
  CHECK(info.name == "mobile");
  CHECK(info.predictor == "mobilenet_v2");
  CHECK(info.transformer == "full");
  CHECK(info.padding == "reflect");
  CHECK(info.width == doctest::Approx(0.25));
  CHECK(info.source == "formula weights mobile");
  CHECK(info.tensor_count == formula_variables(network).size());
  std::size_t parameters = 0;
  for (const NamedTensor& t : tensors_of(network)) parameters += t.values.size();
  CHECK(info.parameter_count == parameters);
  CHECK(info.file_bytes == formula_model_file(network).size());
  CHECK(formula_model("separable_zero").info().padding == "zero");
  CHECK(formula_model("separable_zero").info().transformer == "separable");
  CHECK(formula_model("separable_zero").info().predictor == "none");
  CHECK(formula_model("inception").info().predictor == "inception_v3");
  CHECK(formula_model("inception").info().width == doctest::Approx(1.0));
}

TEST_CASE("A model without a predictor paints but does not encode, and says so") {
  const Model model = formula_model("separable_zero");
  const Image style = formula_picture("style_a", 91, 75);
  expect_error(ErrorCode::model, [&] { model.encode_style(style.view()); });
}

TEST_CASE("A model that lacks any one tensor is refused when it is opened") {
  expect_refused("separable_zero", 1, true, remove_tensor);
  expect_refused("mobile", 5, true, remove_tensor);
}

TEST_CASE("Inception-v3 without any one tensor is refused when it is opened") {
  expect_refused("inception", 29, true, remove_tensor);
}

TEST_CASE("A tensor of another shape is refused when the model is opened") {
  expect_refused("mobile", 7, false, [](std::vector<NamedTensor>& tensors, std::size_t i) {
    NamedTensor& t = tensors[i];
    // Adds one output channel, so that the biases or the next layer no longer fit.
    t.shape.back() += 1;
    std::size_t count = 1;
    for (const std::int64_t n : t.shape) count *= static_cast<std::size_t>(n);
    t.values.resize(count);
  });
}

TEST_CASE("The default model is there and paints") {
  const Model model = Model::default_model();
  CHECK(model.info().name == "default");
  const Image content = formula_picture("content_b", 47, 61);
  const Image style_a = formula_picture("style_a", 91, 75);
  const Image style_b = formula_picture("style_b", 108, 139);
  const Image a = model.stylize(content.view(), model.encode_style(style_a.view()));
  const Image b = model.stylize(content.view(), model.encode_style(style_b.view()));
  CHECK(a.width == 64);
  CHECK(a.height == 48);
  CHECK(a.bytes != b.bytes);
  for (const float v : samples(a)) {
    if (!(v >= 0.0f && v <= 1.0f)) FAIL_CHECK("a sample outside [0, 1]: " << v);
  }
}

// ctest runs this test once more for each kernel table, with NST_ISA set to the table's name
// (tests/engine/CMakeLists.txt).
TEST_CASE("NST_ISA chooses the kernel table, or is a usage error that names those there are") {
  const char* wanted = std::getenv("NST_ISA");
  const std::vector<std::string> supported = Model::supported_isas();
  REQUIRE(!supported.empty());
#if defined(__aarch64__)
  CHECK(supported.back() == "neon");
#else
  CHECK(supported.back() == "baseline");
#endif
  if (!wanted || !*wanted) {
    CHECK(Model::isa() == supported.front());
    return;
  }
  if (std::find(supported.begin(), supported.end(), wanted) == supported.end()) {
    MESSAGE("skipped: this CPU does not run " << std::string(wanted));
    const std::string message = expect_error(ErrorCode::usage, [] { Model::isa(); });
    for (const std::string& name : supported) CHECK_MESSAGE(contains(message, name), message);
    return;
  }
  CHECK(Model::isa() == wanted);
  // Paints a picture, so that kernels of the table that NST_ISA names are really run.
  const Image content = formula_picture("content_a", 40, 48);
  CHECK(formula_model("mobile").stylize(content.view(), formula_style("style_a")).width == 48);
}

}  // namespace nst::test
