// Fuzzes .npy files of NumPy: reads the input as an array and as a picture. Also calls
// decode_image, which may detect any other picture format.
#include "fuzz/fuzz.hpp"
#include "image/codec.hpp"
#include "image/npy.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const nst::Bytes bytes(data, size);
  nst::fuzz::must_answer([&] { nst::decode_npy(bytes, "array"); });
  nst::fuzz::must_answer([&] { nst::decode_image(bytes, "picture", {std::size_t{16} << 20}); });
  return 0;
}
