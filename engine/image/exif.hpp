// EXIF orientation: the only metadata that is read from a picture.
#pragma once

#include "base/byte_reader.hpp"
#include "nst/image.hpp"

namespace nst {

// Returns the orientation 1..8 (tag 0x0112, EXIF 2.32 §4.6.4) of an EXIF block, with or without
// "Exif\0\0" before it. Returns 1 (upright) if the block is empty, damaged or without orientation:
// broken metadata is no reason to refuse an intact picture.
int exif_orientation(Bytes block);

// Returns the picture turned and mirrored so that it is upright. Orientations 5..8 swap the sides.
Image apply_orientation(Image image, int orientation);

}  // namespace nst
