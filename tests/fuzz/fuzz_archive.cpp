// Fuzzes archives: unpacks their members and looks for a model among them.
#include "fuzz/sources.hpp"
#include "weights_tool/find_model.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  weights::ArchiveLimits limits;
  limits.max_bytes = limits.always_bytes = std::uint64_t{16} << 20;
  limits.max_names_bytes = std::uint64_t{1} << 20;
  fuzz::open_and_read([&] {
    return weights::find_model(weights::FileSet::archive("f.tar", {data, size}, limits), "f.tar");
  });
  return 0;
}
