// Compares models, styles and paintings of the C interface with those of the C++ interface.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "api/c_pictures.hpp"
#include "base/temporary_folder.hpp"
#include "image/pictures.hpp"
#include "nst/nst.h"
#include "nst/nst.hpp"
#include "support/formula_model.hpp"

namespace nst::test {
namespace {

bool equals_and_free(nst_image& image, const Image& expected) {
  const bool equal = image.width == expected.width && image.height == expected.height &&
                     image.channels == expected.channels &&
                     std::memcmp(image.data, expected.bytes.data(), expected.bytes.size()) == 0;
  nst_image_free(&image);
  return equal;
}

struct CModel {
  CModel() { REQUIRE(nst_model_default(&handle) == NST_OK); }
  ~CModel() { nst_model_free(handle); }
  nst_model* handle = nullptr;
};

// What tests of nst_paint paint, in C and in C++, and the picture that they get.
struct PaintInputs {
  CModel model;
  const Model same = Model::default_model();
  const Image content = random_image(50, 41, 4, SampleType::u8);
  const Image painting = random_image(70, 64, 4, SampleType::u8, 5);
  const nst_image source = c_image(content), painted = c_image(painting);
  nst_image picture{};
};

}  // namespace

TEST_CASE("C styles keep their values and space, blend, and go through files") {
  const std::vector<float> values = {1.0f, 2.0f, 3.0f};
  nst_style* a = nullptr;
  nst_style* b = nullptr;
  nst_style* c = nullptr;
  REQUIRE(nst_style_create(values.data(), 3, "one", &a) == NST_OK);
  REQUIRE(nst_style_create(values.data(), 3, nullptr, &b) == NST_OK);
  CHECK(nst_style_create(values.data(), 0, nullptr, &c) == NST_ERROR_USAGE);
  CHECK(nst_style_create(nullptr, 3, nullptr, &c) == NST_ERROR_USAGE);
  CHECK(nst_style_create(values.data(), 3, "two words", &c) == NST_ERROR_USAGE);
  CHECK(nst_style_create(values.data(), 3, "one", nullptr) == NST_ERROR_USAGE);
  CHECK(c == nullptr);
  CHECK(nst_style_space(b) == std::string());
  REQUIRE(nst_style_blend(a, b, 0.25f, &c) == NST_OK);
  CHECK(nst_style_space(c) == std::string("one"));
  std::size_t size = 0;
  CHECK(nst_style_values(c, &size)[2] == 3.0f);
  CHECK(size == 3);
  nst_style_free(b);
  nst_style_free(c);
  REQUIRE(nst_style_create(values.data(), 3, "two", &b) == NST_OK);
  CHECK(nst_style_blend(a, b, 0.5f, &c) == NST_ERROR_USAGE);

  const TemporaryFolder folder;
  const std::string path = folder.file("s.npy");
  REQUIRE(nst_style_save(a, path.c_str()) == NST_OK);
  REQUIRE(nst_style_load(path.c_str(), &c) == NST_OK);
  CHECK(nst_style_space(c) == std::string("one"));
  const float* const loaded = nst_style_values(c, &size);
  CHECK(std::vector<float>(loaded, loaded + size) == values);
  nst_style_free(a);
  nst_style_free(b);
  nst_style_free(c);
  nst_style_free(nullptr);
  CHECK(nst_style_values(nullptr, &size) == nullptr);
  CHECK(size == 0);
  CHECK(nst_style_save(nullptr, path.c_str()) == NST_ERROR_USAGE);
}

TEST_CASE("C styles are mixed by weights and go through memory") {
  const float one[] = {1.0f, 0.0f}, two[] = {0.0f, 4.0f};
  nst_style* a = nullptr;
  nst_style* b = nullptr;
  nst_style* mix = nullptr;
  REQUIRE(nst_style_create(one, 2, "s", &a) == NST_OK);
  REQUIRE(nst_style_create(two, 2, nullptr, &b) == NST_OK);
  const nst_style* const both[] = {a, b};
  const double weights[] = {1.0, 3.0}, none[] = {1.0, -1.0};
  REQUIRE(nst_style_mix(both, weights, 2, &mix) == NST_OK);
  CHECK(nst_style_values(mix, nullptr)[0] == 0.25f);
  CHECK(nst_style_values(mix, nullptr)[1] == 3.0f);
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  REQUIRE(nst_style_to_bytes(mix, &bytes, &size) == NST_OK);
  nst_style_free(mix);
  REQUIRE(nst_style_decode(bytes, size, nullptr, &mix) == NST_OK);
  CHECK(nst_style_space(mix) == std::string("s"));
  CHECK(nst_style_decode(bytes, size - 1, "v.npy", &mix) == NST_ERROR_INPUT);
  CHECK(std::string(nst_last_error()).starts_with("v.npy: "));
  nst_bytes_free(bytes);
  nst_style* unset = nullptr;
  CHECK(nst_style_mix(both, none, 2, &unset) == NST_ERROR_USAGE);
  CHECK(nst_style_mix(nullptr, nullptr, 0, &unset) == NST_ERROR_USAGE);
  CHECK(nst_style_mix(nullptr, weights, 1, &unset) == NST_ERROR_USAGE);
  CHECK(nst_style_decode(nullptr, 3, nullptr, &unset) == NST_ERROR_USAGE);
  CHECK(unset == nullptr);
  for (nst_style* style : {a, b, mix}) nst_style_free(style);
}

TEST_CASE("C: the library says its version, processor and threads") {
  CHECK(nst_version() == std::string(NST_VERSION_STRING));
  CHECK(nst::version() == std::string(NST_VERSION_STRING));
  CHECK(NST_VERSION == NST_VERSION_MAJOR * 1000000 + NST_VERSION_MINOR * 1000 + NST_VERSION_PATCH);
  CHECK(nst_isa() == Model::isa());
  std::size_t count = 0;
  for (const std::string& name : Model::supported_isas()) CHECK(nst_supported_isa(count++) == name);
  CHECK(nst_supported_isa(count) == nullptr);
  CHECK(nst_available_threads() == available_threads());
  CHECK(nst_thread_backend() == thread_backend());
  CHECK(nst_start_threads(2) == NST_OK);
  CHECK(nst_start_threads(-1) == NST_ERROR_USAGE);
  CHECK(std::string(nst_last_error()).find("threads") != std::string::npos);
}

TEST_CASE("C: a model says what it is, to structs of any version") {
  const CModel model;
  const ModelInfo expected = Model::default_model().info();
  nst_model_info info{};
  info.struct_size = sizeof info;
  REQUIRE(nst_model_get_info(model.handle, &info) == NST_OK);
  CHECK(info.name == expected.name);
  CHECK(info.predictor == expected.predictor);
  CHECK(info.transformer == expected.transformer);
  CHECK(info.padding == expected.padding);
  CHECK(info.width == expected.width);
  CHECK(info.style_space == expected.style_space);
  CHECK(info.style_size == expected.style_size);
  CHECK(info.source == expected.source);
  CHECK(info.source_sha256 == expected.source_sha256);
  CHECK(info.tensor_count == expected.tensor_count);
  CHECK(info.parameter_count == expected.parameter_count);
  CHECK(info.file_bytes == expected.file_bytes);
  CHECK(info.residual_blocks == 5);
  // Tests structs of other sizes. A program that was compiled for an older version of the library
  // passes a shorter nst_model_info, and one for a newer version a longer one.
  info.struct_size = offsetof(nst_model_info, file_bytes);
  info.file_bytes = 7;
  REQUIRE(nst_model_get_info(model.handle, &info) == NST_OK);
  CHECK(info.file_bytes == 7);
  struct {
    nst_model_info info;
    unsigned char more[16];
  } newer{};
  newer.info.struct_size = sizeof newer;
  std::memset(newer.more, 9, sizeof newer.more);
  REQUIRE(nst_model_get_info(model.handle, &newer.info) == NST_OK);
  CHECK(newer.info.file_bytes == expected.file_bytes);
  CHECK(newer.info.struct_size == sizeof newer);
  CHECK(newer.more[0] == 0);
  for (const std::size_t wrong : {std::size_t{0}, sizeof(std::size_t), std::size_t{1} << 40}) {
    info.struct_size = wrong;
    CHECK(nst_model_get_info(model.handle, &info) == NST_ERROR_USAGE);
    CHECK(std::string(nst_last_error()).find("struct_size") != std::string::npos);
  }
  CHECK(nst_model_get_info(model.handle, nullptr) == NST_ERROR_USAGE);
}

TEST_CASE("C: a model says what a run takes, which styles fit and which sizes come out") {
  const CModel model;
  nst_plan_info plan{};
  plan.struct_size = sizeof plan;
  REQUIRE(nst_model_plan_predictor(model.handle, 100, 90, 2, &plan) == NST_OK);
  const PlanInfo predictor = Model::default_model().plan_predictor(100, 90, 2);
  CHECK(plan.arena_bytes == predictor.arena_bytes);
  CHECK(plan.mac == predictor.mac);
  REQUIRE(nst_model_plan_transformer(model.handle, 100, 90, 2, 0, &plan) == NST_OK);
  const PlanInfo transformer = Model::default_model().plan_transformer(100, 90, 2);
  CHECK(plan.scratch_bytes == transformer.scratch_bytes);
  CHECK(plan.weight_bytes == transformer.weight_bytes);
  CHECK(nst_model_plan_transformer(model.handle, 3, 90, 2, 0, &plan) == NST_ERROR_INPUT);

  const std::vector<float> values(Model::default_model().info().style_size, 0.5f);
  nst_style* style = nullptr;
  REQUIRE(nst_style_create(values.data(), values.size(), nullptr, &style) == NST_OK);
  CHECK(nst_model_check_style(model.handle, style) == NST_OK);
  nst_style_free(style);
  REQUIRE(nst_style_create(values.data(), values.size() - 1, nullptr, &style) == NST_OK);
  CHECK(nst_model_check_style(model.handle, style) == NST_ERROR_INPUT);
  nst_style_free(style);

  int width = 0, height = 0;
  nst_output_size(37, 5, &width, &height);
  CHECK(width == 40);
  CHECK(height == 8);
  nst_output_size(37, 5, nullptr, nullptr);
}

TEST_CASE("C: models are opened from files and from memory") {
  const std::vector<std::uint8_t> file = formula_model_file(formula_network("mobile"));
  const TemporaryFolder folder;
  const std::string path = folder.file("m.safetensors", file);
  nst_model* model = nullptr;
  REQUIRE(nst_model_open(path.c_str(), &model) == NST_OK);
  nst_model_free(model);
  model = nullptr;
  REQUIRE(nst_model_open_memory(file.data(), file.size(), nullptr, &model) == NST_OK);
  nst_model_free(model);
  model = nullptr;
  CHECK(nst_model_open_memory(file.data(), file.size() / 2, "half", &model) == NST_ERROR_MODEL);
  CHECK(std::string(nst_last_error()).starts_with("half"));
  CHECK(nst_model_open_memory(nullptr, 5, nullptr, &model) == NST_ERROR_USAGE);
  CHECK(nst_model_open((folder.path() / "none").string().c_str(), &model) == NST_ERROR_MODEL);
  CHECK(nst_model_open(path.c_str(), nullptr) == NST_ERROR_USAGE);
  CHECK(model == nullptr);
  nst_model_free(nullptr);
}

TEST_CASE_FIXTURE(PaintInputs, "C: a picture is painted with all options as in C++") {
  REQUIRE(nst_paint(model.handle, &source, &painted, nullptr, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(picture, paint(same, content.view(), painting)));

  nst_style_options style = NST_STYLE_OPTIONS_INIT;
  style.style_size = 64;
  style.resize = NST_RESIZE_TF1;
  nst_style_options own = NST_STYLE_OPTIONS_INIT;
  own.style_size = 48;
  own.square = 1;
  nst_paint_options options = NST_PAINT_OPTIONS_INIT;
  options.shorter_side = 30;
  options.resize = NST_RESIZE_TF;
  options.style = &style;
  options.own_style = &own;
  options.strength = 0.6f;
  options.background[1] = 7;
  options.alpha = NST_ALPHA_COMPOSE;
  options.quantise = NST_TRUNCATE;
  PaintOptions expected{.size = {30}, .resize = Resize::tf};
  expected.style = {64, Resize::tf1};
  expected.own_style = StyleOptions{48, Resize::smooth, true};
  expected.strength = 0.6f;
  expected.background = {255, 7, 255};
  expected.alpha = AlphaOutput::compose;
  expected.quantise = Quantise::truncate;
  REQUIRE(nst_paint(model.handle, &source, &painted, &options, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(picture, paint(same, content.view(), painting, expected)));

  nst_paint_options tfhub = NST_PAINT_OPTIONS_INIT;
  REQUIRE(nst_paint_options_tfhub(&tfhub) == NST_OK);
  REQUIRE(nst_paint(model.handle, &source, &painted, &tfhub, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(picture, paint(same, content.view(), painting, tfhub_preset())));
  tfhub.alpha = static_cast<nst_alpha_output>(3);
  CHECK(nst_paint(model.handle, &source, &painted, &tfhub, nullptr, &picture) == NST_ERROR_USAGE);
  CHECK(nst_paint(model.handle, &source, nullptr, nullptr, nullptr, &picture) == NST_ERROR_USAGE);
  CHECK(nst_paint(model.handle, &source, &painted, nullptr, nullptr, nullptr) == NST_ERROR_USAGE);
  CHECK(picture.data == nullptr);
}

TEST_CASE_FIXTURE(PaintInputs, "C: paint options of older and newer programs") {
  // A member that an older program's struct does not have must get its default value.
  nst_paint_options options = NST_PAINT_OPTIONS_INIT;
  options.strength = 0.6f;
  options.quantise = NST_TRUNCATE;
  options.struct_size = offsetof(nst_paint_options, quantise);
  REQUIRE(nst_paint(model.handle, &source, &painted, &options, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(picture, paint(same, content.view(), painting, {.strength = 0.6f})));
  // A newer program's struct may be longer. The bytes that this library does not know must be zero.
  struct {
    nst_paint_options options;
    unsigned char more[8];
  } newer{};
  newer.options = NST_PAINT_OPTIONS_INIT;
  newer.options.struct_size = sizeof newer;
  newer.options.raw = 1;
  REQUIRE(nst_paint(model.handle, &source, &painted, &newer.options, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(picture, paint(same, content.view(), painting, {.raw = true})));
  nst_paint_options floats = NST_PAINT_OPTIONS_INIT;
  floats.type = NST_F32;
  REQUIRE(nst_paint(model.handle, &source, &painted, &floats, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(picture, paint(same, content.view(), painting, {.type = SampleType::f32})));
  newer.more[3] = 1;
  CHECK(nst_paint(model.handle, &source, &painted, &newer.options, nullptr, &picture) ==
        NST_ERROR_USAGE);
  const nst_paint_options zeros{};
  CHECK(nst_paint(model.handle, &source, &painted, &zeros, nullptr, &picture) == NST_ERROR_USAGE);
  nst_run_settings run = NST_RUN_SETTINGS_INIT;
  run.struct_size = 3;
  CHECK(nst_paint(model.handle, &source, &painted, nullptr, &run, &picture) == NST_ERROR_USAGE);
  CHECK(std::string(nst_last_error()).starts_with("nst_run_settings.struct_size is 3"));
}

TEST_CASE("C: a painter paints contents and styles as the C++ one does") {
  const CModel model;
  const Model same = Model::default_model();
  const Image content = random_image(33, 29, 4, SampleType::u8);
  const Image painting = random_image(70, 64, 3, SampleType::u8, 5);
  const nst_image source = c_image(content), painted = c_image(painting);
  nst_painter* painter = nullptr;
  REQUIRE(nst_painter_create(model.handle, nullptr, &painter) == NST_OK);
  nst_style* style = nullptr;
  nst_style* alone = nullptr;
  REQUIRE(nst_painter_encode(painter, &painted, nullptr, &style) == NST_OK);
  REQUIRE(nst_style_encode(model.handle, &painted, nullptr, nullptr, &alone) == NST_OK);
  std::size_t size = 0;
  const float* const values = nst_style_values(style, &size);
  CHECK(std::equal(values, values + size, nst_style_values(alone, nullptr)));
  CHECK(nst_style_space(style) == std::string("magenta-inception-100"));

  nst_image picture{};
  // The painter has no content yet, so painting must fail.
  CHECK(nst_painter_paint(painter, style, nullptr, &picture) == NST_ERROR_USAGE);
  REQUIRE(nst_painter_set_content(painter, &source, nullptr) == NST_OK);
  int width = 0, height = 0, channels = 0;
  REQUIRE(nst_painter_picture_size(painter, &width, &height, &channels) == NST_OK);
  CHECK(width == 33);
  CHECK(height == 29);
  CHECK(channels == 4);
  const Image expected = paint(same, content.view(), painting);
  for (int round = 0; round < 2; ++round) {
    REQUIRE(nst_painter_paint(painter, style, nullptr, &picture) == NST_OK);
    CHECK(equals_and_free(picture, expected));
  }
  REQUIRE(nst_paint_style(model.handle, &source, style, nullptr, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(picture, expected));
  std::vector<std::uint8_t> frame(33 * 29 * 4);
  nst_image target{frame.data(), 33, 29, 4, NST_U8, 0, NST_BGR, 0};
  REQUIRE(nst_painter_paint_into(painter, style, nullptr, &target) == NST_OK);
  CHECK(frame[0] == expected.u8()[2]);
  CHECK(frame[3] == expected.u8()[3]);

  // A target picture of the wrong size must be refused before any work. A progress function must be
  // able to stop the work.
  int reports = 0;
  nst_run_settings counting = NST_RUN_SETTINGS_INIT;
  counting.progress = [](double, void* count) { return ++*static_cast<int*>(count) < 0 ? 1 : 0; };
  counting.progress_user = &reports;
  target.width = 34;
  CHECK(nst_painter_paint_into(painter, style, &counting, &target) == NST_ERROR_USAGE);
  CHECK(reports == 0);
  CHECK(nst_painter_paint(painter, style, &counting, &picture) == NST_ERROR_CANCELLED);
  CHECK(reports == 1);
  nst_style_free(style);
  nst_style_free(alone);
  nst_painter_free(painter);
  nst_painter_free(nullptr);
}

TEST_CASE("C: a painter's options hold for the contents that follow") {
  const CModel model;
  const Image content = random_image(33, 29, 4, SampleType::u8);
  const Image painting = random_image(70, 64, 3, SampleType::u8, 5);
  const nst_image source = c_image(content), painted = c_image(painting);
  nst_painter* painter = nullptr;
  nst_style* style = nullptr;
  nst_image picture{};
  REQUIRE(nst_painter_create(model.handle, nullptr, &painter) == NST_OK);
  REQUIRE(nst_painter_encode(painter, &painted, nullptr, &style) == NST_OK);
  nst_paint_options half = NST_PAINT_OPTIONS_INIT;
  half.width = half.height = 16;
  REQUIRE(nst_painter_set_options(painter, &half) == NST_OK);
  REQUIRE(nst_painter_set_content(painter, &source, nullptr) == NST_OK);
  REQUIRE(nst_painter_paint(painter, style, nullptr, &picture) == NST_OK);
  CHECK(equals_and_free(
      picture, paint(Model::default_model(), content.view(), painting, {.size = {0, {16, 16}}})));
  nst_style_free(style);
  nst_painter_free(painter);
}

}  // namespace nst::test
