// Finds the structure of a JPEG file without decoding it: the coding process (T.81's term), EXIF,
// the end of the first picture, and whether the picture is complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/codec_impl.hpp"
#include "image/kept_metadata.hpp"

namespace nst::codec {

// Where a scan of the picture lies in the file. Offsets are in bytes from the start of the file.
struct JpegScan {
  // Offset of the last three bytes of the scan header: the parameters Ss, Se and Ah/Al (T.81,
  // B.2.3).
  std::size_t parameters = 0;
  std::size_t end = 0;  // offset of the marker after the entropy-coded data
};

struct JpegSegments {
  // The bytes from the signature to the end of the last scan's data. The end marker is not
  // included, because some files have stray bytes before it.
  Bytes picture;
  bool has_end = false;  // true: the file has the end marker (EOI)
  // true: every component has a scan; a progressive picture also has all bits of all coefficients.
  bool is_whole = false;
  unsigned width = 0, height = 0, components = 0;
  bool progressive = false;
  bool arithmetic = false;
  bool adobe = false;  // true: has Adobe's APP14 segment, which states the colour space
  Bytes exif;          // TIFF block of the first EXIF segment; empty: none
  Bytes xmp;           // packet of the first XMP segment; empty: none
  Bytes photoshop;     // body of the first APP13 segment, for IPTC data; empty: none
  double dpi_x = 0.0, dpi_y = 0.0;  // pixels per inch in the JFIF segment; 0: not stated
  // The parts of the ICC profile, by number (ICC.1, B.4), and how many there should be.
  std::vector<Bytes> profile_parts;
  std::size_t profile_count = 0;
  std::vector<Bytes> huffman;  // bodies of the segments that define Huffman tables
  std::vector<JpegScan> scans;
};

// Returns the ICC profile of a JPEG file, joined from its parts. Returns an empty vector if the
// file has none. Sets `damaged` if parts are missing.
std::vector<std::uint8_t> joined_profile(const JpegSegments& segments, bool& damaged);

// Walks the segments of a JPEG file (ITU-T T.81, annex B). Skips stray bytes between segments, as
// libjpeg does. Ignores further pictures and data that a phone has appended. Throws Error{input}
// for:
//
// - a file that ends before its pixels, or within them without an end marker
// - an unsupported kind of JPEG, which the message names: lossless, hierarchical, 12 bits per
//   sample, or JPEG-LS
// - a picture whose height is not in its frame header but only after the first scan (DNL), which is
//   unsupported too
JpegSegments walk_jpeg(const Input& input);

// Returns the EXIF, XMP and IPTC data and the density of the segments. `orientation` is the one
// that segments.exif states.
FoundMetadata jpeg_metadata(const JpegSegments& segments, int orientation);

}  // namespace nst::codec
