// What the fuzz targets share. A target is one file with libFuzzer's LLVMFuzzerTestOneInput; the
// same file is compiled into nst-fuzz-replay, which any compiler builds and the tests run on the
// committed corpora.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/byte_reader.hpp"
#include "nst/error.hpp"

extern "C" {
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Of libFuzzer: changes the bytes in place, to at most `most` of them, and returns how many there
// are.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
// A target's own way to change an input, in place of libFuzzer's.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed);
}

namespace nst::fuzz {

// Calls `body`, which may refuse its input: by an Error of one line and a documented code. What
// else leaves it ends the process, as a sanitizer's report does.
template <class Body>
void must_answer(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    const bool one_line = std::strpbrk(error.what(), "\r\n") == nullptr && *error.what() != '\0';
    if (one_line && error.code() != ErrorCode::internal) return;
    std::fprintf(stderr, "not a proper refusal: code %d, \"%s\"\n", static_cast<int>(error.code()),
                 error.what());
    std::abort();
  }
}

}  // namespace nst::fuzz
