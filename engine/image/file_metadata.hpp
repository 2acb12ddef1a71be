// Makes and reads the segments of JPEG files and the chunks of PNG files that contain metadata.
// Those that say that the colours are sRGB are made too.
#pragma once

#include <string>
#include <vector>

#include "image/kept_metadata.hpp"

namespace nst::codec {

// Returns the IPTC data sets of a JPEG segment APP13 of Photoshop's resources; empty: none.
Bytes iptc_of(Bytes segment);

// Returns the JPEG file with its density set, and with segments for EXIF, XMP, IPTC and the sRGB
// profile behind its JFIF segment. What does not fit into a segment of 64 KiB is left out: first a
// maker note, then all EXIF.
std::vector<std::uint8_t> with_metadata(Bytes jpeg, const FileMetadata& metadata);

// A chunk of a PNG file, without length and checksum.
struct PngChunk {
  std::string type;
  std::vector<std::uint8_t> body;
};

// Returns the chunks that stand between IHDR and the pixels: sRGB, pHYs, eXIf and XMP.
std::vector<PngChunk> metadata_chunks(const FileMetadata& metadata);

}  // namespace nst::codec
