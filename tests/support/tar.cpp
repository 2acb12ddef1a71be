#include "support/tar.hpp"

#include <cstdio>
#include <cstring>

namespace nst::test {

std::vector<std::uint8_t> tar_of(const std::vector<std::pair<std::string, Bytes>>& files) {
  constexpr std::size_t kBlock = 512;
  std::vector<std::uint8_t> tar;
  for (const auto& [name, bytes] : files) {
    char header[kBlock] = {};
    std::snprintf(header, 100, "%s", name.c_str());
    std::memcpy(header + 100, "0000644", 8);
    std::snprintf(header + 124, 12, "%011llo", static_cast<unsigned long long>(bytes.size()));
    std::memcpy(header + 136, "00000000000", 12);
    header[156] = '0';
    std::memcpy(header + 257, "ustar\00000", 8);
    // The header's checksum is computed while its own field contains blanks.
    std::memset(header + 148, ' ', 8);
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    std::snprintf(header + 148, 8, "%06o", sum);
    tar.insert(tar.end(), header, header + kBlock);
    tar.insert(tar.end(), bytes.begin(), bytes.end());
    tar.resize((tar.size() + kBlock - 1) / kBlock * kBlock);
  }
  tar.resize(tar.size() + 2 * kBlock);  // two blocks of zeros end an archive
  return tar;
}

}  // namespace nst::test
