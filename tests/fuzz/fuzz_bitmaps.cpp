// Fuzzes BMP, TGA and GIF pictures. The input is decoded as TGA if its header looks like one of
// TGA; decode_image uses the same check. The input is also decoded as BMP and as GIF, after its
// first bytes have been replaced by the format's signature.
#include "fuzz/pictures.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  if (codec::looks_like_tga({data, size})) fuzz::decode(codec::decode_tga, {data, size});
  std::vector<std::uint8_t> copy(data, data + size);
  if (size >= 6) {
    std::memcpy(copy.data(), "BM", 2);
    fuzz::decode(codec::decode_bmp, copy);
    std::memcpy(copy.data(), "GIF89a", 6);
    fuzz::decode(codec::decode_gif, copy);
  }
  return 0;
}
