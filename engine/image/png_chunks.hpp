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
  Bytes header;               // body of IHDR
  Bytes palette;              // body of PLTE, of a palette picture alone; empty: none
  Bytes trans;                // body of tRNS where it suits the kind of picture; empty: none
  std::vector<Bytes> pixels;  // bodies of IDAT
  bool has_end = false;       // IEND is there
  Bytes exif_chunk;           // body of eXIf; empty: none
  // What a text chunk "Raw profile type exif" says, as ImageMagick writes it: at most 128 KiB.
  std::vector<std::uint8_t> raw_exif;

  // The EXIF block that counts; empty: none.
  Bytes exif() const { return exif_chunk.empty() ? Bytes(raw_exif) : exif_chunk; }
  // Samples of a pixel as it is stored, times their bits.
  unsigned bits_per_pixel() const;
  bool has_alpha() const { return (colour_type & 4) != 0 || !trans.empty(); }
};

// Walks the chunks (PNG 1.2, chapter 4). The checksums of all chunks that change the picture are
// checked; others are passed over unread, whatever they hold. Throws Error{input} for damage and
// for a file that ends before or among its pixels.
PngChunks walk_png(const Input& input);

// CRC-32 (ISO 3309) of `bytes`, continuing from `crc`.
std::uint32_t crc32(Bytes bytes, std::uint32_t crc = 0);

// Compares the size that the header claims with what the file can hold at most. Throws as
// Input::check_size does.
void check_png_size(const Input& input, const PngChunks& chunks);

}  // namespace nst::codec
