#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "model/pseudo_random.hpp"

using nst::Bytes;

namespace {

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<std::uint8_t> random_bytes(std::size_t count, std::uint64_t seed) {
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<std::uint8_t>(nst::splitmix64(seed + i));
  }
  return bytes;
}

}  // namespace

TEST_CASE("CRC-32C gives the values of RFC 3720 appendix B.4") {
  const std::vector<std::uint8_t> zeros(32, 0x00);
  const std::vector<std::uint8_t> ones(32, 0xff);
  std::vector<std::uint8_t> ascending(32);
  std::iota(ascending.begin(), ascending.end(), std::uint8_t{0});
  for (const auto crc : {nst::crc32c, nst::crc32c_portable}) {
    CHECK(crc(zeros, 0) == 0x8a9136aau);
    CHECK(crc(ones, 0) == 0x62a8ab43u);
    CHECK(crc(ascending, 0) == 0x46dd794eu);
    CHECK(crc(as_bytes("123456789"), 0) == 0xe3069283u);
    CHECK(crc({}, 0) == 0u);
  }
}

TEST_CASE("CRC-32C does not depend on how the bytes are cut, and both versions agree") {
  constexpr std::uint64_t kSeed = 1;
  INFO("seed " << kSeed);
  const auto bytes = random_bytes(200, kSeed);
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    // Takes the last n bytes. They begin at another address for each n, so all alignments are
    // tested.
    const Bytes all = Bytes(bytes).subspan(bytes.size() - n);
    const std::uint32_t whole = nst::crc32c(all);
    REQUIRE(whole == nst::crc32c_portable(all));
    REQUIRE(whole == nst::crc32c(all.subspan(n / 3), nst::crc32c(all.first(n / 3))));
  }
}

TEST_CASE("The masked CRC is LevelDB's") {
  // LevelDB masks a checksum by the formula ((crc >> 15) | (crc << 17)) + 0xa282ead8, which is in
  // its util/crc32c.h. The expected value for crc = 1 was computed from it by hand.
  CHECK(nst::mask_crc32c(0) == 0xa282ead8u);
  CHECK(nst::mask_crc32c(1) == 0xa284ead8u);
}

TEST_CASE("SHA-256 gives the FIPS 180-4 example values") {
  CHECK(nst::sha256_hex({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(nst::sha256_hex(as_bytes("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(nst::sha256_hex(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(nst::sha256_hex(as_bytes(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 does not depend on how the bytes are cut") {
  const auto bytes = random_bytes(300, 2);
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    nst::Sha256 hash;
    hash.update(Bytes(bytes).first(n));
    hash.update(Bytes(bytes).subspan(n));
    REQUIRE(hash.finish_hex() == nst::sha256_hex(bytes));
    nst::Sha256 prefix;
    for (std::size_t i = 0; i < n; i += 7) {
      prefix.update(Bytes(bytes).subspan(i, std::min<std::size_t>(7, n - i)));
    }
    REQUIRE(prefix.finish_hex() == nst::sha256_hex(Bytes(bytes).first(n)));
  }
}
