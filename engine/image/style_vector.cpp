// Style vectors: blending, and their files.
#include <algorithm>

#include "base/text.hpp"
#include "image/npy.hpp"
#include "image/samples.hpp"
#include "nst/nst.hpp"
#include "platform/file.hpp"
#include "platform/float_environment.hpp"

namespace nst {

StyleVector StyleVector::blend(const StyleVector& a, const StyleVector& b, float weight) {
  const DefaultFloatEnvironment environment;
  StyleVector mix;
  for (std::size_t i = 0; i < kSize; ++i) {
    mix.values[i] = (1.0f - weight) * a.values[i] + weight * b.values[i];
  }
  return mix;
}

StyleVector StyleVector::load(const std::string& path) {
  return decode(FileContents(path, ErrorCode::input).bytes(), one_line(path));
}

StyleVector StyleVector::decode(Bytes bytes, const std::string& name) {
  const NpyArray array = decode_npy(bytes, name);
  if (array.shape != std::vector<std::int64_t>{kSize}) {
    throw Error(ErrorCode::input, name + ": an array of shape " + numpy_shape(array.shape) +
                                      " is no style vector; that has shape (100,)");
  }
  StyleVector style;
  std::copy(array.values.begin(), array.values.end(), style.values.begin());
  check_style(style, name);
  return style;
}

std::vector<std::uint8_t> StyleVector::encode() const { return encode_npy({kSize}, values.data()); }

void StyleVector::save(const std::string& path) const { write_file_atomically(path, encode()); }

}  // namespace nst
