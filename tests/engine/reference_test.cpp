// Compares the engine, with the published weights, with recorded outputs of the original graphs.
// The tests are skipped if the files are missing.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/open_model.hpp"
#include "support/every_table.hpp"
#include "support/layers.hpp"
#include "support/shared.hpp"
#include "weights_tool/convert.hpp"

namespace nst::test {
namespace {

std::vector<std::uint8_t> convert(const std::vector<std::string>& relative,
                                  PaddingKind padding = PaddingKind::reflect) {
  std::vector<std::string> paths;
  for (const std::string& name : relative) paths.push_back(shared_path(name));
  const weights::Conversion conversion = weights::convert_sources(paths, {.padding = padding});
  return build_model_file(conversion.description, conversion.tensors, DType::f32);
}

Model open(const std::vector<std::uint8_t>& file, const kernels::Table& table) {
  return open_model_with_table(file.data(), file.size(), "converted", table);
}

// Checks that a style vector is within the bound of the accuracy table in the README.
void check_bottleneck(const std::string& what, const StyleVector& got, const StyleVector& want,
                      double bound) {
  const Difference d = difference(samples(got), samples(want));
  MESSAGE(what << " bottleneck: " << to_string(d));
  CHECK(d.max <= bound);
}

void check_image(const std::string& what, const Image& got, const Image& want,
                 double max_bound = 1e-3, double mean_bound = 1e-5) {
  CHECK(got.width == want.width);
  CHECK(got.height == want.height);
  const Difference d = difference(samples(got), samples(want));
  MESSAGE(what << " image: " << to_string(d));
  CHECK(d.max <= max_bound);
  CHECK(d.mean <= mean_bound);
}

const std::string kCheckpoint = "reference/inception/checkpoint/model.ckpt";
const std::string kSavedModel = "reference/inception/saved_model";
const std::string kInceptionOutputs = "reference/inception/outputs/";

Image inception_image(const std::string& name) {
  return npy_image(shared_path(kInceptionOutputs + name + ".npy"));
}

}  // namespace

TEST_CASE("The Inception model converted from its checkpoint paints the recorded pictures" *
          doctest::test_suite("slow")) {
  if (!have_shared({kCheckpoint + ".index", kInceptionOutputs + "a.style.npy"})) return;
  const std::vector<std::uint8_t> file = convert({kCheckpoint});
  for_every_supported_table([&](const kernels::Table& table) {
    const Model model = open(file, table);
    for (const std::string name : {"a", "b"}) {
      const std::string label = "inception " + name + " " + table.name;
      const StyleVector want = npy_style(shared_path(kInceptionOutputs + name + ".bottleneck.npy"));
      const StyleVector got =
          model.encode_style(inception_image(name + ".style").view(), {.style_size = 0});
      check_bottleneck(label, got, want, 2e-5);
      const Image painted = model.stylize(inception_image(name + ".content").view(), got);
      check_image(label, painted, inception_image(name + ".stylized"));
    }
  });
}

TEST_CASE("Checkpoint and SavedModel of the Inception model give the same tensors" *
          doctest::test_suite("slow")) {
  if (!have_shared({kCheckpoint + ".index", kSavedModel})) return;
  const auto tensors = [](const std::string& source) {
    return weights::convert_sources({shared_path(source)}).tensors;
  };
  const std::vector<NamedTensor> checkpoint = tensors(kCheckpoint);
  const std::vector<NamedTensor> saved_model = tensors(kSavedModel);
  const auto bytes = [](const std::vector<NamedTensor>& list) {
    return build_model_file({}, list, DType::f32);
  };
  REQUIRE(checkpoint.size() > 200);
  CHECK(bytes(checkpoint) == bytes(saved_model));
}

TEST_CASE("All 117 recorded layers of the Inception model agree, first values to 1e-4" *
          doctest::test_suite("slow")) {
  if (!have_shared({kCheckpoint + ".index", kInceptionOutputs + "a.layers.json"})) return;
  const std::vector<std::uint8_t> file = convert({kCheckpoint});
  const Image style = inception_image("a.style"), content = inception_image("a.content");
  const ImageView style_view = style.view();
  LayerRecord want;
  const nlohmann::json recorded = load_json(shared_path(kInceptionOutputs + "a.layers.json"));
  for (const auto& [name, layer] : recorded.items()) want[name] = statistics_from_json(layer);
  CHECK(want.size() == 117);
  // The expected values were computed in float64. TensorFlow's float32 values differ from them by
  // up to 8.5e-5, which is almost the whole bound.
  want["transformer/residual/residual5/add"].first = {2.80584657, 2.98638886, -1.94673055,
                                                      0.25706758};
  const StyleVector vector = npy_style(shared_path(kInceptionOutputs + "a.bottleneck.npy"));
  for_every_supported_table([&](const kernels::Table& table) {
    const Model model = open(file, table);
    const LayerDifference worst =
        check_layers(run_layers(model, &style_view, content.view(), vector), want);
    MESSAGE(std::string(table.name)
            << ": worst of " << want.size() << " layers: mean " << worst.mean << ", std "
            << worst.std << ", first values " << worst.first);
  });
}

TEST_CASE("The published mobile pair paints the recorded pictures" * doctest::test_suite("slow")) {
  const std::vector<std::string> sources{"models/mobile/style_predict_int8_256.tflite",
                                         "models/mobile/style_transfer_f16_384.tflite"};
  if (!have_shared({sources[0], sources[1], "reference/mobile"})) return;
  const auto path = [](const std::string& name) {
    return shared_path("reference/mobile/" + name + ".npy");
  };
  const std::vector<std::uint8_t> file = convert(sources);
  struct Case {
    std::string image, style;
  };
  for_every_supported_table([&](const kernels::Table& table) {
    const Model model = open(file, table);
    for (const Case& c : {Case{"konark_picasso", "picasso"},
                          {"eiffel_towers", "towers"},
                          {"golden_gate_zigzag_colorful", "zigzag_colorful"}}) {
      const std::string label = "mobile " + c.image + " " + table.name;
      const StyleVector want = npy_style(path(c.style + ".bottleneck"));
      const StyleVector got =
          model.encode_style(npy_image(path(c.style + ".style")).view(), {.style_size = 0});
      check_bottleneck(label, got, want, 1e-4);
      const Image painted = model.stylize(npy_image(path(c.image + ".content")).view(), want);
      check_image(label, painted, npy_image(path(c.image + ".stylized")));
    }
  });
}

TEST_CASE("The published float16 transformer paints as the checkpoint's does" *
          doctest::test_suite("slow")) {
  const std::string source = "models/full/style_transfer_f16_384.tflite";
  if (!have_shared({source, kInceptionOutputs + "a.stylized.npy"})) return;
  const std::vector<std::uint8_t> file = convert({source});
  const Model model = open(file, *kernels::choose_table(nullptr));
  for (const std::string name : {"a", "b"}) {
    const StyleVector style = npy_style(shared_path(kInceptionOutputs + name + ".bottleneck.npy"));
    const Image painted = model.stylize(inception_image(name + ".content").view(), style);
    // Rounding weights to float16 changes them by up to 2^-11 of their size, so the bounds are
    // wider than those for float32 weights.
    check_image("float16 " + name, painted, inception_image(name + ".stylized"), 2e-3, 2e-4);
  }
}

// Compares with the pictures that were published together with the 5-block network. The script that
// made these pictures truncated samples to bytes instead of rounding, so the test truncates too.
TEST_CASE(
    "The 5-block network paints the published pictures, 97 bytes of 100 equal, none off by 3" *
    doctest::test_suite("slow")) {
  if (!have_shared({"pairs/vectors.json", "pairs/outputs", kCheckpoint + ".index"})) return;
  const nlohmann::json known = load_json(shared_path("pairs/vectors.json"));
  const auto vector = [&](const std::string& name) {
    StyleVector style(0);
    style.values = known.at("recovered").at(name).at("vector").get<std::vector<float>>();
    return style;
  };
  const std::vector<std::uint8_t> file = convert({kCheckpoint});
  REQUIRE(known.at("outputs").size() == 9);
  for_every_supported_table([&](const kernels::Table& table) {
    const Model model = open(file, table);
    for (const nlohmann::json& pair : known.at("outputs")) {
      const std::string name = pair.at("file");
      const std::string label = name + " " + table.name;
      CAPTURE(label);
      StyleVector style = vector(pair.at("style"));
      const float strength = pair.at("strength");
      if (strength < 1) style = StyleVector::blend(vector(pair.at("own")), style, strength);
      const Image content =
          read_image(shared_path("pairs/" + pair.at("content").get<std::string>()));
      const Image want = read_image(shared_path("pairs/" + name));
      const Image got = to_u8(model.stylize(content.view(), style).view(), Quantise::truncate);
      REQUIRE(got.bytes.size() == want.bytes.size());
      std::size_t equal = 0;
      int most = 0;
      for (std::size_t i = 0; i < got.bytes.size(); ++i) {
        equal += got.bytes[i] == want.bytes[i];
        most = std::max(most, std::abs(got.bytes[i] - want.bytes[i]));
      }
      const double share = static_cast<double>(equal) / static_cast<double>(got.bytes.size());
      CHECK(share >= 0.97);
      CHECK(most <= 2);
      MESSAGE(label << ": " << 100 * share << " % equal, off by " << most << " at most");
    }
  });
}

TEST_CASE("The published separable transformer paints the recorded pictures, reflect and zero" *
          doctest::test_suite("slow")) {
  const std::string source = "models/separable-tfjs/model.json";
  if (!have_shared({source, "reference/separable"})) return;
  const auto path = [](const std::string& name) {
    return shared_path("reference/separable/" + name + ".npy");
  };
  for (const PaddingKind padding : {PaddingKind::reflect, PaddingKind::zero}) {
    const std::vector<std::uint8_t> file = convert({source}, padding);
    for_every_supported_table([&](const kernels::Table& table) {
      const Image painted =
          open(file, table)
              .stylize(npy_image(path("content")).view(), npy_style(path("bottleneck")));
      check_image("separable " + nst::to_string(padding) + " " + table.name, painted,
                  npy_image(path("stylized_" + nst::to_string(padding))));
    });
  }
}

}  // namespace nst::test
