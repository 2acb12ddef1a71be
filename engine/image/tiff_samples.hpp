// The samples of a TIFF picture: where they lie, and their rows.
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
  bool separate = false;  // every channel is a plane of its own
  bool tiled = false;
  std::uint32_t tile_width = 0;  // width of a tile; with strips, the picture's width
  std::uint32_t band_rows = 0;   // rows of a tile or strip

  unsigned planes() const { return separate ? samples : 1; }
  unsigned samples_of_plane() const { return separate ? 1 : samples; }
  // Return numbers of bytes: of one row of a plane, and of a band. A band is a strip or a row of
  // tiles; with tiles, rows are as wide as all tiles of a row together.
  std::uint64_t row_bytes() const;
  std::uint64_t band_bytes() const { return row_bytes() * band_rows; }
};

// Reads the layout. Throws Error{input} if a field is missing.
TiffLayout read_tiff_layout(const Input& input, const TiffHandle& file);

// Reads rows of samples from the top, a band of strips or tiles at a time.
class TiffRows {
 public:
  TiffRows(const TiffHandle& file, const TiffLayout& layout);

  // Writes the samples of row y, interleaved, to out[width * samples]: as they are for integers of
  // at most 8 bits (T: u8) or 16 bits (T: u16); 32-bit integers by their upper half; floats of 0..1
  // as 0..65535. Rows must be read in order. Returns false if the file's data is damaged there.
  template <typename T>
  bool read(std::uint32_t y, T* out);

 private:
  bool read_band(std::uint32_t first);
  bool read_tile_row(std::uint32_t first, std::uint16_t plane, std::uint8_t* to);

  const TiffHandle& file_;
  const TiffLayout& layout_;
  std::vector<std::vector<std::uint8_t>> planes_;
  std::vector<std::uint8_t> tile_;
  std::uint32_t band_ = 0;  // number of the band in planes_, from 1
  bool intact_ = true;
};

extern template bool TiffRows::read(std::uint32_t, std::uint8_t*);
extern template bool TiffRows::read(std::uint32_t, std::uint16_t*);

}  // namespace nst::codec
