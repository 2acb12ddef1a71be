// The chunks of a PNG file that make its picture, found and checked without decoding.
#pragma once

#include <cstdint>
#include <vector>

#include "image/codec_impl.hpp"

namespace nst::codec {

struct PngChunks {
  std::uint32_t width = 0, height = 0;
  unsigned depth = 0, colour_type = 0;
  bool interlaced = false;
  Bytes header;               // body of the chunk IHDR
  Bytes palette;              // body of the chunk PLTE, for palette pictures only; empty: none
  Bytes trans;                // body of the chunk tRNS if it fits the colour type; empty: none
  std::vector<Bytes> pixels;  // bodies of the chunks IDAT
  bool has_end = false;       // true: the file has the chunk IEND
  Bytes exif_chunk;           // body of the chunk eXIf; empty: none
  // EXIF from a text chunk "Raw profile type exif", as ImageMagick writes it: at most 128 KiB.
  std::vector<std::uint8_t> raw_exif;

  // Returns the EXIF block that is used; empty: none.
  Bytes exif() const { return exif_chunk.empty() ? Bytes(raw_exif) : exif_chunk; }
  // Returns the stored samples per pixel times their bits.
  unsigned bits_per_pixel() const;
  bool has_alpha() const { return (colour_type & 4) != 0 || !trans.empty(); }
};

// Walks the chunks (PNG 1.2, chapter 4). Checks the checksum of every chunk that changes the
// picture and skips all others unread. Throws Error{input} for damage, and for a file that ends
// before or among its pixels.
PngChunks walk_png(const Input& input);

// Returns the CRC-32 (ISO 3309) of `bytes`, continued from `crc`.
std::uint32_t crc32(Bytes bytes, std::uint32_t crc = 0);

// Checks the header's size against the most that the file can hold. Throws as Input::check_size.
void check_png_size(const Input& input, const PngChunks& chunks);

}  // namespace nst::codec
