// Computes the values of the weight fixtures, by the same formula as value() in
// tests/golden/make_weight_fixtures.py.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "model/pseudo_random.hpp"

namespace nst::test {

inline std::string weight_fixture(const std::string& name) {
  return std::string(NST_WEIGHT_FIXTURES) + "/" + name;
}

// Returns the values of the variable `name`: multiples of 1/32 in [-1, 1), or of 1/64 in [0.5, 1.5)
// for a variance.
inline std::vector<float> fixture_values(const std::string& name, std::size_t count) {
  constexpr std::uint64_t kSeed = 3;
  const PseudoRandom random(kSeed, name);
  const bool is_variance = name.ends_with("moving_variance");
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float steps = std::floor(random.unit(i) * 64.0f);
    values[i] = is_variance ? 0.5f + steps / 64.0f : steps / 32.0f - 1.0f;
  }
  return values;
}

}  // namespace nst::test
