// Runs fuzz targets on files, without libFuzzer: nst-fuzz-replay TARGET FILE|FOLDER...
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"

namespace fs = std::filesystem;

// Declares the LLVMFuzzerTestOneInput of every target. The build gives each a name of its own,
// nst_fuzz_TARGET.
#define NST_FUZZ_TARGET(name) \
  extern "C" int nst_fuzz_##name(const std::uint8_t* data, std::size_t size);
#include "fuzz_targets.inc"
#undef NST_FUZZ_TARGET

namespace {

using Target = int (*)(const std::uint8_t* data, std::size_t size);

Target find(const std::string& wanted) {
#define NST_FUZZ_TARGET(name) \
  if (wanted == #name) return nst_fuzz_##name;
#include "fuzz_targets.inc"
#undef NST_FUZZ_TARGET
  return nullptr;
}

void run(Target target, const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
  // Copies the input to memory of exactly its size, so that a sanitizer notices a read beyond its
  // end.
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  bytes.shrink_to_fit();
  target(bytes.data(), bytes.size());
}

}  // namespace

// The targets' mutators refer to this function of libFuzzer. Nothing calls it in nst-fuzz-replay.
std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) { return size; }

int main(int argc, char** argv) {
  const Target target = argc > 2 ? find(argv[1]) : nullptr;
  if (target == nullptr) {
    std::fprintf(stderr, "usage: nst-fuzz-replay TARGET FILE|FOLDER...; one of the targets is\n");
#define NST_FUZZ_TARGET(name) std::fprintf(stderr, "  %s\n", #name);
#include "fuzz_targets.inc"
#undef NST_FUZZ_TARGET
    return 2;
  }
  std::vector<fs::path> files;
  for (int i = 2; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) files.emplace_back(argv[i]);
    if (!fs::is_directory(argv[i])) continue;
    for (const auto& entry : fs::directory_iterator(argv[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) run(target, file);
  std::printf("%s: %zu inputs\n", argv[1], files.size());
  return files.empty() ? 1 : 0;
}
