// Adds a file's name to the errors of functions that do not know which file they work on.
#pragma once

#include <string>

#include "nst/error.hpp"

namespace nst {

// Returns call(). If call() throws an Error, puts "<name>: " before the message, unless `name` is
// empty.
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
