// Tests with contents whose pixels are equal or almost equal. With such contents, instance norms
// magnify every rounding error. A content of one colour must become a picture of one colour. A
// content with small deviations must agree with float64 results.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "api/open_model.hpp"
#include "api/plan.hpp"
#include "base/expect_error.hpp"
#include "model/pseudo_random.hpp"
#include "networks/style_params.hpp"
#include "support/compare.hpp"
#include "support/every_table.hpp"
#include "support/transformer64.hpp"

namespace nst::test {
namespace {

// The networks with reflect padding. They paint a content of one colour in one colour; zero padding
// would make the border differ.
const std::vector<std::string> kReflecting = {"inception", "mobile", "hub", "separable_reflect"};

// Returns an h × w float picture whose samples are f(y, x, channel).
template <class F>
Image picture_of(int h, int w, F&& f) {
  Image image(w, h, 3, SampleType::f32);
  float* out = image.f32();
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      for (int c = 0; c < 3; ++c) *out++ = static_cast<float>(f(y, x, c));
    }
  }
  return image;
}

Image flat_picture(int h, int w, float red, float green, float blue) {
  const float colour[] = {red, green, blue};
  return picture_of(h, w, [&](int, int, int c) { return colour[c]; });
}

Image flat_bytes(int h, int w, std::uint8_t value) {
  Image image(w, h, 3, SampleType::u8);
  std::fill(image.bytes.begin(), image.bytes.end(), value);
  return image;
}

// Returns sigmoid(β) of the last layer, which is the colour that a content of one colour must
// become.
std::vector<double> flat_colour(const Model& model, const StyleVector& style) {
  StyleLayout layout;
  transformer_graph(opened(model), 64, 64, layout);
  const std::vector<float> params = style_params(opened(model).layers, layout, style);
  std::vector<double> colour;
  for (std::size_t c = 0; c < 3; ++c) {
    const double beta = params[layout.slots.back().beta + c];
    colour.push_back(1 / (1 + std::exp(-beta)));
  }
  return colour;
}

void check_flat(const Model& model, const Image& content) {
  CAPTURE(content.width);
  CAPTURE(content.height);
  const StyleVector style = formula_style("style_flat", model);
  const std::vector<double> colour = flat_colour(model, style);
  const Image painted = model.stylize(content.view(), style);
  double worst = 0;
  std::size_t other = 0;  // number of samples that differ from those of the first pixel
  for (std::size_t i = 0; i < painted.sample_count(); ++i) {
    const float value = painted.f32()[i];
    worst = std::max(worst, std::abs(static_cast<double>(value) - colour[i % 3]));
    other += value == painted.f32()[i % 3] ? 0 : 1;
  }
  CHECK(worst <= 1e-6);
  CHECK(other == 0);
}

// Returns a picture close to grey (0.5): a formula_picture whose differences from grey are
// multiplied by `factor`.
Image faint_picture(int h, int w, float factor) {
  const Image picture = formula_picture("content_faint", h, w);
  return picture_of(h, w, [&](int y, int x, int c) {
    return 0.5f + factor * (picture.f32()[(y * w + x) * 3 + c] - 0.5f);
  });
}

std::vector<std::pair<std::string, Image>> hard_pictures(int h, int w) {
  const PseudoRandom random(kFormulaSeed, "content_hard");
  const auto noise = [&](int y, int x, int c) {
    return random.symmetric(static_cast<std::uint64_t>((y * w + x) * 3 + c));
  };
  const Image photo = formula_picture("content_half", h, w);
  std::vector<std::pair<std::string, Image>> pictures;
  const auto add = [&](const char* label, auto&& f) {
    pictures.emplace_back(label, picture_of(h, w, f));
  };
  add("a ramp from 0.50 to 0.51", [&](int, int x, int) {
    return 0.5f + 0.01f * static_cast<float>(x) / static_cast<float>(w - 1);
  });
  add("noise of 0.001", [&](int y, int x, int c) { return 0.7f + 0.0017f * noise(y, x, c); });
  add("bytes 137 and 138",
      [&](int y, int x, int) { return noise(y, x, 0) > 0 ? 138 / 255.0f : 137 / 255.0f; });
  add("one pixel of another byte",
      [&](int y, int x, int) { return y == h / 3 && x == w / 2 ? 201 / 255.0f : 200 / 255.0f; });
  add("two channels flat",
      [&](int y, int x, int c) { return c == 1 ? 0.5f + 0.2f * noise(y, x, c) : 0.25f; });
  add("half of it white",
      [&](int y, int x, int c) { return 2 * x < w ? photo.f32()[(y * w + x) * 3 + c] : 1.0f; });
  for (const float factor : {0.003f, 0.03f}) {
    pictures.emplace_back("a photograph times " + std::to_string(factor),
                          faint_picture(h, w, factor));
  }
  return pictures;
}

}  // namespace

TEST_CASE("A flat content becomes the one colour that its style says, in every table") {
  for (const std::string& name : kReflecting) {
    on_every_table(formula_network(name), [&](const Model& model) {
      check_flat(model, flat_bytes(96, 96, 137));
      check_flat(model, flat_bytes(64, 97, 255));
      check_flat(model, flat_picture(101, 67, 0.2f, 0.4f, 0.6f));
      check_flat(model, flat_picture(5, 9, 1.0f, 0.0f, 0.0f));
      check_flat(model, flat_picture(7, 40, 0.1f, 1.3f, -0.2f));
    });
  }
}

