#include "style.hpp"

#include <cstring>

namespace nst::run {
namespace {

bool has_npy_signature(Bytes bytes) {
  constexpr char kSignature[] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};
  return bytes.size() >= sizeof kSignature &&
         std::memcmp(bytes.data(), kSignature, sizeof kSignature) == 0;
}

// Returns the error's message without the file name at its start.
std::string reason(const Error& error, const std::string& name) {
  const std::string message = error.what();
  return message.starts_with(name + ": ") ? message.substr(name.size() + 2) : message;
}

}  // namespace

DecodedStyle decode_style(
    Bytes bytes, const std::string& name,
    const std::function<Image(Bytes bytes, const std::string& name)>& decode_picture) {
  if (!has_npy_signature(bytes)) return decode_picture(bytes, name);
  try {
    return StyleVector::decode(bytes, name);
  } catch (const Error& as_vector) {
    try {
      return decode_picture(bytes, name);
    } catch (const Error& as_picture) {
      if (std::strcmp(as_vector.what(), as_picture.what()) == 0) throw;
      throw Error(ErrorCode::input, name + ": as a style vector: " + reason(as_vector, name) +
                                        "; as a picture: " + reason(as_picture, name));
    }
  }
}

bool is_style_name(const std::string& argument) { return argument.starts_with('@'); }

StyleVector named_style(const std::string& argument) {
  try {
    return StyleVector::named(argument.substr(1));
  } catch (const Error& error) {
    throw Error(error.code(), argument + ": " + error.what() +
                                  "; nst-run styles lists all, a file of that name is ./" +
                                  argument);
  }
}

}  // namespace nst::run
