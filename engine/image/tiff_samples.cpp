#include "image/tiff_samples.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace nst::codec {
namespace {

std::uint16_t of_float(double value) {
  // If `value` is NaN, `level > 0.0` is false, so the result is 0.
  const double level = value * 65535.0 + 0.5;
  return static_cast<std::uint16_t>(level > 0.0 ? (level < 65535.0 ? level : 65535.0) : 0.0);
}

// Unpacks `count` samples of a TIFF row, stored as `layout` says, to out[0], out[step], …
template <typename T>
void unpack(const std::uint8_t* row, std::size_t count, const TiffLayout& layout, T* out,
            std::size_t step) {
  const unsigned bits = layout.bits;
  const auto each = [&]<typename Stored>(Stored, auto&& convert) {
    for (std::size_t i = 0; i < count; ++i) {
      Stored value;
      std::memcpy(&value, row + i * sizeof value, sizeof value);
      out[i * step] = static_cast<T>(convert(value));
    }
  };
  const bool floats = layout.format == SAMPLEFORMAT_IEEEFP;
  if (floats && bits == 32) return each(float{}, [](float v) { return of_float(v); });
  if (floats && bits == 64) return each(double{}, [](double v) { return of_float(v); });
  if (bits == 8) return each(std::uint8_t{}, [](std::uint8_t v) { return v; });
  if (bits == 16) return each(std::uint16_t{}, [](std::uint16_t v) { return v; });
  if (bits == 32) return each(std::uint32_t{}, [](std::uint32_t v) { return v >> 16; });
  // Unpacks samples of the remaining depths, up to 15 bits. The samples follow each other without
  // gaps, and the highest bit of each comes first.
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (std::size_t i = 0; i < count; ++i) {
    while (held < bits) {
      buffer = buffer << 8 | *row++;
      held += 8;
    }
    held -= bits;
    out[i * step] = static_cast<T>(buffer >> held & ((1u << bits) - 1));
  }
}

}  // namespace

std::uint64_t TiffLayout::row_bytes() const {
  const std::uint64_t across = (std::uint64_t{width} + tile_width - 1) / tile_width * tile_width;
  return (across * samples_of_plane() * bits + 7) / 8;
}

TiffLayout read_tiff_layout(const Input& input, const TiffHandle& file) {
  TiffLayout t;
  t.width = file.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  t.height = file.field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  t.bits = file.field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  t.samples = file.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  t.format = file.field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  t.compression = file.field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  if (TIFFGetField(file.get(), TIFFTAG_PHOTOMETRIC, &t.photometric) != 1) {
    input.fail_damaged("TIFF", "it does not say what its samples mean");
  }
  t.separate = file.field<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) ==
                   PLANARCONFIG_SEPARATE &&
               t.samples > 1;
  t.tiled = TIFFIsTiled(file.get()) != 0;
  if (t.tiled) {
    t.tile_width = file.field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
    t.band_rows = file.field<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
  } else {
    t.tile_width = t.width;
    t.band_rows = std::min(file.field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, t.height), t.height);
  }
  if (t.tile_width == 0 || t.band_rows == 0 || t.samples == 0 || t.bits == 0) {
    input.fail_damaged("TIFF", "a size of 0");
  }
  constexpr std::uint32_t kMostTileSide = 1 << 20;
  if (t.tiled && (t.tile_width > kMostTileSide || t.band_rows > kMostTileSide)) {
    input.fail_damaged("TIFF", "its tiles are larger than any program writes");
  }
  return t;
}

TiffRows::TiffRows(const TiffHandle& file, const TiffLayout& layout)
    : file_(file), layout_(layout), planes_(layout.planes()) {
  for (std::vector<std::uint8_t>& plane : planes_) plane.resize(layout.band_bytes());
  if (layout.tiled) tile_.resize(static_cast<std::size_t>(TIFFTileSize(file.get())));
}

bool TiffRows::read_tile_row(std::uint32_t first, std::uint16_t plane, std::uint8_t* to) {
  const std::size_t row_bytes = layout_.row_bytes();
  const auto tile_row = static_cast<std::size_t>(TIFFTileRowSize(file_.get()));
  std::size_t left = 0;
  for (std::uint32_t x = 0; x < layout_.width; x += layout_.tile_width, left += tile_row) {
    const std::uint32_t tile = TIFFComputeTile(file_.get(), x, first, 0, plane);
    const tmsize_t got =
        TIFFReadEncodedTile(file_.get(), tile, tile_.data(), static_cast<tmsize_t>(tile_.size()));
    if (got != static_cast<tmsize_t>(tile_.size())) return false;
    for (std::uint32_t y = 0; y < layout_.band_rows && left + tile_row <= row_bytes; ++y) {
      std::memcpy(to + y * row_bytes + left, tile_.data() + y * tile_row, tile_row);
    }
    if (layout_.width - x <= layout_.tile_width) break;
  }
  return true;
}

bool TiffRows::read_band(std::uint32_t first) {
  for (unsigned p = 0; p < planes_.size(); ++p) {
    const auto plane = static_cast<std::uint16_t>(p);
    std::vector<std::uint8_t>& band = planes_[p];
    if (layout_.tiled) {
      if (!read_tile_row(first, plane, band.data())) return false;
      continue;
    }
    const std::uint32_t rows = std::min(layout_.band_rows, layout_.height - first);
    const std::uint32_t strip = TIFFComputeStrip(file_.get(), first, plane);
    const auto bytes = static_cast<tmsize_t>(layout_.row_bytes() * rows);
    if (TIFFReadEncodedStrip(file_.get(), strip, band.data(), bytes) != bytes) return false;
  }
  return true;
}

template <typename T>
bool TiffRows::read(std::uint32_t y, T* out) {
  const std::uint32_t band = y / layout_.band_rows;
  if (band_ != band + 1) {
    band_ = band + 1;
    intact_ = read_band(band * layout_.band_rows);
  }
  if (!intact_) return false;
  const std::size_t row = layout_.row_bytes() * (y - band * layout_.band_rows);
  const std::size_t count = std::size_t{layout_.width} * layout_.samples_of_plane();
  for (std::size_t p = 0; p < planes_.size(); ++p) {
    unpack(planes_[p].data() + row, count, layout_, out + p, planes_.size());
  }
  return true;
}

template bool TiffRows::read(std::uint32_t, std::uint8_t*);
template bool TiffRows::read(std::uint32_t, std::uint16_t*);

}  // namespace nst::codec
