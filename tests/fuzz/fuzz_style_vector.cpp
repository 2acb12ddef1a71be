// Fuzzes the decoder of style vectors that are saved as .npy files.
#include "fuzz/fuzz.hpp"
#include "nst/style.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nst::fuzz::must_answer([&] { nst::StyleVector::decode({data, size}, "style"); });
  return 0;
}
