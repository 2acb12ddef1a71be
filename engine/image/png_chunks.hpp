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
  Bytes header;                           // body of the chunk IHDR
  Bytes palette;                          // body of the chunk PLTE; empty: no palette
  Bytes trans;                            // body of a chunk tRNS that fits colour_type; else empty
  std::vector<Bytes> pixels;              // bodies of all IDAT chunks
  bool is_cut = false;                    // true: the last IDAT chunk is cut off
  bool has_end = false;                   // true: the file has the chunk IEND
  Bytes exif_chunk;                       // body of the chunk eXIf; empty: no such chunk
  Bytes profile;                          // body of the first chunk iCCP; empty: no such chunk
  bool profile_intact = true;             // false: the chunk of `profile` has a wrong checksum
  std::optional<CodePoints> code_points;  // colours that the first chunk cICP states
  Bytes resolution;                       // body of the first intact chunk pHYs; empty: none
  Bytes xmp;  // XMP packet of an uncompressed iTXt chunk "XML:com.adobe.xmp"
  // EXIF block of a text chunk "Raw profile type exif", which ImageMagick writes. At most 128 KiB
  // of the block are read.
  std::vector<std::uint8_t> raw_exif;

  // Returns the EXIF block of the chunk eXIf or, without this chunk, of the text chunk. Returns an
  // empty block if there is neither.
  Bytes exif() const { return exif_chunk.empty() ? Bytes(raw_exif) : exif_chunk; }
  // Returns the number of bits of a stored pixel: samples per pixel times bits per sample.
  unsigned bits_per_pixel() const;
  bool is_grey() const { return (colour_type & 2) == 0; }
  bool has_alpha() const { return (colour_type & 4) != 0 || !trans.empty(); }
};

// Reads the chunks of a PNG file (PNG 1.2, chapter 4). Tests the checksum of every chunk that
// changes the picture, and skips the data of unknown chunks. Throws Error{input} if the file is
// damaged, or ends before or among its pixels.
PngChunks walk_png(const Input& input);

// Returns the picture's metadata: EXIF, XMP and resolution. `orientation` is the orientation stored
// in chunks.exif(), and becomes a part of the result.
FoundMetadata png_metadata(const PngChunks& chunks, int orientation);

// Returns the CRC-32 (ISO 3309) of a sequence that ends with `bytes`. `crc` is the CRC-32 of all
// bytes before them, or 0 if there are none.
std::uint32_t crc32(Bytes bytes, std::uint32_t crc = 0);

// Returns the four bytes of a number, most significant byte first, as PNG stores it.
std::array<std::uint8_t, 4> big_endian(std::uint32_t value);

// Appends a chunk to a PNG file: the length of `body`, the type, the body and the checksum.
void append_chunk(std::vector<std::uint8_t>& file, std::string_view type, Bytes body);

// Checks the picture size in the header. A file of this length cannot contain more pixels than
// Deflate's highest compression allows. Throws as Input::check_size does.
void check_png_size(const Input& input, const PngChunks& chunks);

}  // namespace nst::codec
