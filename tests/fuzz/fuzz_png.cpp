// Fuzzes the decoder of PNG files.
#include "fuzz/pictures.hpp"
#include "image/png_chunks.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  nst::fuzz::decode(nst::codec::decode_png, {data, size});
  return 0;
}

// Changes the input and then, in seven of eight cases, corrects the checksums of all chunks. With
// wrong checksums, most inputs would be refused at once.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 8 == 0) return size;
  const auto big_endian = [](const std::uint8_t* b) {
    return std::size_t{b[0]} << 24 | std::size_t{b[1]} << 16 | std::size_t{b[2]} << 8 | b[3];
  };
  // In bytes: the signature of a PNG; a chunk's length, type and checksum, which surround its body.
  constexpr std::size_t kSignature = 8, kAround = 12;
  for (std::size_t at = kSignature; at + kAround <= size;) {
    const std::size_t body = big_endian(data + at);
    if (body > size - at - kAround) break;
    const std::uint32_t crc = nst::codec::crc32({data + at + 4, body + 4}, 0);
    std::uint8_t* stored = data + at + 8 + body;
    for (int i = 0; i < 4; ++i) stored[i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    at += kAround + body;
  }
  return size;
}
