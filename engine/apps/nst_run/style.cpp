#include "style.hpp"

#include <cstring>
#include <fstream>

namespace nst::run {
namespace {

bool has_npy_signature(const std::string& path) {
  char start[6] = {};
  std::ifstream file(path, std::ios::binary);
  return file.read(start, sizeof start) && std::memcmp(start, "\x93NUMPY", sizeof start) == 0;
}

// The message without the file's name in front.
std::string reason(const Error& error, const std::string& path) {
  const std::string message = error.what();
  return message.starts_with(path + ": ") ? message.substr(path.size() + 2) : message;
}

}  // namespace

Style read_style(const std::string& path,
                 const std::function<Image(const std::string& path)>& read_picture) {
  if (!has_npy_signature(path)) return read_picture(path);
  try {
    return StyleVector::load(path);
  } catch (const Error& as_vector) {
    try {
      return read_picture(path);
    } catch (const Error& as_picture) {
      if (std::strcmp(as_vector.what(), as_picture.what()) == 0) throw;
      throw Error(ErrorCode::input, path + ": as a style vector: " + reason(as_vector, path) +
                                        "; as a picture: " + reason(as_picture, path));
    }
  }
}

}  // namespace nst::run
