// What a JPEG file is made of, found without decoding: which process, where EXIF lies, where the
// first picture ends, whether all of it is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/codec_impl.hpp"

namespace nst::codec {

struct JpegScan {
  std::size_t parameters = 0;  // offset of Ss, Se and Ah/Al (T.81, B.2.3)
  std::size_t end = 0;         // offset of the marker behind the entropy-coded data
};

struct JpegSegments {
  // From the signature to the end of the last scan's data. The end marker is left out: between it
  // and the data may stand what only looks like segments.
  Bytes picture;
  bool has_end = false;  // the end marker is there
  // Every component has a scan, and a progressive picture all bits of all coefficients.
  bool is_whole = false;
  unsigned width = 0, height = 0, components = 0;
  bool progressive = false;
  bool arithmetic = false;
  bool adobe = false;          // has Adobe's APP14
  Bytes exif;                  // the TIFF block of the first EXIF segment; empty: none
  std::vector<Bytes> huffman;  // bodies of the segments that define Huffman tables
  std::vector<JpegScan> scans;
};

// Walks the segments (ITU-T T.81, annex B) as libjpeg does: stray bytes between them are passed
// over. A phone's trailer and further pictures behind the first are left out. Throws Error{input}
// for a file that ends before its pixels or, without an end marker, among them, and, naming it, for
// a process that is not read: lossless, hierarchical, 12 bits, JPEG-LS, a height that comes later.
JpegSegments walk_jpeg(const Input& input);

}  // namespace nst::codec
