// Fuzzes TF.js manifests and the index files of safetensors models in several shards. The fuzzed
// file is read together with two fixed shards of a few numbers.
#include "fuzz/sources.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  static const std::vector<std::uint8_t> numbers(64, 0x3f);
  const weights::FileSet files =
      fuzz::several_files({{"model.json", {data, size}}, {"g", numbers}, {"h", numbers}});
  fuzz::open_and_read([&] { return weights::open_tfjs(files, "model.json"); });
  fuzz::open_and_read([&] { return weights::open_safetensors_shards(files, "model.json"); });
  return 0;
}
