// Fuzzes TensorFlow checkpoints of version 2. The index is a table with correct checksums that
// contains any keys and protobufs. The data file (shard) is always the same.
//
// The input is a list of entries. Each entry has a byte for the key's length, a byte for the
// value's length, the key and the value.
#include <map>

#include "fuzz/sources.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  std::map<std::string, std::string> entries;
  const auto* text = reinterpret_cast<const char*>(data);
  for (std::size_t at = 0; at + 2 <= size;) {
    const std::size_t key = data[at] % 96u, value = data[at + 1];
    at += 2;
    if (key + value > size - at) break;
    entries[std::string(text + at, key)] = std::string(text + at + key, value);
    at += key + value;
  }
  static const std::vector<std::uint8_t> shard(4096, 0x3f);
  const std::vector<std::uint8_t> table = fuzz::make_table(
      std::vector<std::pair<std::string, std::string>>(entries.begin(), entries.end()));
  fuzz::open_and_read([&] {
    return weights::open_tensorflow(
        fuzz::several_files({{"m.index", table}, {"m.data-00000-of-00001", shard}}), "m", "bundle");
  });
  return 0;
}