TEST_CASE("A large flat content becomes one colour, in every table") {
  on_every_table(formula_network("mobile"), [](const Model& model) {
    check_flat(model, flat_bytes(1024, 1024, 128));
    check_flat(model, flat_picture(300, 1100, 0.7f, 0.7f, 0.1f));
  });
}

TEST_CASE("A flat content becomes one colour at every memory limit and number of threads") {
  const Image content = flat_bytes(700, 400, 77);
  const StyleVector style = formula_style("style_flat");
  const Model model = formula_model("mobile");
  const Image painted = model.stylize(content.view(), style);
  const std::size_t needed = model.plan_transformer(400, 700, 1, std::size_t{1} << 20).arena_bytes;
  for (const int threads : {1, 3}) {
    for (const std::size_t limit : {std::size_t{0}, needed + (std::size_t{8} << 20)}) {
      RunOptions run;
      run.threads = threads;
      run.max_memory_bytes = limit;
      CHECK(model.stylize(content.view(), style, run).bytes == painted.bytes);
    }
  }
  Session session(model);
  session.set_content(formula_picture("content_before", 700, 400).view());
  session.set_content(content.view());
  CHECK(session.render(style).bytes == painted.bytes);
}

TEST_CASE("The transformer in float64 is TensorFlow's") {
  for (const std::string name : {"mobile", "separable_reflect", "separable_zero"}) {
    CAPTURE(name);
    // The file has two pictures: TensorFlow's result in float32, then its result in float64.
    const xt::xarray<float> both = load_npy(NST_FIXTURE_DIR "/golden/" + name + "/stylized_a.npy");
    const std::vector<float> truth(both.begin() + static_cast<std::ptrdiff_t>(both.size() / 2),
                                   both.end());
    StyleVector style = formula_style("style_a");
    if (name == "mobile") {
      const xt::xarray<float> vectors = load_npy(NST_FIXTURE_DIR "/golden/mobile/bottleneck_a.npy");
      std::copy(vectors.begin() + 100, vectors.end(), style.values.begin());
    }
    const std::vector<float> got =
        transformer64(formula_network(name), formula_picture("content_a", 40, 48).view(), style);
    CHECK(difference(got, truth).max <= 2e-7);
  }
}

// Contents with small deviations lose no more precision than photographs, because the input's mean
// is subtracted before any value is rounded. TensorFlow in float32 does not subtract it: on these
// contents its results differ from float64 by up to 4e-3.
TEST_CASE("Faint contents are as near to float64 as any, in every table") {
  constexpr double kMax = 5e-4, kMean = 3e-5;
  constexpr int kHeight = 44, kWidth = 60;
  const StyleVector style = formula_style("style_faint");
  for (const std::string name : {"mobile", "separable_reflect", "separable_zero"}) {
    const FormulaNetwork& network = formula_network(name);
    const std::vector<std::pair<std::string, Image>> pictures = hard_pictures(kHeight, kWidth);
    std::vector<std::vector<float>> truths;
    for (const auto& picture : pictures) {
      truths.push_back(transformer64(network, picture.second.view(), style));
    }
    on_every_table(network, [&](const Model& model) {
      Difference worst;
      for (std::size_t i = 0; i < pictures.size(); ++i) {
        const std::string& label = pictures[i].first;
        CAPTURE(label);
        const Image painted = model.stylize(pictures[i].second.view(), style);
        const Difference d = difference(samples(painted), truths[i]);
        CHECK_MESSAGE(d.max <= kMax, to_string(d));
        CHECK_MESSAGE(d.mean <= kMean, to_string(d));
        worst.max = std::max(worst.max, d.max);
        worst.mean = std::max(worst.mean, d.mean);
      }
      MESSAGE(name << ", worst of faint contents to float64: " << to_string(worst));
    });
  }
}

TEST_CASE("Style parameters that are not finite are refused, and no picture is made") {
  const FormulaNetwork& network = formula_network("mobile");
  for (const std::string part : {"/Conv/", "/Conv_1/"}) {
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      std::vector<NamedTensor> tensors;
      for (const Variable& v : formula_variables(network)) {
        tensors.push_back({v.name, v.shape, formula_values(v)});
        const std::string layer = "expand/conv2/conv/StyleNorm" + part + "biases";
        if (v.name.ends_with(layer)) tensors.back().values.back() = bad;
      }
      ModelDescription description;
      description.architecture = network.architecture;
      const std::vector<std::uint8_t> file = build_model_file(description, tensors, DType::f32);
      const Model model = Model::open_memory(file.data(), file.size(), "broken");
      const Image content = formula_picture("content_a", 16, 16);
      const std::string message = expect_error(ErrorCode::input, [&] {
        model.stylize(content.view(), formula_style("style_a", model));
      });
      CHECK_MESSAGE(message.find("not finite") != std::string::npos, message);
    }
  }
}

}  // namespace nst::test
