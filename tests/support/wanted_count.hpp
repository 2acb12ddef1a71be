// Reads from the environment how much a test shall try.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>

namespace nst::test {

// Returns the number in the environment variable `name`, or `usual` if it is not set. Fails the
// test if the number is not positive.
inline long wanted_count(const char* name, long usual) {
  const char* const wanted = std::getenv(name);
  const long count = wanted == nullptr ? usual : std::atol(wanted);
  REQUIRE(count > 0);
  return count;
}

}  // namespace nst::test
