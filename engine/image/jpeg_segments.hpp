// The structure of a JPEG file, found without decoding: the process, EXIF, the end of the first
// picture, and whether the picture is complete.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/codec_impl.hpp"

namespace nst::codec {

// The place of one scan in the file.
struct JpegScan {
  std::size_t parameters = 0;  // offset of the parameters Ss, Se and Ah/Al (T.81, B.2.3)
  std::size_t end = 0;         // offset of the marker after the entropy-coded data
};

struct JpegSegments {
  // From the signature to the end of the last scan's data. The end marker is left out, because
  // bytes before it may only look like segments.
  Bytes picture;
  bool has_end = false;  // true: the file has an end marker
  // true: every component has a scan, and a progressive picture has all bits of all coefficients.
  bool is_whole = false;
  unsigned width = 0, height = 0, components = 0;
  bool progressive = false;
  bool arithmetic = false;
  bool adobe = false;          // true: the file has Adobe's APP14 segment
  Bytes exif;                  // the TIFF block of the first EXIF segment; empty: none
  std::vector<Bytes> huffman;  // bodies of the segments that define Huffman tables
  std::vector<JpegScan> scans;
};

// Walks the segments of a JPEG file (ITU-T T.81, annex B) and skips stray bytes between them, as
// libjpeg does. Ignores a phone's trailer and all pictures after the first. Throws Error{input} if
// the file ends before its pixels, or among them without an end marker. Throws Error{input} with
// the process's name if the process is not read: lossless, hierarchical, 12 bits, JPEG-LS, or a
// height that comes later.
JpegSegments walk_jpeg(const Input& input);

}  // namespace nst::codec
