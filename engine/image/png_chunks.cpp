#include "image/png_chunks.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#ifdef NST_HAVE_PNG
#include <zlib.h>
#endif

namespace nst::codec {
namespace {

constexpr const char* kFormat = "PNG";
enum ColourType : unsigned { kGrey = 0, kRgb = 2, kPalette = 3, kGreyAlpha = 4, kRgba = 6 };

std::uint32_t big_endian(Bytes b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

struct Chunk {
  std::string_view type;
  Bytes body;
  Bytes checked;           // the bytes that the checksum covers: type and body
  std::uint32_t checksum;  // checksum stored in the file

  bool is_intact() const { return crc32(checked) == checksum; }
};

// Returns true if `type` differs by a single bit from the type of a chunk that changes the picture.
// Such a chunk is probably a damaged one, which NST must not silently skip.
bool is_almost_known(std::string_view type) {
  for (const std::string_view known : {"IHDR", "PLTE", "IDAT", "tRNS", "eXIf", "iCCP", "cICP"}) {
    int differing = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      differing += std::popcount(static_cast<unsigned char>(type[i] ^ known[i]));
    }
    if (differing == 1) return true;
  }
  return false;
}

// Returns the bytes of a profile that ImageMagick has stored as text. The text is "\nexif\n
// <length>\n", followed by lines of hexadecimal digits.
std::vector<std::uint8_t> raw_profile(std::string_view text) {
  // Skips the three lines before the digits: an empty line, the name and the length.
  for (int line = 0; line < 3; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::vector<std::uint8_t> block;
  unsigned value = 0;
  int digits = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ') continue;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) break;
    value = value * 16 + static_cast<unsigned>(digit);
    if (++digits % 2 == 0) block.push_back(static_cast<std::uint8_t>(value));
    value &= 15;
  }
  return block;
}

class Walk {
 public:
  explicit Walk(const Input& input) : input_(input), reader_(input.reader()) {}

  PngChunks run() {
    reader_.skip(8, "the signature");
    Chunk chunk;
    while (next(chunk)) take(chunk);
    if (found_.header.empty()) input_.fail_damaged(kFormat, "it has no header");
    if (found_.pixels.empty()) input_.fail_damaged(kFormat, "the file ends before the pixels");
    if (found_.colour_type == kPalette && found_.palette.empty()) {
      input_.fail_damaged(kFormat, "it has no palette");
    }
    return std::move(found_);
  }

 private:
  // Reads the next chunk. Returns false after IEND, or if the file is cut off after its pixels.
  bool next(Chunk& chunk) {
    if (found_.has_end) return false;
    const bool may_end = !found_.pixels.empty();
    if (may_end && reader_.remaining() < 12) return false;
    const Bytes length = reader_.take(4, "a chunk");
    const Bytes type = reader_.take(4, "a chunk");
    const std::uint64_t size = big_endian(length);
    chunk.type = {reinterpret_cast<const char*>(type.data()), 4};
    for (const char c : chunk.type) {
      const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      if (!letter && may_end) return false;
      if (!letter) input_.fail_damaged(kFormat, "a chunk without a name");
    }
    if (may_end && chunk.type != "IDAT" && size + 4 > reader_.remaining()) return false;
    if (chunk.type == "IDAT" && size + 4 > reader_.remaining()) {
      if (!input_.options.damaged) {
        input_.fail_damaged(kFormat, "it ends early: pixels are missing", true);
      }
      found_.is_cut = true;
      chunk.body = reader_.take(std::min(size, reader_.remaining()), "pixels");
      if (reader_.remaining() > 0) reader_.skip(reader_.remaining(), "a checksum");
      return true;
    }
    chunk.body = reader_.take(size, "chunk " + std::string(chunk.type));
    const Bytes checksum = reader_.take(4, "chunk " + std::string(chunk.type));
    chunk.checked = {type.data(), 4 + chunk.body.size()};
    chunk.checksum = big_endian(checksum);
    if (is_wanted(chunk) && !chunk.is_intact() &&
        !(input_.options.damaged && chunk.type == "IDAT")) {
      input_.fail_damaged(kFormat, "wrong checksum of chunk " + std::string(chunk.type),
                          chunk.type == "IDAT");
    }
    return true;
  }

  // Returns true if the picture depends on the data of this chunk, so that its checksum must be
  // correct. IEND is not among these chunks, because it has no data.
  static bool is_wanted(const Chunk& chunk) {
    const bool critical = (chunk.type[0] & 0x20) == 0 && chunk.type != "IEND";
    return critical || chunk.type == "tRNS" || chunk.type == "eXIf" || chunk.type == "cICP" ||
           is_raw_exif(chunk) || is_almost_known(chunk.type);
  }

