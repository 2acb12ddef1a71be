// Fuzzes TFLite files.
#include "fuzz/sources.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  fuzz::open_and_read([&] {
    return weights::open_tflite(fuzz::one_file("f.tflite", {data, size}), "f.tflite");
  });
  return 0;
}
