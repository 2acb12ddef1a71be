// Reads the EXIF orientation, and turns pictures upright.
#pragma once

#include "base/byte_reader.hpp"
#include "nst/image.hpp"

namespace nst {

// Returns the orientation 1..8 (tag 0x0112, EXIF 2.32 §4.6.4) of an EXIF block, with or without
// "Exif\0\0" before it. Returns 1 (upright) if the block is empty, damaged or without orientation:
// broken metadata must not make an intact picture unreadable.
int exif_orientation(Bytes block);

// Returns the EXIF block without its prefix "Exif\0\0". A block without this prefix is returned
// unchanged.
Bytes without_exif_prefix(Bytes block);

// Turns and mirrors a picture so that it is upright, and returns it. Orientations 5..8 exchange
// width and height.
Image apply_orientation(Image image, int orientation);

}  // namespace nst
