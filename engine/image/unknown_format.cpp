// Recognises files that cannot be read as a picture, so that the error message can name their
// format.
#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "image/codec_impl.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

using std::string_view_literals::operator""sv;

constexpr const char* kConvert = "convert it to PNG or JPEG";
constexpr const char* kUnpack = "unpack it first";
constexpr const char* kAgain = "get the picture itself";
constexpr const char* kFrame = "save a frame of it as PNG or JPEG";

struct Known {
  std::size_t offset;
  std::string_view signature;
  const char* name;
  const char* advice;
};

// Formats that are recognised by their signatures; the first match counts. The signatures are taken
// from the definitions of the formats.
constexpr Known kKnown[] = {
    {0, "\x89PNG"sv, "PNG whose line ends were converted as if it were text",
     "copy it again, as binary"},
    {0, "\x8aMNG"sv, "MNG picture", kConvert},
    {0, "\x8bJNG"sv, "JNG picture", kConvert},
    {0, "IIRO"sv, "raw picture of a camera (ORF)", kConvert},
    {0, "IIRS"sv, "raw picture of a camera (ORF)", kConvert},
    {0, "IIU\0"sv, "raw picture of a camera (RW2)", kConvert},
    {0, "FUJIFILMCCD-RAW"sv, "raw picture of a camera (RAF)", kConvert},
    {0, "\0MRM"sv, "raw picture of a camera (MRW)", kConvert},
    {0, "FOVb"sv, "raw picture of a camera (X3F)", kConvert},
    {0, "II\xbc"sv, "JPEG XR picture", kConvert},
    {0, "\xff\x0a"sv, "JPEG XL picture", kConvert},
    {4, "JXL \r\n"sv, "JPEG XL picture", kConvert},
    {4, "jP  \r\n"sv, "JPEG 2000 picture", kConvert},
    {0, "\xff\x4f\xff\x51"sv, "JPEG 2000 picture", kConvert},
    {8, "CR\2\0"sv, "raw picture of a camera (CR2)", kConvert},
    {8, "AVI "sv, "film (AVI)", kFrame},
    {8, "WAVE"sv, "sound (WAV)", kAgain},
    {8, "ACON"sv, "Windows cursor", kConvert},
    {0, "8BPS"sv, "Photoshop picture (PSD)", kConvert},
    {0, "%PDF"sv, "PDF document", "save a page of it as PNG"},
    {0, "%!PS"sv, "PostScript document (EPS)", "save it as PNG"},
    {0, "\xc5\xd0\xd3\xc6"sv, "PostScript document (EPS)", "save it as PNG"},
    {0, "\0\0\1\0"sv, "icon (ICO)", kConvert},
    {0, "\0\0\2\0"sv, "Windows cursor (CUR)", kConvert},
    {0, "icns"sv, "icon of macOS (ICNS)", kConvert},
    {0, "v/1\1"sv, "OpenEXR picture", kConvert},
    {0, "#?RADIANCE"sv, "Radiance HDR picture", kConvert},
    {0, "#?RGBE"sv, "Radiance HDR picture", kConvert},
    {0, "qoif"sv, "QOI picture", kConvert},
    {0, "DDS "sv, "DDS texture", kConvert},
    {0, "\xabKTX"sv, "KTX texture", kConvert},
    {0, "\x13\xab\xa1\x5c"sv, "ASTC texture", kConvert},
    {0, "gimp xcf"sv, "GIMP picture (XCF)", kConvert},
    {0, "FLIF"sv, "FLIF picture", kConvert},
    {0, "BPG\xfb"sv, "BPG picture", kConvert},
    {0, "farbfeld"sv, "farbfeld picture", kConvert},
    {0, "SIMPLE  ="sv, "FITS picture", kConvert},
    {128, "DICM"sv, "DICOM picture", kConvert},
    {0, "\x59\xa6\x6a\x95"sv, "Sun raster picture", kConvert},
    {0, "\x01\xda"sv, "SGI picture", kConvert},
    {0, "\x0a\x05\x01"sv, "PCX picture", kConvert},
    {0, "\xd7\xcd\xc6\x9a"sv, "Windows metafile (WMF)", "save it as PNG"},
    {40, " EMF"sv, "Windows metafile (EMF)", "save it as PNG"},
    {0, "AT&TFORM"sv, "DjVu document", "save a page of it as PNG"},
    {8, "ILBM"sv, "ILBM picture", kConvert},
    {0, "/* XPM */"sv, "XPM picture", kConvert},
    {0, "#define "sv, "XBM picture or a program's text", kConvert},
    {0, "P7\n"sv, "PAM picture", "convert it to PNG, JPEG or PPM"},
    {0, "P7 332"sv, "thumbnail of xv", kConvert},
    {0, "PF\n"sv, "PFM picture of floats",
     "convert it to PNG, or save it as .npy (float32 [h, w, 3] in 0..1)"},
    {0, "Pf\n"sv, "PFM picture of floats",
     "convert it to PNG, or save it as .npy (float32 [h, w, 3] in 0..1)"},
    {0, "PF "sv, "PFM picture of floats", kConvert},
    {0, "Pf "sv, "PFM picture of floats", kConvert},
    {0, "PF\r"sv, "PFM picture of floats", kConvert},
    {0, "Pf\r"sv, "PFM picture of floats", kConvert},
    {0, "\x1a\x45\xdf\xa3"sv, "film (Matroska, WebM)", kFrame},
    {0, "\0\0\1\xba"sv, "film (MPEG)", kFrame},
    {0, "\0\0\1\xb3"sv, "film (MPEG)", kFrame},
    {0, "FLV\1"sv, "film (FLV)", kFrame},
    {0, "OggS"sv, "film or sound (Ogg)", kFrame},
    {0, "ID3"sv, "sound (MP3)", kAgain},
    {0, "PK\3\4"sv, "ZIP archive (or .npz, .docx, .kra, .pt)", kUnpack},
    {0, "\x1f\x8b"sv, "gzip archive", kUnpack},
    {0, "BZh"sv, "bzip2 archive", kUnpack},
    {0,
     "\xfd"
     "7zXZ"sv,
     "xz archive", kUnpack},
    {0, "7z\xbc\xaf"sv, "7z archive", kUnpack},
    {0, "Rar!"sv, "RAR archive", kUnpack},
    {0, "\x28\xb5\x2f\xfd"sv, "Zstandard archive", kUnpack},
    {257, "ustar"sv, "tar archive", kUnpack},
    {0, "\0\5\x16\7"sv, "macOS attachment (._ file) without a picture",
     "use the file without ._ before its name"},
    {0, "\0\5\x16\0"sv, "macOS attachment (AppleSingle)", kAgain},
    {0, "version https://git-lfs"sv, "Git LFS pointer, not the picture itself", "run git lfs pull"},
    {0, "data:image/"sv, "data URL", "decode its base64 part into a file"},
    {4, "TFL3"sv, "model (TFLite)", "convert it with nst-weights and give it with -m"},
    {0, "\x89HDF"sv, "HDF5 file", kConvert},
    {0, "SQLite format 3"sv, "database", kAgain},
    {0,
     "\x7f"
     "ELF"sv,
     "program", kAgain},
    {0, "MZ"sv, "program", kAgain},
};

