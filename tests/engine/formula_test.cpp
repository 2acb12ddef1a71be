// Checks that test weights and pictures have the same bits in C++ as in Python
// (tests/golden/formula_model.py). Other tests compare NST with results that TensorFlow has
// computed from Python's weights and pictures.
#include <doctest/doctest.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "model/pseudo_random.hpp"
#include "support/formula_model.hpp"
#include "support/layers.hpp"

namespace nst::test {
namespace {

const nlohmann::json& formula_record() {
  static const nlohmann::json record = load_json(NST_FIXTURE_DIR "/golden/formula.json");
  return record;
}

std::string hexadecimal(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace

TEST_CASE("Pseudo-random numbers agree with numpy's to the bit") {
  const nlohmann::json& samples = formula_record().at("pseudo_random");
  REQUIRE(samples.size() >= 30);
  for (const nlohmann::json& sample : samples) {
    CAPTURE(sample.dump());
    const std::string name = sample.at("name");
    const PseudoRandom random(sample.at("seed").get<std::uint64_t>(), name);
    const float unit = random.unit(sample.at("index").get<std::uint64_t>());
    CHECK(static_cast<double>(unit) == sample.at("unit").get<double>());
  }
}

TEST_CASE("Formula weights have the published names and shapes and agree with numpy's to the bit") {
  const nlohmann::json& architectures = formula_record().at("architectures");
  CHECK(architectures.size() == formula_networks().size());
  for (const FormulaNetwork& network : formula_networks()) {
    CAPTURE(network.name);
    const nlohmann::json& tensors = architectures.at(network.name).at("tensors");
    std::size_t values = 0;
    std::set<std::string> names;
    for (const Variable& variable : formula_variables(network)) {
      CAPTURE(variable.name);
      names.insert(variable.name);
      REQUIRE(tensors.contains(variable.name));
      const nlohmann::json& expected = tensors.at(variable.name);
      CHECK(variable.shape == expected.at("shape").get<std::vector<std::int64_t>>());
      const std::vector<float> data = formula_values(variable);
      CHECK(hexadecimal(checksum(data)) == expected.at("checksum").get<std::string>());
      values += data.size();
    }
    CHECK(names.size() == tensors.size());
    CHECK(values == architectures.at(network.name).at("values").get<std::size_t>());
  }
}

TEST_CASE("Formula pictures and styles agree with numpy's to the bit") {
  for (const auto& entry : formula_record().at("pictures").items()) {
    const std::string& name = entry.key();
    const nlohmann::json& expected = entry.value();
    CAPTURE(name);
    const Image image = formula_picture(name, expected.at("height"), expected.at("width"));
    CHECK(hexadecimal(checksum(samples(image))) == expected.at("checksum").get<std::string>());
  }
  for (const auto& entry : formula_record().at("style_vectors").items()) {
    const std::string& name = entry.key();
    const nlohmann::json& expected = entry.value();
    CAPTURE(name);
    const StyleVector style = formula_style(name);
    CHECK(hexadecimal(checksum(style.values)) == expected.at("checksum").get<std::string>());
  }
}

}  // namespace nst::test
