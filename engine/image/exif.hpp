// The one thing read from a picture's metadata: which way is up.
#pragma once

#include "base/byte_reader.hpp"
#include "nst/nst.hpp"

namespace nst {

// EXIF orientation 1..8 (tag 0x0112, EXIF 2.32 §4.6.4) of a JPEG's APP1 segment or a PNG's eXIf
// chunk. 1 (upright) where there is none, and where the block is damaged: broken metadata is no
// reason to refuse a sound picture.
int jpeg_orientation(Bytes file);
int png_orientation(Bytes file);

// The picture turned and mirrored so that it is upright. Orientations 5..8 swap the sides.
Image apply_orientation(Image image, int orientation);

}  // namespace nst
