// Adds a name to errors of code that does not know where its input came from.
#pragma once

#include <string>

#include "nst/error.hpp"

namespace nst {

// Returns call(). Puts "<name>: " before the message of an Error, unless `name` is empty.
template <typename Call>
decltype(auto) naming(const std::string& name, Call&& call) {
  try {
    return call();
  } catch (const Error& error) {
    if (name.empty()) throw;
    throw Error(error.code(), name + ": " + error.what());
  }
}

}  // namespace nst
