// Finds the chunks of a PNG file that make its picture, and checks them without decoding.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "image/codec_impl.hpp"
#include "image/kept_metadata.hpp"
#include "image/profile.hpp"

namespace nst::codec {

struct PngChunks {
  std::uint32_t width = 0, height = 0;
  unsigned depth = 0, colour_type = 0;
  bool interlaced = false;
  Bytes header;                // body of the chunk IHDR
  Bytes palette;               // body of the chunk PLTE of a palette picture; empty: none
  Bytes trans;                 // body of a chunk tRNS that fits the colour type; empty: none
  std::vector<Bytes> pixels;   // bodies of all IDAT chunks
  bool is_cut = false;         // true: the last chunk IDAT is cut off (ReadOptions::damaged)
  bool has_end = false;        // true: the file has the chunk IEND
  Bytes exif_chunk;            // body of the chunk eXIf; empty: none
  Bytes profile;               // body of the first chunk iCCP; empty: none
  bool profile_intact = true;  // false: the checksum of that chunk is wrong
  std::optional<CodePoints> code_points;  // code points in the first chunk cICP; empty: none
  Bytes resolution;                       // body of the first intact chunk pHYs; empty: none
  Bytes xmp;  // uncompressed packet of the chunk iTXt "XML:com.adobe.xmp"
  // EXIF from a text chunk "Raw profile type exif", which ImageMagick writes; at most 128 KiB.
  std::vector<std::uint8_t> raw_exif;

  // Returns the EXIF block: that of the chunk eXIf, else that of the text chunk; empty: none.
  Bytes exif() const { return exif_chunk.empty() ? Bytes(raw_exif) : exif_chunk; }
  // Returns the number of bits of a stored pixel: samples per pixel times bits per sample.
  unsigned bits_per_pixel() const;
  bool is_grey() const { return (colour_type & 2) == 0; }
  bool has_alpha() const { return (colour_type & 4) != 0 || !trans.empty(); }
};

// Walks the chunks of a PNG file (PNG 1.2, chapter 4). Checks the checksum of every chunk that
// changes the picture; skips all other chunks without reading them. Throws Error{input} for damage,
// and for a file that ends before or among its pixels.
PngChunks walk_png(const Input& input);

// Returns what the chunks say besides the pixels. `orientation` is that of chunks.exif().
FoundMetadata png_metadata(const PngChunks& chunks, int orientation);

// Continues a CRC-32 (ISO 3309). `crc` is the CRC-32 of all preceding bytes, or 0. Returns the
// CRC-32 of the preceding bytes and `bytes`.
std::uint32_t crc32(Bytes bytes, std::uint32_t crc = 0);

// Returns a number as PNG stores it.
std::array<std::uint8_t, 4> big_endian(std::uint32_t value);

// Appends a chunk to a PNG file: the length of `body`, the type, the body and the checksum.
void append_chunk(std::vector<std::uint8_t>& file, std::string_view type, Bytes body);

// Checks the picture size in the header against the most that a file of this length can contain.
// Throws as Input::check_size does.
void check_png_size(const Input& input, const PngChunks& chunks);

}  // namespace nst::codec