bool has(Bytes bytes, std::size_t offset, std::string_view signature) {
  return bytes.size() >= offset + signature.size() &&
         std::memcmp(bytes.data() + offset, signature.data(), signature.size()) == 0;
}

using Brands = std::span<const std::string_view>;
constexpr std::string_view kAvifBrands[] = {"avif", "avis", "avio"};
constexpr std::string_view kHeifBrands[] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm",
                                            "hevs", "mif1", "mif2", "msf1", "miaf", "MiHE"};

bool is_media(Bytes bytes) { return has(bytes, 4, "ftyp") && bytes.size() >= 12; }

// Returns true if an ISO base media file (ISO/IEC 14496-12, 4.3) has one of these brands. All its
// brands are searched: in a HEIF picture, the first one (major brand) may be general, and only one
// of the compatible brands may name the format.
bool has_brand(Bytes bytes, Brands brands) {
  const std::size_t box = std::size_t{bytes[0]} << 24 | std::size_t{bytes[1]} << 16 |
                          std::size_t{bytes[2]} << 8 | bytes[3];
  const std::size_t end =
      std::min({bytes.size(), std::max<std::size_t>(box, 16), std::size_t{1024}});
  // Skips bytes 12 to 15, which are a version and not a brand.
  for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {
    for (const std::string_view brand : brands) {
      if (has(bytes, at, brand)) return true;
    }
  }
  return false;
}

