// Errors of code that does not know where its input came from.
#pragma once

#include <string>

#include "nst/error.hpp"

namespace nst {

// Returns what `call` does, and puts `name` before its errors if there is one.
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
