// Pseudo-random numbers that depend only on (seed, name, index). C++ and the Python scripts of
// tests/golden and models/training compute the same numbers. So test weights and self-test pictures
// need not be stored in files.
#pragma once

#include <cstdint>
#include <string_view>

namespace nst {

// Mixes the bits of a number: the last step (finaliser) of splitmix64 (Steele, Lea & Flood 2014).
constexpr std::uint64_t splitmix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Returns the 64-bit FNV-1a hash of the bytes of `name`.
constexpr std::uint64_t fnv1a(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const char c : name) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  return h;
}

// Returns a pseudo-random number, uniform in [0, 1). It is the top 24 bits of
// splitmix64(splitmix64(seed ^ fnv1a(name)) + index), times 2^-24, which float32 represents
// exactly.
class PseudoRandom {
 public:
  constexpr PseudoRandom(std::uint64_t seed, std::string_view name)
      : base_(splitmix64(seed ^ fnv1a(name))) {}
  constexpr float unit(std::uint64_t index) const {
    return static_cast<float>(splitmix64(base_ + index) >> 40) * 0x1p-24f;
  }
  // Returns a pseudo-random number, uniform in [-1, 1).
  constexpr float symmetric(std::uint64_t index) const { return 2.0f * unit(index) - 1.0f; }

 private:
  std::uint64_t base_;
};

}  // namespace nst
