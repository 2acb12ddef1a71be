// Fuzz test of the JPEG decoder.
#include "fuzz/pictures.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nst::fuzz::decode(nst::codec::decode_jpeg, {data, size});
  return 0;
}
