// Prepares files for stb_image, which decodes JPEG and PNG in builds without libjpeg and libpng.
#pragma once

#include <cstdint>
#include <vector>

#include "image/jpeg_segments.hpp"
#include "image/png_chunks.hpp"

namespace nst::codec {

// Returns the picture as a file that stb_image decodes correctly:
//
// - adds the standard Huffman tables if the file has none
// - adds Adobe's marker if the file has four inks and lacks this marker
// - adds an end marker
// - corrects the scan parameters of sequential pictures
// - adds bytes of `filler` after the data of every scan
//
// The filler serves to find missing data, which stb_image does not report. If data is missing,
// stb_image decodes the filler instead. So a file is truncated if two different fillers give
// different pictures.
//
// Throws Error{input} for a Huffman table with which stb_image 2.27 would write beyond its own
// tables.
std::vector<std::uint8_t> jpeg_for_stb(const Input& input, const JpegSegments& segments,
                                       std::uint8_t filler);

// Returns a PNG file with only the chunks that make the picture. The palette is extended with black
// to 256 colours.
std::vector<std::uint8_t> png_for_stb(const PngChunks& chunks);

}  // namespace nst::codec
