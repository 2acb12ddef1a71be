// Takes PNG files apart and puts chunks into them, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "image/compose.hpp"
#include "image/png_chunks.hpp"

namespace nst::test {

using File = std::vector<std::uint8_t>;

// Returns a chunk with its checksum. The checksum is wrong if `crc_error` is not 0.
inline File chunk(const std::string& type, const File& body, std::uint32_t crc_error = 0) {
  FileBytes checked;
  checked.text(type).add(body);
  const std::uint32_t crc = nst::codec::crc32(checked.bytes) ^ crc_error;
  return FileBytes{}.be32(body.size()).add(checked.bytes).be32(crc).bytes;
}

// Returns the offset in the PNG file of the first chunk of this type, such as "IDAT".
inline std::size_t find(const File& file, const std::string& type) {
  const auto at = std::search(file.begin(), file.end(), type.begin(), type.end());
  REQUIRE(at != file.end());
  return static_cast<std::size_t>(at - file.begin()) - 4;
}

// Returns the file with the bytes `more` inserted before the first chunk of this type.
inline File with(File file, const std::string& type, const File& more) {
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(find(file, type)), more.begin(),
              more.end());
  return file;
}

// Returns the file without its first chunk of this type.
inline File without(File file, const std::string& type) {
  const std::size_t at = find(file, type);
  const std::size_t size = 12 + file[at + 2] * 256u + file[at + 3];
  file.erase(file.begin() + static_cast<std::ptrdiff_t>(at),
             file.begin() + static_cast<std::ptrdiff_t>(at + size));
  return file;
}

// Returns a zlib stream that stores its data without compression (RFC 1950, 1951), with right
// checksums.
inline File stored(const File& data) {
  FileBytes out;
  out.u8(0x78).u8(1);
  std::uint32_t a = 1, b = 0;
  for (const std::uint8_t byte : data) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  for (std::size_t i = 0; i < data.size(); i += 65535) {
    const std::size_t size = std::min<std::size_t>(65535, data.size() - i);
    out.u8(i + size == data.size() ? 1 : 0).u16(size).u16(~size);
    out.add({data.begin() + static_cast<std::ptrdiff_t>(i),
             data.begin() + static_cast<std::ptrdiff_t>(i + size)});
  }
  return out.be32(b << 16 | a).bytes;
}

}  // namespace nst::test
