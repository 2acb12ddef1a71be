// Compares the engine with recorded results of TF Hub's arbitrary-image-stylization-v1-256/2. The
// results were computed twice: by TensorFlow in float32, and in float64. The published graph was
// used, but its variables were pseudo-random numbers from a seed. The tests are skipped if the
// record is missing. It is searched in NST_SHARED_DIR or, if that is not set, in ../shared.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/open_model.hpp"
#include "support/every_table.hpp"
#include "support/hub_variables.hpp"
#include "support/layers.hpp"
#include "support/shared.hpp"
#include "weights_tool/fold.hpp"
#include "weights_tool/published.hpp"

namespace nst::test {
namespace {

const std::string kHub = "reference/hub-256-2/";

std::string output(const std::string& name) { return shared_path(kHub + "outputs/" + name); }

// Returns a model file with the pseudo-random variables from which the recorded results were
// computed. The file is made once per process.
const std::vector<std::uint8_t>& hub_file() {
  static const std::vector<std::uint8_t> file = [] {
    const HubVariables source(shared_path(kHub + "variables.json"), 1);
    const weights::Variables variables({&source});
    const weights::Inventory inventory = weights::take_inventory(variables);
    return build_model_file({inventory.architecture, "seeded", "", ""},
                            read_layers(variables, inventory), DType::f32);
  }();
  return file;
}

// Calls test(model, name) on every kernel table whose instruction set this CPU has. `name` is the
// name of the table.
template <typename Test>
void on_every_table_of_hub(Test&& test) {
  for_every_supported_table([&](const kernels::Table& table) {
    test(open_model_with_table(hub_file().data(), hub_file().size(), "hub", table), table.name);
  });
}

// Returns this library's name for a value of the published graph. Returns "" for values that the
// library does not compute separately: those folded into a convolution (Conv2D, batch norm,
// upsampling) and those before a ReLU.
std::string our_name(const std::string& theirs) {
  const auto replaced = [&](std::string_view end, const std::string& by) {
    return theirs.substr(0, theirs.size() - end.size()) + by;
  };
  if (theirs.ends_with("/Conv/BiasAdd")) return replaced("/Conv/BiasAdd", "/SpatialSqueeze");
  if (theirs.ends_with("/Conv_1/BiasAdd")) return replaced("/Conv_1/BiasAdd", "/SpatialSqueeze_1");
  if (theirs.ends_with("/conv2/StyleNorm/batchnorm/add_1") &&
      theirs.starts_with("transformer/residual/")) {
    return replaced("/batchnorm/add_1", "");
  }
  if (theirs == "bottleneck/Mean") return "InceptionV3/Mean";
  for (const char* folded : {"/Conv2D", "/FusedBatchNormV3", "/add_1", "/ResizeNearestNeighbor"}) {
    if (theirs.ends_with(folded)) return "";
  }
  return theirs;
}

}  // namespace

TEST_CASE("The network of TF Hub paints as TensorFlow does, on every table" *
          doctest::test_suite("slow")) {
  if (!have_shared({kHub + "variables.json", kHub + "outputs/a.means.npy"})) return;
  on_every_table_of_hub([](const Model& model, const std::string& table) {
    CHECK(model.info().style_size == 768);
    for (const std::string name : {"a", "b", "c"}) {
      const std::string label = name + " " + table;
      CAPTURE(label);
      const StyleVector means =
          model.encode_style(npy_image(output(name + ".style.npy")).view(), {.style_size = 0});
      const Image painted = model.stylize(npy_image(output(name + ".content.npy")).view(), means);
      const StyleVector their_means = npy_style(output(name + ".means.npy"));
      const StyleVector true_means = npy_style(output(name + ".means64.npy"));
      const Image theirs = npy_image(output(name + ".stylized.npy"));
      const Image truth = npy_image(output(name + ".stylized64.npy"));

      const Difference means_apart = difference(samples(means), samples(their_means));
      const Difference apart = difference(samples(painted), samples(theirs));
      CHECK(means_apart.max <= 2e-5);
      CHECK(apart.max <= 1e-3);
      CHECK(apart.mean <= 1e-5);
      const Difference ours = difference(samples(painted), samples(truth));
      const Difference their = difference(samples(theirs), samples(truth));
      CHECK(ours.max <= 2 * their.max);
      CHECK(ours.mean <= 2 * their.mean);
      const Difference our_means = difference(samples(means), samples(true_means));
      const Difference tf_means = difference(samples(their_means), samples(true_means));
      CHECK(our_means.mean <= 2 * tf_means.mean);
      MESSAGE(label << ": means to float64 " << to_string(our_means) << " (TensorFlow "
                    << to_string(tf_means) << "), picture " << to_string(ours) << " (TensorFlow "
                    << to_string(their) << ")");
    }
  });
}

TEST_CASE("TF Hub's network makes one colour of a flat content, and of a faint one what is right" *
          doctest::test_suite("slow")) {
  if (!have_shared({kHub + "variables.json", kHub + "outputs/low.content.npy"})) return;
  on_every_table_of_hub([](const Model& model, const std::string& table) {
    const StyleVector means = npy_style(output("c.means64.npy"));
    const auto painted = [&](const std::string& name) {
      return model.stylize(npy_image(output(name + ".content.npy")).view(), means);
    };
    const nlohmann::json accuracy = load_json(output("accuracy.json"));
    for (const std::string name : {"white", "grey", "black", "colour"}) {
      const std::string label = name + " " + table;
      CAPTURE(label);
      const std::vector<double> colour = accuracy.at(name).at("exact_colour");
      const Image image = painted(name);
      double worst = 0;
      for (std::size_t i = 0; i < image.sample_count(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(image.f32()[i]) - colour[i % 3]));
      }
      CHECK(worst <= 1e-6);
    }
    const Image truth = npy_image(output("low.stylized64.npy"));
    const Difference ours = difference(samples(painted("low")), samples(truth));
    const Difference their =
        difference(samples(npy_image(output("low.stylized.npy"))), samples(truth));
    CHECK(ours.max <= 2 * their.max);
    CHECK(ours.mean <= 2 * their.mean);
    MESSAGE(table << ": a faint picture " << to_string(ours) << " (TensorFlow " << to_string(their)
                  << ")");
  });
}

