// Declarations that all fuzz targets share. A target is one source file that defines libFuzzer's
// function LLVMFuzzerTestOneInput. All targets are also compiled into the program nst-fuzz-replay,
// which needs no libFuzzer. The tests run this program on the committed inputs.
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
// libFuzzer's own mutator. It changes the `size` bytes at `data` in place and returns their new
// number, which is at most `most`.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
// The mutator of a target; targets that define it replace libFuzzer's own mutator.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed);
}

namespace nst::fuzz {

// Calls `body`, which may refuse its input by throwing an Error with a one-line message and a
// documented code. Any other exception or Error aborts the process, so that the fuzzer reports it.
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