  static bool is_raw_exif(const Chunk& chunk) {
    if (chunk.type != "tEXt" && chunk.type != "zTXt" && chunk.type != "iTXt") return false;
    for (const std::string_view name : {"Raw profile type exif", "Raw profile type APP1"}) {
      if (chunk.body.size() > name.size() && chunk.body[name.size()] == 0 &&
          std::memcmp(chunk.body.data(), name.data(), name.size()) == 0) {
        return true;
      }
    }
    return false;
  }

  void take(const Chunk& chunk) {
    if (chunk.type == "CgBI") {
      input_.fail_unread("Apple's own PNG (CgBI) for iPhone programs",
                         "convert it with Xcode's pngcrush -revert-iphone-optimizations");
    }
    if (chunk.type == "IHDR") {
      take_header(chunk.body);
    } else if (found_.header.empty()) {
      input_.fail_damaged(kFormat, "chunk " + std::string(chunk.type) + " before the header");
    } else if (chunk.type == "PLTE") {
      take_palette(chunk.body);
    } else if (chunk.type == "tRNS") {
      take_transparency(chunk.body);
    } else if (chunk.type == "IDAT") {
      found_.pixels.push_back(chunk.body);
    } else if (chunk.type == "IEND") {
      found_.has_end = true;
    } else if (chunk.type == "eXIf") {
      if (found_.exif_chunk.empty()) found_.exif_chunk = chunk.body;
    } else if (is_raw_exif(chunk)) {
      take_raw_exif(chunk);
    } else if (chunk.type == "iCCP" || chunk.type == "cICP") {
      take_colours(chunk);
    } else if (chunk.type == "pHYs" || chunk.type == "iTXt") {
      take_metadata(chunk);
    } else if ((chunk.type[0] & 0x20) == 0) {
      input_.fail_damaged(kFormat, "unknown chunk " + std::string(chunk.type));
    }
  }

  void take_header(Bytes body) {
    if (!found_.header.empty() || body.size() != 13) input_.fail_damaged(kFormat, "its header");
    found_.header = body;
    found_.width = big_endian(body);
    found_.height = big_endian(body.subspan(4));
    found_.depth = body[8];
    found_.colour_type = body[9];
    found_.interlaced = body[12] == 1;
    const unsigned depth = found_.depth, type = found_.colour_type;
    const bool small = depth == 1 || depth == 2 || depth == 4;
    const bool fits = type == kGrey      ? small || depth == 8 || depth == 16
                      : type == kPalette ? small || depth == 8
                                         : (type == kRgb || type == kGreyAlpha || type == kRgba) &&
                                               (depth == 8 || depth == 16);
    if (!fits || body[10] != 0 || body[11] != 0 || body[12] > 1) {
      input_.fail_damaged(kFormat, "an unknown kind of samples, compression or filter");
    }
  }

  // Stores the palette of a palette picture. A picture of another colour type may contain a
  // suggested palette, which is ignored.
  void take_palette(Bytes body) {
    if (found_.colour_type != kPalette) return;
    const bool fits = !body.empty() && body.size() % 3 == 0 && body.size() <= 768;
    if (!fits || !found_.palette.empty() || !found_.pixels.empty()) {
      input_.fail_damaged(kFormat, "its palette");
    }
    found_.palette = body;
  }

  // Stores the transparency (tRNS). As in libpng, a tRNS chunk is ignored if its size does not fit
  // the picture's colour type.
  void take_transparency(Bytes body) {
    if (!found_.trans.empty() || !found_.pixels.empty()) return;
    const std::size_t size = body.size();
    const bool fits = found_.colour_type == kGrey  ? size == 2
                      : found_.colour_type == kRgb ? size == 6
                      : found_.colour_type == kPalette
                          ? size > 0 && size <= found_.palette.size() / 3
                          : false;
    if (fits) found_.trans = body;
  }

  // Stores the ICC profile (chunk iCCP) or the code points (chunk cICP) of the picture's colours.
  // The four bytes of cICP are primaries, transfer characteristics, matrix (0 in a PNG) and full
  // range (PNG 3, 11.3.2.6). Both chunks must come before the pixels; later ones are ignored.
  void take_colours(const Chunk& chunk) {
    if (!found_.pixels.empty()) return;
    if (chunk.type == "iCCP" && found_.profile.empty()) {
      found_.profile = chunk.body;
      found_.profile_intact = chunk.is_intact();
    }
    if (chunk.type == "cICP" && chunk.body.size() == 4 && !found_.code_points) {
      found_.code_points = CodePoints{chunk.body[0], chunk.body[1]};
    }
  }

  // Stores the resolution (chunk pHYs), or an XMP packet that is not compressed (chunk iTXt).
  void take_metadata(const Chunk& chunk) {
    using std::string_view_literals::operator""sv;
    // The start of an iTXt chunk with uncompressed XMP: its keyword, two flags, and two empty
    // strings for the languages.
    constexpr std::string_view kXmp = "XML:com.adobe.xmp\0\0\0\0\0"sv;
    if (!chunk.is_intact()) return;
    if (chunk.type == "pHYs" && chunk.body.size() == 9 && found_.resolution.empty()) {
      found_.resolution = chunk.body;
    }
    if (chunk.type == "iTXt" && chunk.body.size() > kXmp.size() && found_.xmp.empty() &&
        std::memcmp(chunk.body.data(), kXmp.data(), kXmp.size()) == 0) {
      found_.xmp = chunk.body.subspan(kXmp.size());
    }
  }

