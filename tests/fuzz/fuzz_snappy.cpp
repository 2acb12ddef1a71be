// Fuzzes the snappy decompression of a sorted table's block. The block's checksum is correct.
#include "fuzz/sources.hpp"
#include "weights_tool/sstable.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  fuzz::must_answer([&] { weights::read_sstable(fuzz::make_table({data, size}, 1), "table"); });
  return 0;
}
