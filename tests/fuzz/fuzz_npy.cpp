// Arrays of NumPy's, as such and as pictures, and any other file that is taken for a picture.
#include "fuzz/fuzz.hpp"
#include "image/codec.hpp"
#include "image/npy.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const nst::Bytes bytes(data, size);
  nst::fuzz::must_answer([&] { nst::decode_npy(bytes, "array"); });
  nst::fuzz::must_answer([&] { nst::decode_image(bytes, "picture", {std::size_t{64} << 20}); });
  return 0;
}
