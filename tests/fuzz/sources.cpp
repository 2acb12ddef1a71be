#include "fuzz/sources.hpp"

#include <map>

#include "support/table_writer.hpp"

namespace nst::fuzz {

weights::FileSet several_files(const std::vector<std::pair<std::string, Bytes>>& files) {
  std::map<std::string, weights::FileData> members;
  for (const auto& [name, bytes] : files) members[name] = {bytes, std::make_shared<int>()};
  return weights::FileSet::members("archive", members);
}

std::vector<std::uint8_t> make_table(Bytes block, std::uint8_t block_type) {
  test::TableWriter writer;
  const std::string data = writer.raw_block({block.begin(), block.end()}, block_type);
  const std::string table = writer.table({data});
  return {table.begin(), table.end()};
}

std::vector<std::uint8_t> make_table(
    const std::vector<std::pair<std::string, std::string>>& entries) {
  test::TableWriter writer;
  std::vector<test::TableEntry> block;
  for (const auto& [key, value] : entries) block.push_back({0, key, value});
  const std::string data = writer.block(block);
  const std::string table = writer.table({data});
  return {table.begin(), table.end()};
}

}  // namespace nst::fuzz
