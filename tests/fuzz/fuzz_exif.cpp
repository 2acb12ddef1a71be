// Fuzzes EXIF blocks: from any bytes, an orientation of 1 to 8 must result.
#include "fuzz/fuzz.hpp"
#include "image/exif.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int orientation = nst::exif_orientation({data, size});
  if (orientation < 1 || orientation > 8) std::abort();
  return 0;
}
