// Fuzz test of the TIFF decoder.
#include "fuzz/pictures.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nst::fuzz::decode(nst::codec::decode_tiff, {data, size});
  return 0;
}
