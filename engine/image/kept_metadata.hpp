// Chooses which metadata of a decoded picture file is kept, and which of it a written file gets.
#pragma once

#include "image/codec_impl.hpp"
#include "image/exif_block.hpp"

namespace nst::codec {

// Largest number of bytes of EXIF, of XMP and of IPTC that is kept.
inline constexpr std::size_t kMostMetadataBytes = std::size_t{1} << 20;

// What a file says besides its pixels, as a decoder finds it.
struct FoundMetadata {
  Bytes exif = {};  // an EXIF block; "Exif\0\0" may precede it, as in JPEG files
  Bytes xmp = {};
  Bytes iptc = {};
  // The resolution of the picture as it is stored, before it is turned. 0: the file states no
  // resolution, or only in EXIF.
  double dpi_x = 0.0, dpi_y = 0.0;
  int orientation = 1;  // EXIF orientation of the stored picture, 1 to 8
};

// Copies the metadata that a decoder has found to input.metadata, without kinds that exceed a MiB.
// If `found` has no resolution, takes the resolution that EXIF states. Does nothing if
// ReadOptions::as_tensorflow is set.
void keep_metadata(const Input& input, const FoundMetadata& found);

// The metadata to write to a file.
struct FileMetadata {
  ExifBlock exif;
  std::vector<std::uint8_t> xmp, iptc;
  int dpi_x = 0, dpi_y = 0;  // resolution in whole dots per inch; 0: not known
};

// Returns the metadata to write into a picture of this size: the part of EncodeOptions::metadata
// that EncodeOptions::keep selects.
FileMetadata metadata_to_write(const EncodeOptions& options, int width, int height);

}  // namespace nst::codec
