#include "image/jpeg_segments.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "image/file_metadata.hpp"

namespace nst::codec {
namespace {

constexpr const char* kFormat = "JPEG";

// The second bytes of JPEG markers (ITU-T T.81, table B.1).
enum Marker : std::uint8_t {
  kTemporary = 0x01,
  kFrame0 = 0xc0,
  kHuffman = 0xc4,
  kExtension = 0xc8,
  kArithmetic = 0xcc,
  kFrame15 = 0xcf,
  kRestart0 = 0xd0,
  kRestart7 = 0xd7,
  kStart = 0xd8,
  kEnd = 0xd9,
  kScan = 0xda,
  kQuantisation = 0xdb,
  kHeight = 0xdc,
  kRestartInterval = 0xdd,
  kApp0 = 0xe0,
  kApp1 = 0xe1,
  kApp2 = 0xe2,
  kApp13 = 0xed,
  kApp14 = 0xee,
  kApp15 = 0xef,
  kFrameLs = 0xf7,
  kComment = 0xfe,
};

bool is_frame(unsigned marker) {
  return (marker >= kFrame0 && marker <= kFrame15 && marker != kHuffman && marker != kExtension &&
          marker != kArithmetic) ||
         marker == kFrameLs;
}

// Returns true if a segment with this marker may appear between two scans of the same picture.
bool is_between_scans(unsigned marker) {
  return marker == kHuffman || marker == kArithmetic || marker == kScan ||
         marker == kQuantisation || marker == kHeight || marker == kRestartInterval ||
         (marker >= kApp0 && marker <= kApp15) || marker == kComment;
}

void check_frame(const Input& input, unsigned marker, unsigned precision, unsigned height) {
  switch (marker) {
    case 0xc3:
    case 0xcb:
      input.fail_unread("lossless JPEG", "convert it to PNG or ordinary JPEG");
    case kFrameLs:
      input.fail_unread("JPEG-LS", "convert it to PNG or ordinary JPEG");
    case 0xc0:
    case 0xc1:
    case 0xc2:
    case 0xc9:
    case 0xca:
      break;
    default:
      input.fail_unread("hierarchical JPEG", "convert it to PNG or ordinary JPEG");
  }
  if (precision != 8) {
    input.fail_unread(std::to_string(precision) + "-bit JPEG",
                      "convert it to 8 bits, as PNG or JPEG");
  }
  if (height == 0) {
    input.fail_unread("JPEG whose height comes behind the pixels (DNL)",
                      "save it again with a picture editor");
  }
}

class Walk {
 public:
  explicit Walk(const Input& input) : input_(input), bytes_(input.bytes) {}

  JpegSegments run() {
    at_ = 2;
    int marker = next_marker();
    while (marker >= 0 && take_segment(static_cast<unsigned>(marker))) marker = next_marker();
    found_.has_end = marker == kEnd;
    if (found_.scans.empty()) fail_cut("the file ends before the pixels");
    found_.picture = bytes_.first(found_.scans.back().end);
    const std::uint8_t* end = found_.picture.data() + found_.picture.size();
    std::erase_if(found_.huffman, [&](Bytes table) { return table.data() >= end; });
    found_.is_whole = is_whole();
    const bool may_be_cut = input_.options.damaged;
    if (!may_be_cut && !found_.has_end && !found_.is_whole) {
      fail_cut("the file ends early: scans are missing", true);
    }
    if (!may_be_cut && !found_.progressive && !found_.is_whole) {
      fail_cut("the scan of a component is missing", true);
    }
    return std::move(found_);
  }

 private:
  [[noreturn]] void fail_cut(const char* reason, bool has_more = false) const {
    input_.fail_damaged(kFormat, reason, has_more);
  }

