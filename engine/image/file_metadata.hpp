// Makes and reads the segments of JPEG files and the chunks of PNG files that contain metadata.
// Also makes those which state that the colours are sRGB.
#pragma once

#include <string>
#include <vector>

#include "image/kept_metadata.hpp"

namespace nst::codec {

// Returns the IPTC data sets of a JPEG's segment APP13, which contains resources of Photoshop.
// Returns no bytes if there are none.
Bytes iptc_of(Bytes segment);

// Returns the JPEG file with its density set. Segments for EXIF, XMP, IPTC and the sRGB profile are
// added behind the JFIF segment. Data that does not fit into a segment of 64 KiB is left out. If
// EXIF does not fit, first only its maker note is left out, then all of it.
std::vector<std::uint8_t> with_metadata(Bytes jpeg, const FileMetadata& metadata);

// A chunk of a PNG file, without length and checksum.
struct PngChunk {
  std::string type;
  std::vector<std::uint8_t> body;
};

// Returns the chunks that stand between IHDR and the pixels: sRGB, pHYs, eXIf and XMP.
std::vector<PngChunk> metadata_chunks(const FileMetadata& metadata);

}  // namespace nst::codec
