// The metadata of a picture file: everything that it says about its picture besides the pixels.
#pragma once

#include <cstdint>
#include <vector>

namespace nst {

// Metadata that decode_image finds in a file and that encode_image can write to another file. The
// contents come from files that are not trusted. Therefore encode_image checks them and writes
// newly built blocks.
struct Metadata {
  // EXIF tags as a TIFF structure (EXIF 2.32, 4.5), without "Exif\0\0" before it. Empty: no EXIF.
  std::vector<std::uint8_t> exif;
  std::vector<std::uint8_t> xmp;   // XMP packet in UTF-8; empty: no XMP
  std::vector<std::uint8_t> iptc;  // IPTC-IIM data sets; empty: no IPTC
  // Horizontal and vertical resolution of the upright picture in dots per inch. 0: not stated.
  double dpi_x = 0.0;
  double dpi_y = 0.0;
};

// The metadata that encode_image writes. The written orientation is always 1, and thumbnails are
// always dropped, because they describe the file that was read. The size tags get the new picture's
// size.
enum class KeepMetadata : std::uint8_t {
  // Writes the resolution, and only those EXIF tags that are in a fixed list: camera, exposure,
  // dates, titles, artist and copyright. Does not write GPS, maker notes, serial numbers, owner
  // names, private tags, XMP or IPTC.
  safe,
  all,  // writes all EXIF tags, XMP, and IPTC where the format has a place for it (JPEG, TIFF)
  none
};

}  // namespace nst
