// What a picture file says about its picture besides the pixels.
#pragma once

#include <cstdint>
#include <vector>

namespace nst {

// Metadata as decode_image finds it in a file and encode_image writes it to another. The blocks are
// foreign bytes: encode_image reads them with checks and writes new ones.
struct Metadata {
  // A TIFF structure of EXIF tags (EXIF 2.32, 4.5), without "Exif\0\0" before it; empty: none.
  std::vector<std::uint8_t> exif;
  std::vector<std::uint8_t> xmp;   // an XMP packet, UTF-8; empty: none
  std::vector<std::uint8_t> iptc;  // IPTC-IIM data sets; empty: none
  // Resolution in dots per inch, across and down the upright picture; 0: not stated.
  double dpi_x = 0.0;
  double dpi_y = 0.0;
};

// Which metadata encode_image writes. Orientation is always 1 and thumbnails are always dropped:
// they describe the file that was read. The size tags get the new picture's size.
enum class KeepMetadata : std::uint8_t {
  // Writes the resolution, and the EXIF tags of a known list: the camera, the exposure, dates,
  // titles, artist and copyright. Does not write GPS, maker notes, serial numbers, owner names,
  // private tags, XMP or IPTC.
  safe,
  all,  // writes all EXIF tags, XMP, and IPTC where the format has a place for it (JPEG, TIFF)
  none
};

}  // namespace nst
