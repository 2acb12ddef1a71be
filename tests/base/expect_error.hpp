// Checks that a call fails as the interface promises: with an nst::Error of a given kind and a
// one-line message.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "nst/nst.hpp"

namespace nst::test {

// Runs `call`, checks that it throws Error{code} with a one-line message, and returns the message.
// If `call` throws nothing, the check fails and "" is returned.
template <typename Call>
std::string expect_error(ErrorCode code, Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK_MESSAGE(static_cast<int>(error.code()) == static_cast<int>(code), message);
    CHECK_FALSE(message.empty());
    CHECK_MESSAGE(message.find('\n') == std::string::npos, message);
    return message;
  }
  FAIL_CHECK("no error was thrown");
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace nst::test