  // Reads an EXIF block from a text chunk. The chunk begins with its keyword and a zero byte. The
  // rest depends on the chunk's type:
  //
  //   tEXt  the text
  //   zTXt  the compression method (0), then the text as a zlib stream
  //   iTXt  the compression flag and method, a language, a translated keyword, then the text,
  //         compressed if the flag is 1
  void take_raw_exif(const Chunk& chunk) {
    // Length of the keyword "Raw profile type exif" and its final zero.
    constexpr std::size_t kNameBytes = 22;
    constexpr std::size_t kMostText = std::size_t{256} << 10;
    if (tried_raw_exif_) return;
    tried_raw_exif_ = true;
    Bytes text = chunk.body.subspan(kNameBytes);
    bool packed = chunk.type == "zTXt";
    if (packed) {
      if (text.empty() || text[0] != 0) return;
      text = text.subspan(1);
    } else if (chunk.type == "iTXt") {
      if (text.size() < 2) return;
      packed = text[0] == 1;
      text = text.subspan(2);
      for (int i = 0; i < 2; ++i) {
        const void* zero = text.empty() ? nullptr : std::memchr(text.data(), 0, text.size());
        if (zero == nullptr) return;
        text = text.subspan(
            static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - text.data()) + 1);
      }
    }
    std::vector<std::uint8_t> unpacked;
    if (packed) {
      unpacked.resize(kMostText);
      unpacked.resize(inflate_prefix(text, unpacked.data(), unpacked.size()));
      text = unpacked;
    }
    const std::size_t size = std::min(text.size(), kMostText);
    found_.raw_exif = raw_profile({reinterpret_cast<const char*>(text.data()), size});
  }

  const Input& input_;
  ByteReader reader_;
  PngChunks found_;
  bool tried_raw_exif_ = false;
};

}  // namespace

unsigned PngChunks::bits_per_pixel() const {
  const unsigned samples = colour_type == kRgb         ? 3
                           : colour_type == kRgba      ? 4
                           : colour_type == kGreyAlpha ? 2
                                                       : 1;
  return samples * depth;
}

PngChunks walk_png(const Input& input) { return Walk(input).run(); }

FoundMetadata png_metadata(const PngChunks& chunks, int orientation) {
  FoundMetadata found{.exif = chunks.exif(), .xmp = chunks.xmp, .orientation = orientation};
  constexpr unsigned kPerMetre = 1;
  if (chunks.resolution.size() == 9 && chunks.resolution[8] == kPerMetre) {
    found.dpi_x = big_endian(chunks.resolution) * 0.0254;
    found.dpi_y = big_endian(chunks.resolution.subspan(4)) * 0.0254;
  }
  return found;
}

std::uint32_t crc32(Bytes bytes, std::uint32_t crc) {
#ifdef NST_HAVE_PNG
  // Handles the null pointer of an empty range: zlib would ignore `crc` for it.
  if (bytes.empty()) return crc;
  return static_cast<std::uint32_t>(::crc32_z(crc, bytes.data(), bytes.size()));
#else
  // Computes the CRC byte by byte. The table contains the remainder of each byte value for the
  // bit-reversed polynomial 0x04c11db7.
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      std::uint32_t remainder = i;
      for (int bit = 0; bit < 8; ++bit) {
        remainder = remainder >> 1 ^ ((remainder & 1) != 0 ? 0xedb88320u : 0u);
      }
      t[i] = remainder;
    }
    return t;
  }();
  crc = ~crc;
  for (const std::uint8_t byte : bytes) crc = crc >> 8 ^ table[(crc ^ byte) & 255];
  return ~crc;
#endif
}

std::array<std::uint8_t, 4> big_endian(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

void append_chunk(std::vector<std::uint8_t>& file, std::string_view type, Bytes body) {
  const Bytes name(reinterpret_cast<const std::uint8_t*>(type.data()), type.size());
  const auto length = big_endian(static_cast<std::uint32_t>(body.size()));
  const auto checksum = big_endian(crc32(body, crc32(name)));
  for (const Bytes part : {Bytes(length), name, body, Bytes(checksum)}) {
    file.insert(file.end(), part.begin(), part.end());
  }
}

void check_png_size(const Input& input, const PngChunks& chunks) {
  // Refuses a header that states more pixels than a file of this length can contain. Deflate
  // compresses by a factor of 1032 at most: 2 bits can encode 258 bytes.
  const std::uint64_t most_bits = 1032 * 8 * std::uint64_t{input.bytes.size()};
  input.check_size(chunks.width, chunks.height, most_bits / chunks.bits_per_pixel());
}

}  // namespace nst::codec
