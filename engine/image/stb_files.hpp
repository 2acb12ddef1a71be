// Repair of files for stb_image, which replaces libjpeg and libpng in builds without them.
#pragma once

#include <cstdint>
#include <vector>

#include "image/jpeg_segments.hpp"
#include "image/png_chunks.hpp"

namespace nst::codec {

// Returns the picture as a file that stb_image understands. It adds the standard Huffman tables if
// the file has none, Adobe's marker for four inks, and an end marker. Sequential scans get the
// parameters of sequential scans. Bytes of `filler` follow the data of every scan: if they change
// the picture, the file is truncated. Throws Error{input} for a Huffman table that stb_image 2.27
// would write beyond.
std::vector<std::uint8_t> jpeg_for_stb(const Input& input, const JpegSegments& segments,
                                       std::uint8_t filler);

// Returns a PNG of the chunks that make the picture, with the palette extended to 256 colours by
// black.
std::vector<std::uint8_t> png_for_stb(const PngChunks& chunks);

}  // namespace nst::codec
