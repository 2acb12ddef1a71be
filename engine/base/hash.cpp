#include "base/hash.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nst {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82F63B78u;

// tables[k][b] is the CRC of byte b followed by k zero bytes (slicing-by-8, Kounavis & Berry 2005).
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) ? kCastagnoli : 0u);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      const std::uint32_t previous = tables[k - 1][b];
      tables[k][b] = (previous >> 8) ^ tables[0][previous & 0xffu];
    }
  }
  return tables;
}

constexpr CrcTables kTables = make_crc_tables();

std::uint32_t update_tables(const std::uint8_t* p, std::size_t n, std::uint32_t crc) {
  for (; n >= 8; p += 8, n -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kTables[7 - k][(word >> (8 * k)) & 0xffu];
  }
  for (; n > 0; ++p, --n) crc = (crc >> 8) ^ kTables[0][(crc ^ *p) & 0xffu];
  return crc;
}

#if defined(__x86_64__)
// A linear map of CRCs over GF(2), as a matrix: column i is the image of a CRC in which only bit i
// is set.
using CrcOperator = std::array<std::uint32_t, 32>;

constexpr std::uint32_t advanced_by(const CrcOperator& columns, std::uint32_t crc) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; crc != 0; crc >>= 1, ++i) sum ^= (crc & 1u) ? columns[i] : 0u;
  return sum;
}

// Returns the map from a CRC to the CRC after 2^log2_bytes further zero bytes.
constexpr CrcOperator zero_bytes(int log2_bytes) {
  CrcOperator columns{};
  for (std::size_t i = 0; i < 32; ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    columns[i] = (bit >> 8) ^ kTables[0][bit & 0xffu];
  }
  for (; log2_bytes > 0; --log2_bytes) {
    CrcOperator twice{};
    for (std::size_t i = 0; i < 32; ++i) twice[i] = advanced_by(columns, columns[i]);
    columns = twice;
  }
  return columns;
}

// The size of a stripe of the data, in bytes. The CPU computes the CRCs of three stripes at the
// same time. Stripes are so long that joining their CRCs costs almost nothing.
constexpr int kLog2Stripe = 12;
constexpr std::size_t kStripe = std::size_t{1} << kLog2Stripe;
constexpr CrcOperator kPastStripe = zero_bytes(kLog2Stripe);

inline std::uint64_t word_at(const std::uint8_t* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

// Updates a CRC with the CPU's CRC instruction, for three stripes of the data at a time. The
// instruction takes three cycles, but one can start in every cycle (Gopal et al. 2011, Intel: Fast
// CRC Computation Using CRC32 Instruction). The attribute allows the instruction in this function
// only, so that the file still compiles for every x86-64.
__attribute__((target("sse4.2"))) std::uint32_t update_sse42(const std::uint8_t* p, std::size_t n,
                                                             std::uint32_t crc) {
  for (; n >= 3 * kStripe; p += 3 * kStripe, n -= 3 * kStripe) {
    std::uint64_t a = crc;
    std::uint64_t b = 0;
    std::uint64_t c = 0;
    for (std::size_t i = 0; i < kStripe; i += 8) {
      a = _mm_crc32_u64(a, word_at(p + i));
      b = _mm_crc32_u64(b, word_at(p + kStripe + i));
      c = _mm_crc32_u64(c, word_at(p + 2 * kStripe + i));
    }
    crc = advanced_by(kPastStripe, static_cast<std::uint32_t>(a)) ^ static_cast<std::uint32_t>(b);
    crc = advanced_by(kPastStripe, crc) ^ static_cast<std::uint32_t>(c);
  }
  std::uint64_t wide = crc;
  for (; n >= 8; p += 8, n -= 8) wide = _mm_crc32_u64(wide, word_at(p));
  crc = static_cast<std::uint32_t>(wide);
  for (; n > 0; ++p, --n) crc = _mm_crc32_u8(crc, *p);
  return crc;
}
#endif

// The round constants of FIPS 180-4 §4.2.2: the first 32 bits of the fractional parts of the cube
// roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kSha256Rounds = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void sha256_block(std::array<std::uint32_t, 8>& state, const std::uint8_t* block) {
  std::array<std::uint32_t, 64> w;
  for (std::size_t i = 0; i < 16; ++i) {
    w[i] = static_cast<std::uint32_t>(block[4 * i]) << 24 |
           static_cast<std::uint32_t>(block[4 * i + 1]) << 16 |
           static_cast<std::uint32_t>(block[4 * i + 2]) << 8 | block[4 * i + 3];
  }
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kSha256Rounds[i] + w[i];
    const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const std::array<std::uint32_t, 8> worked = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += worked[i];
}

}  // namespace

std::uint32_t crc32c(Bytes bytes, std::uint32_t crc) {
#if defined(__x86_64__)
  static const bool has_sse42 = __builtin_cpu_supports("sse4.2");
  if (has_sse42) return ~update_sse42(bytes.data(), bytes.size(), ~crc);
#endif
  return ~update_tables(bytes.data(), bytes.size(), ~crc);
}

std::uint32_t crc32c_portable(Bytes bytes, std::uint32_t crc) {
  return ~update_tables(bytes.data(), bytes.size(), ~crc);
}

std::uint32_t mask_crc32c(std::uint32_t crc) { return std::rotr(crc, 15) + 0xa282ead8u; }

void Sha256::update(Bytes bytes) {
  total_bytes_ += bytes.size();
  while (!bytes.empty()) {
    if (pending_bytes_ == 0 && bytes.size() >= pending_.size()) {
      sha256_block(state_, bytes.data());
      bytes = bytes.subspan(pending_.size());
      continue;
    }
    const std::size_t n = std::min(bytes.size(), pending_.size() - pending_bytes_);
    std::memcpy(pending_.data() + pending_bytes_, bytes.data(), n);
    pending_bytes_ += n;
    bytes = bytes.subspan(n);
    if (pending_bytes_ == pending_.size()) {
      sha256_block(state_, pending_.data());
      pending_bytes_ = 0;
    }
  }
}

std::string Sha256::finish_hex() {
  const std::uint64_t total_bits = total_bytes_ * 8;
  static constexpr std::array<std::uint8_t, 64> kPadding = {0x80};
  // Pads the data as FIPS 180-4 §5.1.1 requires. The padding is the byte 0x80, then zeros until the
  // length is 56 modulo 64 bytes. Last comes the number of data bits, big-endian in 8 bytes.
  update(Bytes(kPadding).first(1 + (119 - pending_bytes_) % 64));
  std::array<std::uint8_t, 8> length;
  for (std::size_t i = 0; i < 8; ++i) {
    length[i] = static_cast<std::uint8_t>(total_bits >> (56 - 8 * i));
  }
  update(length);
  std::string hex;
  for (const std::uint32_t word : state_) {
    for (int shift = 28; shift >= 0; shift -= 4) hex += "0123456789abcdef"[(word >> shift) & 0xfu];
  }
  return hex;
}

std::string sha256_hex(Bytes bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish_hex();
}

}  // namespace nst
