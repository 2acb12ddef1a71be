// BMP, TGA and GIF pictures. A TGA's header is looked at before it is decoded, as decode_image
// does; the other two get their signature put over the input's beginning as well.
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