  // Moves past the next marker and returns the marker's second byte, or -1 at the end of the file.
  // Pixel data is skipped: a byte 0xff in pixel data is followed by 0 or by a restart number.
  int next_marker() {
    int marker = -1;
    std::size_t begin = bytes_.size();
    while (at_ < bytes_.size()) {
      const void* found = std::memchr(bytes_.data() + at_, 0xff, bytes_.size() - at_);
      if (found == nullptr) break;
      begin = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes_.data());
      at_ = begin;
      // Any number of fill bytes 0xff may precede a marker (T.81, B.1.1.2).
      while (at_ < bytes_.size() && bytes_[at_] == 0xff) ++at_;
      if (at_ == bytes_.size()) break;
      const unsigned second = bytes_[at_++];
      if (second != 0 && (second < kRestart0 || second > kRestart7)) {
        marker = static_cast<int>(second);
        break;
      }
    }
    if (marker < 0) at_ = begin = bytes_.size();
    if (!found_.scans.empty() && found_.scans.back().end == 0) found_.scans.back().end = begin;
    return marker;
  }

  // Reads the segment that follows a marker. Returns false if the picture ends before the marker.
  bool take_segment(unsigned marker) {
    if (marker == kTemporary && found_.scans.empty()) return true;
    if (marker == kEnd || marker == kStart) return false;
    if (!found_.scans.empty() && !is_between_scans(marker)) return false;
    // A scan after a complete sequential picture belongs to other data that a phone has appended.
    if (marker == kScan && !found_.progressive && is_whole()) return false;
    if (bytes_.size() - at_ < 2) return false;
    const std::size_t length = bytes_[at_] * std::size_t{256} + bytes_[at_ + 1];
    if (length < 2 || length > bytes_.size() - at_) return false;
    const Bytes body = bytes_.subspan(at_ + 2, length - 2);
    if (marker == kScan) take_scan(body);
    at_ += length;
    if (is_frame(marker)) take_frame(marker, body);
    if (marker == kHuffman) found_.huffman.push_back(body);
    if (found_.scans.empty()) take_metadata(marker, body);
    if (marker == kApp14 && body.size() >= 12 && std::memcmp(body.data(), "Adobe", 5) == 0) {
      found_.adobe = true;
    }
    return true;
  }

  void take_frame(unsigned marker, Bytes body) {
    if (body.size() < 6) input_.fail_damaged(kFormat, "a short frame header");
    found_.height = body[1] * 256u + body[2];
    found_.width = body[3] * 256u + body[4];
    found_.components = body[5];
    found_.progressive = marker == 0xc2 || marker == 0xca;
    found_.arithmetic = marker > kExtension;
    check_frame(input_, marker, body[0], found_.height);
    if (body.size() < 6 + std::size_t{3} * found_.components) {
      input_.fail_damaged(kFormat, "a short frame header");
    }
    coefficients_.clear();
    for (unsigned i = 0; i < found_.components; ++i) {
      Coefficients c{body[6 + 3 * i], {}};
      c.missing_bits.fill(kUnseen);
      coefficients_.push_back(c);
    }
  }

  void take_metadata(unsigned marker, Bytes body) {
    constexpr std::string_view kExif("Exif\0\0", 6);
    constexpr std::string_view kXmp("http://ns.adobe.com/xap/1.0/\0", 29);
    const auto take = [&](std::string_view header, Bytes& found) {
      if (found.empty() && body.size() > header.size() &&
          std::memcmp(body.data(), header.data(), header.size()) == 0) {
        found = body.subspan(header.size());
      }
    };
    switch (marker) {
      case kApp0:
        take_density(body);
        break;
      case kApp1:
        take(kExif, found_.exif);
        take(kXmp, found_.xmp);
        break;
      case kApp2:
        take_profile(body);
        break;
      case kApp13:
        if (found_.photoshop.empty()) found_.photoshop = body;
        break;
      default:
        break;
    }
  }

