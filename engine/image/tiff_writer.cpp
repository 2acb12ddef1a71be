// Writes TIFF files with libtiff, with 8 or 16 bits per sample. The pixels are stored in strips, as
// differences between neighbours, compressed by deflate.
#include <algorithm>

#include "image/kept_metadata.hpp"
#include "image/profile.hpp"
#include "image/tiff_handle.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

bool set_fields(TIFF* tiff, const ImageView& image, const EncodeOptions& options,
                const FileMetadata& metadata) {
  // Records whether all fields were set. libtiff drops a field if there is no memory for it, and
  // the file would be wrong without it.
  bool all = true;
  const auto set = [&](std::uint32_t tag, auto... values) {
    all = TIFFSetField(tiff, tag, values...) == 1 && all;
  };
  // A low compression level, because it is fast. The next level would take 1.5 times as long for
  // files that are 1 % to 2 % smaller.
  constexpr int kLevel = 2;
  constexpr std::uint32_t kStripBytes = 1 << 18;
  const std::uint32_t row_bytes = static_cast<std::uint32_t>(image.width) *
                                  static_cast<std::uint32_t>(image.channels) *
                                  static_cast<std::uint32_t>(options.depth / 8);
  set(TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(image.width));
  set(TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(image.height));
  set(TIFFTAG_BITSPERSAMPLE, options.depth);
  set(TIFFTAG_SAMPLESPERPIXEL, image.channels);
  set(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  set(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  set(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  set(TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  set(TIFFTAG_ZIPQUALITY, kLevel);
  set(TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  set(TIFFTAG_ROWSPERSTRIP, std::max<std::uint32_t>(kStripBytes / row_bytes, 1));
  if (image.channels == 4) {
    std::uint16_t kind = EXTRASAMPLE_UNASSALPHA;
    set(TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  const std::vector<std::uint8_t>& profile = srgb_profile();
  if (!profile.empty()) {
    set(TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(profile.size()), profile.data());
  }
  if (metadata.dpi_x > 0 && metadata.dpi_y > 0) {
    set(TIFFTAG_XRESOLUTION, static_cast<double>(metadata.dpi_x));
    set(TIFFTAG_YRESOLUTION, static_cast<double>(metadata.dpi_y));
    set(TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
  }
  return all;
}

bool write_rows(TIFF* tiff, const ImageView& image, int depth) {
  const std::size_t samples =
      static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  std::vector<std::uint16_t> wide(depth == 16 ? samples : 0);
  // Rows are copied before writing, because libtiff changes the row that it gets.
  std::vector<std::uint8_t> bytes(depth == 16 ? 0 : samples);
  for (int y = 0; y < image.height; ++y) {
    void* row = wide.data();
    if (depth == 16) {
      row_u16(image, y, wide.data());
    } else {
      std::copy_n(row_u8(image, y), samples, bytes.data());
      row = bytes.data();
    }
    if (TIFFWriteScanline(tiff, row, static_cast<std::uint32_t>(y), 0) != 1) return false;
  }
  return TIFFFlush(tiff) == 1;
}

}  // namespace

std::vector<std::uint8_t> encode_tiff(const ImageView& image, const EncodeOptions& options) {
  FileMetadata metadata = metadata_to_write(options, image.width, image.height);
  TiffHandle handle;
  bool written = handle.get() != nullptr;
  if (written) {
    written = set_fields(handle.get(), image, options, metadata) &&
              write_rows(handle.get(), image, options.depth);
  }
  if (!written) {
    throw Error(
        handle.out_of_memory() || handle.get() == nullptr ? ErrorCode::limit : ErrorCode::output,
        "cannot encode as TIFF: " + handle.error() + "; try a smaller picture");
  }
  std::vector<std::uint8_t> file = handle.finish();
  constexpr std::uint16_t kXmp = 0x02bc, kIptc = 0x83bb, kByte = 1, kUndefined = 7;
  const auto add = [&](std::uint16_t tag, std::uint16_t type, std::vector<std::uint8_t>& bytes) {
    if (bytes.empty()) return;
    const auto count = static_cast<std::uint32_t>(bytes.size());
    set_tag(metadata.exif.image, {tag, type, count, std::move(bytes)});
  };
  add(kXmp, kByte, metadata.xmp);
  add(kIptc, kUndefined, metadata.iptc);
  add_exif_to_tiff(file, metadata.exif);
  return file;
}

}  // namespace nst::codec
