// Chooses which metadata of a decoded picture file is kept, and which of it a written file gets.
#pragma once

#include "image/codec_impl.hpp"
#include "image/exif_block.hpp"

namespace nst::codec {

// What a file says besides its pixels, as a decoder finds it.
struct FoundMetadata {
  Bytes exif = {};  // with or without "Exif\0\0"
  Bytes xmp = {};
  Bytes iptc = {};
  double dpi_x = 0.0, dpi_y = 0.0;  // before the picture is turned; 0: not stated outside EXIF
  int orientation = 1;              // EXIF orientation of the stored picture, 1 to 8
};

// Stores the metadata that a decoder has found in input.metadata: at most a MiB of each kind. If
// `found` has no resolution, takes that of EXIF. Does nothing with ReadOptions::as_tensorflow.
void keep_metadata(const Input& input, const FoundMetadata& found);

// The metadata to write to a file.
struct FileMetadata {
  ExifBlock exif;
  std::vector<std::uint8_t> xmp, iptc;
  int dpi_x = 0, dpi_y = 0;  // whole dots per inch; 0: not stated
};

// Returns the metadata to write into a picture of this size: the part of EncodeOptions::metadata
// that EncodeOptions::keep selects.
FileMetadata metadata_to_write(const EncodeOptions& options, int width, int height);

}  // namespace nst::codec
