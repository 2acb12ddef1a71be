// Fuzzes BMP, TGA and GIF pictures. The input is decoded as TGA if it looks like a TGA header, as
// decode_image does. It is also decoded as BMP and GIF, with its first bytes replaced by the
// signature.
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
