// Checksums of the file formats: CRC-32C (Castagnoli) and SHA-256.
#pragma once

#include <cstdint>
#include <string>

#include "base/byte_reader.hpp"

namespace nst {

// CRC-32C of `bytes`, continuing from `crc` (0 to start). RFC 3720 §12.1 polynomial, reflected
// 0x82F63B78.
std::uint32_t crc32c(Bytes bytes, std::uint32_t crc = 0);

// The rotated form that LevelDB tables and TensorFlow checkpoints store (leveldb util/crc32c.h:
// rotate right by 15, add 0xa282ead8).
std::uint32_t mask_crc32c(std::uint32_t crc);

// Lower-case hexadecimal SHA-256 (FIPS 180-4).
std::string sha256_hex(Bytes bytes);

}  // namespace nst