  // Reads the density from a JFIF segment. The segment contains a name, a version, the unit, and
  // the density across and down (JFIF 1.02).
  void take_density(Bytes body) {
    constexpr std::string_view kHeader("JFIF\0", 5);
    if (body.size() < 12 || std::memcmp(body.data(), kHeader.data(), kHeader.size()) != 0) return;
    // Unit of the density: 1 means dots per inch, 2 dots per centimetre.
    const unsigned unit = body[7];
    const double scale = unit == 1 ? 1.0 : unit == 2 ? 2.54 : 0.0;
    found_.dpi_x = scale * (body[8] * 256 + body[9]);
    found_.dpi_y = scale * (body[10] * 256 + body[11]);
  }

  // Reads a segment with one part of the ICC profile. After its name, the segment contains the
  // part's number (from 1), the number of parts, and the part's bytes.
  void take_profile(Bytes body) {
    constexpr std::string_view kHeader("ICC_PROFILE\0", 12);
    if (body.size() < kHeader.size() + 2 ||
        std::memcmp(body.data(), kHeader.data(), kHeader.size()) != 0) {
      return;
    }
    const std::size_t number = body[kHeader.size()];
    if (number == 0) return;
    std::vector<Bytes>& parts = found_.profile_parts;
    if (parts.empty()) found_.profile_count = std::max<std::size_t>(body[kHeader.size() + 1], 1);
    if (parts.size() < number) parts.resize(number);
    if (parts[number - 1].empty()) parts[number - 1] = body.subspan(kHeader.size() + 2);
  }

  // Reads the header of a scan: the number of components, their ids, then the parameters Ss, Se, Ah
  // and Al. The parameters are used for progressive pictures only; in other files they are
  // sometimes wrong.
  void take_scan(Bytes body) {
    const std::size_t count = body.empty() ? 0 : body[0];
    if (body.size() < 4 + 2 * count) input_.fail_damaged(kFormat, "a short scan header");
    found_.scans.push_back({at_ + 3 + 2 * count, 0});
    const std::uint8_t* parameters = body.data() + 1 + 2 * count;
    const unsigned first = found_.progressive ? parameters[0] : 0;
    const unsigned last = found_.progressive ? parameters[1] : 63;
    const unsigned bits = found_.progressive ? parameters[2] & 15 : 0;
    for (std::size_t i = 0; i < count; ++i) {
      for (Coefficients& c : coefficients_) {
        if (c.component != body[1 + 2 * i]) continue;
        for (unsigned k = first; k <= last && k < 64; ++k) {
          c.missing_bits[k] = static_cast<std::uint8_t>(bits);
        }
      }
    }
  }

  bool is_whole() const {
    for (const Coefficients& c : coefficients_) {
      for (const std::uint8_t bits : c.missing_bits) {
        if (bits != 0) return false;
      }
    }
    return true;
  }

  static constexpr std::uint8_t kUnseen = 255;
  struct Coefficients {
    unsigned component;
    // Number of low bits that no scan has given yet, for each coefficient of a block in zigzag
    // order. kUnseen: no scan has given any bit of the coefficient.
    std::array<std::uint8_t, 64> missing_bits;
  };

  const Input& input_;
  Bytes bytes_;
  std::size_t at_ = 0;
  std::vector<Coefficients> coefficients_;
  JpegSegments found_;
};

}  // namespace

std::vector<std::uint8_t> joined_profile(const JpegSegments& segments, bool& damaged) {
  std::vector<std::uint8_t> profile;
  damaged = segments.profile_parts.size() != segments.profile_count;
  for (const Bytes part : segments.profile_parts) {
    damaged = damaged || part.empty();
    profile.insert(profile.end(), part.begin(), part.end());
  }
  return profile;
}

JpegSegments walk_jpeg(const Input& input) { return Walk(input).run(); }

FoundMetadata jpeg_metadata(const JpegSegments& segments, int orientation) {
  return {.exif = segments.exif,
          .xmp = segments.xmp,
          .iptc = iptc_of(segments.photoshop),
          .dpi_x = segments.dpi_x,
          .dpi_y = segments.dpi_y,
          .orientation = orientation};
}

}  // namespace nst::codec