// Throws for ISO base media files that are not HEIF pictures. The message names the kind of file.
void check_media(const Input& input) {
  const Bytes bytes = input.bytes;
  if (!is_media(bytes)) return;
  constexpr std::string_view kJxl[] = {"jxl "}, kJp2[] = {"jp2 ", "jpx ", "jph "};
  constexpr std::string_view kRaw[] = {"crx "};
  if (has_brand(bytes, kJxl)) input.fail_unread("JPEG XL picture", kConvert);
  if (has_brand(bytes, kJp2)) input.fail_unread("JPEG 2000 picture", kConvert);
  if (has_brand(bytes, kRaw)) input.fail_unread("raw picture of a camera (CR3)", kConvert);
  input.fail_unread("film (MP4, MOV)", kFrame);
}

// Returns the beginning of a file as lower-case ASCII. A byte order mark, and the zero bytes of
// UTF-16, are removed.
std::string text_of(Bytes bytes) {
  constexpr std::size_t kMost = 4096;
  std::string text;
  const bool wide = has(bytes, 0, "\xff\xfe") || has(bytes, 0, "\xfe\xff");
  if (wide) bytes = bytes.subspan(2);
  if (has(bytes, 0, "\xef\xbb\xbf")) bytes = bytes.subspan(3);
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), kMost))) {
    if (wide && byte == 0) continue;
    const char c = static_cast<char>(byte);
    text.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
  return text;
}

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= ' ' || (byte >= '\t' && byte <= '\r');
  });
}

[[noreturn]] void fail_no_picture(const Input& input, const char* what, const char* advice) {
  throw Error(ErrorCode::input, input.name + ": " + what + ", not a picture; " + advice);
}

void check_text(const Input& input) {
  const std::string text = text_of(input.bytes);
  const auto contains = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (text.starts_with("<")) {
    const std::size_t svg = text.find("<svg");
    const std::size_t html = std::min(text.find("<html"), text.find("<!doctype html"));
    if (svg < html || contains("<!doctype svg") || contains("<svg:svg")) {
      input.fail_unread("SVG drawing", "save it as PNG");
    }
    if (html != std::string::npos || contains("<head") || contains("<body")) {
      fail_no_picture(input, "a web page (HTML)", "download the picture itself");
    }
    fail_no_picture(input, "XML text", "download the picture itself");
  }
  if (!text.empty() && is_printable(text)) {
    const bool json = text.starts_with("{") || text.starts_with("[");
    fail_no_picture(input, json ? "JSON text" : "text", kAgain);
  }
}

}  // namespace

bool is_tiff(Bytes bytes) {
  // Canon's raw pictures (CR2) begin like TIFF files, but have this second signature.
  if (has(bytes, 8, "CR\2\0"sv)) return false;
  return has(bytes, 0, "II*\0"sv) || has(bytes, 0, "MM\0*"sv) || has(bytes, 0, "II+\0"sv) ||
         has(bytes, 0, "MM\0+"sv);
}

bool is_heif(Bytes bytes) {
  return is_media(bytes) && (has_brand(bytes, kAvifBrands) || has_brand(bytes, kHeifBrands));
}

const char* heif_name(Bytes bytes) {
  return is_media(bytes) && has_brand(bytes, kAvifBrands) ? "AVIF" : "HEIC";
}

void fail_unknown(const Input& input) {
  const Bytes bytes = input.bytes;
  if (bytes.empty()) {
    throw Error(ErrorCode::input, input.name + ": the file is empty; get it again");
  }
  for (const Known& known : kKnown) {
    if (has(bytes, known.offset, known.signature)) input.fail_unread(known.name, known.advice);
  }
  check_media(input);
  if (bytes.size() > 9 && bytes[8] == '{' && has(bytes, 4, "\0\0\0\0"sv)) {
    fail_no_picture(input, "a model (safetensors)", "give it with -m");
  }
  check_text(input);
  if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; })) {
    throw Error(ErrorCode::input,
                input.name + ": nothing but zeros, a broken copy; get the file again");
  }
  throw Error(ErrorCode::input,
              input.name +
                  ": not a picture in a known format (JPEG, PNG, BMP, TGA, GIF, "
                  "PPM, TIFF, WebP, HEIC, AVIF, .npy); convert it to PNG or JPEG");
}

}  // namespace nst::codec
