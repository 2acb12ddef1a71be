// Finds out how a TIFF file stores its samples, and reads them row by row.
#pragma once

#include <cstdint>
#include <vector>

#include "image/codec_impl.hpp"
#include "image/tiff_handle.hpp"

namespace nst::codec {

// How a TIFF file stores its picture (TIFF 6.0, 3 to 9).
struct TiffLayout {
  std::uint32_t width = 0, height = 0;
  std::uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t compression = COMPRESSION_NONE;
  bool separate = false;  // true: every channel is stored as a plane of its own
  bool tiled = false;
  std::uint32_t tile_width = 0;  // width of a tile; without tiles, the picture's width
  std::uint32_t band_rows = 0;   // number of rows of a tile or strip

  unsigned planes() const { return separate ? samples : 1; }
  unsigned samples_of_plane() const { return separate ? 1 : samples; }
  // Return the number of bytes of a row or of a band of one plane. A band is a strip, or all tiles
  // that lie side by side. In a tiled picture, a row is as wide as these tiles together.
  std::uint64_t row_bytes() const;
  std::uint64_t band_bytes() const { return row_bytes() * band_rows; }
};

// Reads the layout from the file's fields. Throws Error{input} if a necessary field is missing or
// has an impossible value.
TiffLayout read_tiff_layout(const Input& input, const TiffHandle& file);

// Reads the samples of a picture row by row from the top. Decodes a band (a strip, or tiles side by
// side) at a time.
class TiffRows {
 public:
  TiffRows(const TiffHandle& file, const TiffLayout& layout);

  // Writes the interleaved samples of row y to out[width * samples]. Use T = u8 for integers of at
  // most 8 bits, else u16. Integers of up to 16 bits are not scaled. Integers of 32 bits give their
  // upper 16 bits. Floats of 0..1 give 0..65535. Rows must be read in order. Returns false if the
  // file's data is damaged at this row.
  template <typename T>
  bool read(std::uint32_t y, T* out);

 private:
  bool read_band(std::uint32_t first);
  bool read_tile_row(std::uint32_t first, std::uint16_t plane, std::uint8_t* to);

  const TiffHandle& file_;
  const TiffLayout& layout_;
  std::vector<std::vector<std::uint8_t>> planes_;
  std::vector<std::uint8_t> tile_;
  // planes_ contains the decoded samples of band number band_ - 1. 0: no band is decoded yet.
  std::uint32_t band_ = 0;
  bool intact_ = true;
};

extern template bool TiffRows::read(std::uint32_t, std::uint8_t*);
extern template bool TiffRows::read(std::uint32_t, std::uint16_t*);

}  // namespace nst::codec
