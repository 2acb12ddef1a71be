// Fuzzes saved_model.pb in an archive, together with a fixed bundle of two variables.
#include "fuzz/sources.hpp"
#include "weights_tool/find_model.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  // The entry of each variable in the table, a BundleEntryProto. Its fields by number: 1 is the
  // dtype (float), 2 the shape ([1]), 4 the offset (absent), 5 the size (4 bytes), 6 the crc.
  static const std::string entry("\x08\x01\x12\x04\x12\x02\x08\x01\x28\x04\x35\0\0\0\0", 15);
  static const std::vector<std::uint8_t> table =
      fuzz::make_table({{"", std::string("\x08\x01", 2)}, {"a", entry}, {"b", entry}});
  static const std::vector<std::uint8_t> shard(16, 0);
  fuzz::open_and_read([&] {
    return weights::find_model(
        fuzz::several_files({{"saved_model.pb", {data, size}},
                             {"variables/variables.index", table},
                             {"variables/variables.data-00000-of-00001", shard}}),
        "archive");
  });
  return 0;
}
