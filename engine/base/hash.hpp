// Checksums of the file formats: CRC-32C (Castagnoli) and SHA-256.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/byte_reader.hpp"

namespace nst {

// CRC-32C of `bytes`, continuing from `crc` (0 to start). RFC 3720 §12.1 polynomial, reflected
// 0x82F63B78. Uses the CPU's instruction where there is one.
std::uint32_t crc32c(Bytes bytes, std::uint32_t crc = 0);
// The same without special instructions: what other CPUs run, and the tests compare.
std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t crc = 0);

// The rotated form that LevelDB tables and TensorFlow checkpoints store (leveldb util/crc32c.h:
// rotate right by 15, add 0xa282ead8).
std::uint32_t mask_crc32c(std::uint32_t crc);

// SHA-256 (FIPS 180-4) of the concatenation of everything given to update().
class Sha256 {
 public:
  void update(Bytes bytes);
  // Lower-case hexadecimal; the object is spent afterwards.
  std::string finish_hex();

 private:
  // FIPS 180-4 §5.3.3: the square roots of the first eight primes.
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> pending_{};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

// Lower-case hexadecimal SHA-256 of `bytes`.
std::string sha256_hex(Bytes bytes);

}  // namespace nst
