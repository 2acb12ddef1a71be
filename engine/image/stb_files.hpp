// Files put right for stb_image, which stands in for libjpeg and libpng in builds without them.
#pragma once

#include <cstdint>
#include <vector>

#include "image/jpeg_segments.hpp"
#include "image/png_chunks.hpp"

namespace nst::codec {

// The picture as stb_image understands it: the standard's Huffman tables where a file relies on
// them, Adobe's marker for four inks, sequential scans that call themselves so, an end marker.
// Behind the data of every scan stand bytes of `filler`: a picture that changes with them is cut.
// Throws Error{input} for Huffman tables that stb_image 2.27 would write past.
std::vector<std::uint8_t> jpeg_for_stb(const Input& input, const JpegSegments& segments,
                                       std::uint8_t filler);

// The chunks that make the picture, the palette filled up to 256 colours with black.
std::vector<std::uint8_t> png_for_stb(const PngChunks& chunks);

}  // namespace nst::codec
