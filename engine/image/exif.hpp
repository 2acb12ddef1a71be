// The one thing read from a picture's metadata: which way is up.
#pragma once

#include "base/byte_reader.hpp"
#include "nst/image.hpp"

namespace nst {

// Orientation 1..8 (tag 0x0112, EXIF 2.32 §4.6.4) in an EXIF block, with or without "Exif\0\0"
// before it. 1 (upright) for an empty block, one that says nothing, and one that is damaged: broken
// metadata is no reason to refuse a sound picture.
int exif_orientation(Bytes block);

// The picture turned and mirrored so that it is upright. Orientations 5..8 swap the sides.
Image apply_orientation(Image image, int orientation);

}  // namespace nst
