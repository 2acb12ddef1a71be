// In builds without libtiff, libwebp or libheif, these functions replace the missing codecs. They
// throw errors which name the missing library.
#include "image/codec_impl.hpp"

namespace nst::codec {
namespace {

[[noreturn, maybe_unused]] void refuse(const Input& input, const char* what, const char* library) {
  input.fail_unread(std::string(what) + " picture", std::string("this program was built without ") +
                                                        library + "; convert it to PNG or JPEG");
}

[[noreturn, maybe_unused]] void refuse_to_write(const char* what, const char* library) {
  throw Error(ErrorCode::usage, std::string(what) +
                                    " is not written: this program was built without " + library +
                                    "; write PNG or JPEG");
}

}  // namespace

#ifndef NST_HAVE_TIFF
Image decode_tiff(const Input& input) { refuse(input, "TIFF", "libtiff"); }
std::vector<std::uint8_t> encode_tiff(const ImageView&, const EncodeOptions&) {
  refuse_to_write("TIFF", "libtiff");
}
#endif

#ifndef NST_HAVE_WEBP
Image decode_webp(const Input& input) { refuse(input, "WebP", "libwebp"); }
std::vector<std::uint8_t> encode_webp(const ImageView&, const EncodeOptions&) {
  refuse_to_write("WebP", "libwebp");
}
#endif

#ifndef NST_HAVE_HEIF
Image decode_heif(const Input& input) { refuse(input, heif_name(input.bytes), "libheif"); }
#endif

}  // namespace nst::codec
