// Checksums that file formats use: CRC-32C (Castagnoli) and SHA-256.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/byte_reader.hpp"

namespace nst {

// Continues a checksum: returns the CRC-32C of all bytes so far. `crc` is the CRC-32C of the bytes
// before `bytes`, or 0 if there are none. The polynomial is that of RFC 3720 §12.1, reflected
// 0x82F63B78. Uses the CPU's CRC instruction if the CPU has one.
std::uint32_t crc32c(Bytes bytes, std::uint32_t crc = 0);
// Returns the same as crc32c, computed with tables instead of a CRC instruction. For CPUs without
// the instruction, and for tests.
std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t crc = 0);

// Returns the masked form of a CRC, which LevelDB tables and TensorFlow checkpoints store: rotated
// right by 15 bits, plus 0xa282ead8 (leveldb util/crc32c.h).
std::uint32_t mask_crc32c(std::uint32_t crc);

// The SHA-256 (FIPS 180-4) of all bytes given to update(), in sequence.
class Sha256 {
 public:
  void update(Bytes bytes);
  // Returns the hash in lower-case hexadecimal. The object cannot be used afterwards.
  std::string finish_hex();

 private:
  // The initial state of FIPS 180-4 §5.3.3, made from the square roots of the first eight primes.
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> pending_{};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

// Returns the SHA-256 of `bytes` in lower-case hexadecimal.
std::string sha256_hex(Bytes bytes);

}  // namespace nst
