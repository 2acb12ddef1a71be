// Fuzzes sorted string tables. The input is read as a whole file, and as the only block of a table
// with correct checksums.
#include "fuzz/sources.hpp"
#include "weights_tool/sstable.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  const Bytes bytes(data, size);
  fuzz::must_answer([&] { weights::read_sstable(bytes, "table"); });
  fuzz::must_answer([&] { weights::read_sstable(fuzz::make_table(bytes, 0), "table"); });
  fuzz::open_and_read([&] { return weights::open_checkpoint_v1(fuzz::one_file("f", bytes), "f"); });
  return 0;
}