TEST_CASE("Every value of TF Hub's network that is a tensor here is TensorFlow's, on every table" *
          doctest::test_suite("slow")) {
  if (!have_shared({kHub + "variables.json", kHub + "outputs/a.layers.json"})) return;
  LayerRecord want;
  const nlohmann::json recorded = load_json(output("a.layers.json"));
  for (const auto& [name, layer] : recorded.items()) {
    const std::string ours = our_name(name);
    if (ours.empty()) continue;
    // Recorded shapes are [h, w, c]. The engine's, with which they are compared, are [1, h, w, c],
    // or [1, c] for a single pixel.
    LayerStatistics statistics = statistics_from_json(layer);
    auto& shape = statistics.shape;
    shape.insert(shape.begin(), 1);
    if (shape[1] == 1 && shape[2] == 1) shape.erase(shape.begin() + 1, shape.begin() + 3);
    want[ours] = statistics;
  }
  // Counts the 241 values that are compared:
  // - 96 activations: 70 of the predictor, 26 of the transformer
  // - 20 norms without activation and 20 sums, of the transformer's residual blocks
  // - 8 concats, 10 pools and 1 mean of the predictor
  // - 86 vectors of β or γ of the transformer
  CHECK(want.size() == 241);
  const Image style = npy_image(output("a.style.npy")),
              content = npy_image(output("a.content.npy"));
  const ImageView style_view = style.view();
  const StyleVector means = npy_style(output("a.means.npy"));
  on_every_table_of_hub([&](const Model& model, const std::string& table) {
    CAPTURE(table);
    const LayerDifference worst =
        check_layers(run_layers(model, &style_view, content.view(), means), want);
    MESSAGE(table << ": worst of " << want.size() << " values: mean " << worst.mean << ", std "
                  << worst.std << ", first values " << worst.first);
  });
}

TEST_CASE(
    "The published index of TF Hub's model lists its 507 variables, and their checksums are "
    "known") {
  if (!have_shared({kHub + "real/variables/variables.index", kHub + "variables.json"})) return;
  if (!NST_WEIGHTS_READ_SNAPPY) {
    MESSAGE("skipped: this build is without libsnappy, which the published index needs");
    return;
  }
  const std::unique_ptr<weights::Source> source = weights::open_source(shared_path(kHub + "real"));
  const weights::Variables variables({source.get()});
  const weights::Inventory inventory = weights::take_inventory(variables);
  const std::vector<std::string> names = weights::variables_of(inventory);
  const nlohmann::json recorded = load_json(shared_path(kHub + "variables.json"));
  REQUIRE(recorded.size() == 507);
  REQUIRE(names.size() == 507);
  std::map<std::string, std::uint32_t> checksums;
  for (const nlohmann::json& entry : recorded) {
    const std::string name = entry.at("name");
    CAPTURE(name);
    const weights::SourceTensor* tensor = variables.find(name);
    REQUIRE(tensor != nullptr);
    CHECK(tensor->shape == entry.at("shape").get<std::vector<std::int64_t>>());
    CHECK(tensor->masked_crc == entry.at("crc32c").get<std::uint32_t>());
    checksums[name] = entry.at("crc32c");
  }
  const weights::PublishedModel& hub = weights::published_hub_model();
  for (std::size_t i = 0; i < names.size(); ++i) {
    CAPTURE(names[i]);
    CHECK(hub.checksums[i] == checksums.at(names[i]));
  }
}

TEST_CASE("Other values in TF Hub's network are told from the published ones") {
  if (!have_shared({kHub + "variables.json"})) return;
  const HubVariables source(shared_path(kHub + "variables.json"), 1);
  const weights::Variables variables({&source});
  const auto match = compare_with_published(variables, weights::take_inventory(variables));
  REQUIRE(match.has_value());
  CHECK(match->is_stranger());
  CHECK_FALSE(match->is_published());
  CHECK(describe(*match).starts_with("none of its 507 variables"));
}

}  // namespace nst::test
