// Reads the first page of a TIFF by libtiff. Common kinds of TIFF are read sample by sample, in
// full depth. Rarer kinds (YCbCr without JPEG, CIELAB, logarithmic colours) are read as RGB bytes,
// which libtiff converts itself.
#include <algorithm>
#include <cstring>

#include "image/codec.hpp"
#include "image/exif.hpp"
#include "image/kept_metadata.hpp"
#include "image/profile.hpp"
#include "image/tiff_samples.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

constexpr const char* kFormat = "TIFF";

// What the channels of a picture mean.
struct Channels {
  unsigned colours = 3;     // colour samples per pixel; 1: grey or a palette's index, 4: inks
  bool alpha = false;       // true: the sample after the colours is alpha
  bool associated = false;  // true: the colours are multiplied by alpha
};

std::string reason(const TiffHandle& file) {
  return file.error().empty() ? "its pixels" : file.error();
}

[[noreturn]] void fail(const Input& input, const TiffHandle& file) {
  // This text is in libtiff's message if an allocation exceeds the limit that TiffHandle sets.
  const bool too_much = file.error().find("limit defined in open options") != std::string::npos;
  if (file.out_of_memory() || too_much) {
    throw Error(ErrorCode::limit,
                input.name + ": no memory to decode it; free some, or make the picture smaller");
  }
  input.fail_damaged(kFormat, reason(file), true);
}

// Refuses raw pictures of cameras. They are TIFF files whose first picture is only a small preview.
void check_is_picture(const Input& input, const TiffHandle& file, const TiffLayout& t) {
  // PhotometricInterpretation of raw sensor data, as Adobe's DNG specification defines it.
  constexpr std::uint16_t kMosaic = 32803, kLinearRaw = 34892;
  void* dng = nullptr;
  std::uint16_t below = 0;
  void* offsets = nullptr;
  const bool is_dng = TIFFGetField(file.get(), TIFFTAG_DNGVERSION, &dng) == 1;
  const bool has_below = TIFFGetField(file.get(), TIFFTAG_SUBIFD, &below, &offsets) == 1;
  const bool is_reduced =
      (file.field<std::uint32_t>(TIFFTAG_SUBFILETYPE, 0) & FILETYPE_REDUCEDIMAGE) != 0;
  if (is_dng || t.photometric == kMosaic || t.photometric == kLinearRaw ||
      (is_reduced && has_below)) {
    input.fail_unread("raw picture of a camera (DNG, NEF, ARW)",
                      "develop it, and save it as JPEG, PNG or TIFF");
  }
}

// Throws Error{input} if the picture has more pixels than a file of this length can contain.
void check_tiff_size(const Input& input, const TiffLayout& t) {
  // The largest ratio of bytes of decoded samples to bytes of the file. 0: no limit is known.
  std::uint64_t ratio = 0;
  switch (t.compression) {
    case COMPRESSION_NONE:
      ratio = 1;
      break;
    case COMPRESSION_PACKBITS:
      ratio = 64;
      break;
    case COMPRESSION_LZW:
      ratio = 4096;
      break;
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE:
      ratio = 1032;
      break;
    case COMPRESSION_JPEG:
      ratio = 512 * std::uint64_t{t.samples};
      break;
    default:
      break;
  }
  const std::uint64_t pixel_bits = std::uint64_t{t.bits} * t.samples;
  const std::uint64_t most = ratio == 0 ? kMaxPixels : ratio * 8 * input.bytes.size() / pixel_bits;
  input.check_size(t.width, t.height, most);
}

// Returns true if the samples are of a kind that TiffRows and Colours read.
bool is_direct(const TiffLayout& t) {
  const bool sizes = t.format == SAMPLEFORMAT_IEEEFP
                         ? t.bits == 32 || t.bits == 64
                         : t.format == SAMPLEFORMAT_UINT && (t.bits <= 16 || t.bits == 32);
  switch (t.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      return sizes;
    case PHOTOMETRIC_RGB:
      return sizes && t.samples >= 3;
    case PHOTOMETRIC_PALETTE:
      return sizes && t.format == SAMPLEFORMAT_UINT && t.bits <= 16;
    case PHOTOMETRIC_SEPARATED:
      return sizes && t.samples >= 4;
    default:
      return false;
  }
}

Channels channels_of(const TiffHandle& file, const TiffLayout& t) {
  Channels channels;
  if (t.photometric == PHOTOMETRIC_SEPARATED) channels.colours = 4;
  const bool one = t.photometric == PHOTOMETRIC_MINISBLACK ||
                   t.photometric == PHOTOMETRIC_MINISWHITE || t.photometric == PHOTOMETRIC_PALETTE;
  if (one) channels.colours = 1;
  std::uint16_t extra = 0;
  const std::uint16_t* kinds = nullptr;
  if (TIFFGetFieldDefaulted(file.get(), TIFFTAG_EXTRASAMPLES, &extra, &kinds) == 1 && extra > 0 &&
      kinds != nullptr && t.samples > channels.colours) {
    channels.associated = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
    channels.alpha = channels.associated || kinds[0] == EXTRASAMPLE_UNASSALPHA;
  }
  return channels;
}

// Converts rows of stored samples to rows of pixels with channels of type T: R, G, B or four inks,
// and alpha if the file has it. Applies the palette, and scales samples to the range of T.
template <typename T>
class Colours {
 public:
  Colours(const TiffHandle& file, const TiffLayout& t, Channels channels)
      : layout_(t), channels_(channels), top_(std::is_same_v<T, std::uint8_t> ? 255 : 65535) {
    const bool whole = t.format == SAMPLEFORMAT_UINT && t.bits < 8 * sizeof(T);
    stored_top_ = whole ? (1u << t.bits) - 1 : top_;
    if (t.photometric != PHOTOMETRIC_PALETTE) return;
    std::uint16_t* maps[3] = {};
    if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) != 1) return;
    const std::size_t count = std::size_t{1} << t.bits;
    for (auto& map : maps) palette_.insert(palette_.end(), map, map + count);
    // Entries of a palette have 16 bits, but some programs write values of 8 bits. Such a palette
    // is recognised by its small values and scaled.
    const bool bytes =
        std::all_of(palette_.begin(), palette_.end(), [](std::uint16_t v) { return v < 256; });
    for (std::uint16_t& v : palette_) v = static_cast<std::uint16_t>(bytes ? v * 257 : v);
  }

  bool lacks_palette() const {
    return layout_.photometric == PHOTOMETRIC_PALETTE && palette_.empty();
  }

  // Converts a row in[width * samples] to out[width * channels].
  void convert(const T* in, T* out) const {
    for (std::uint32_t x = 0; x < layout_.width; ++x, in += layout_.samples) {
      const unsigned colours = channels_.colours;
      if (colours == 1) {
        put_one(in[0], out);
      } else {
        for (unsigned c = 0; c < colours; ++c) out[c] = scaled(in[c]);
      }
      const unsigned made = colours == 4 ? 4 : 3;
      if (channels_.alpha) out[made] = scaled(in[colours]);
      if (channels_.associated) divide(out, made, out[made]);
      out += made + (channels_.alpha ? 1 : 0);
    }
  }

 private:
  T scaled(T sample) const {
    if (stored_top_ == top_) return sample;
    return static_cast<T>((std::uint64_t{sample} * top_ + stored_top_ / 2) / stored_top_);
  }

  void put_one(T sample, T* out) const {
    if (!palette_.empty()) {
      const std::size_t count = palette_.size() / 3;
      const std::size_t index = std::min<std::size_t>(sample, count - 1);
      for (std::size_t c = 0; c < 3; ++c) {
        const std::uint64_t value = palette_[c * count + index];
        out[c] = static_cast<T>((value * top_ + 32767) / 65535);
      }
      return;
    }
    T grey = scaled(sample);
    if (layout_.photometric == PHOTOMETRIC_MINISWHITE) grey = static_cast<T>(top_ - grey);
    out[0] = out[1] = out[2] = grey;
  }

  void divide(T* colours, unsigned count, T alpha) const {
    if (alpha == 0 || alpha == top_) return;
    for (unsigned c = 0; c < count; ++c) {
      const std::uint64_t value = (std::uint64_t{colours[c]} * top_ + alpha / 2) / alpha;
      colours[c] = static_cast<T>(std::min<std::uint64_t>(value, top_));
    }
  }

  const TiffLayout& layout_;
  const Channels channels_;
  const std::uint64_t top_;
  std::uint64_t stored_top_;
  std::vector<std::uint16_t> palette_;  // red of all entries, then all green, then all blue values
};

// Converts four inks (CMYK) to RGB without a colour profile, as the other decoders do. A sample of
// 0 means no ink.
template <typename T>
void inks_to_rgb(const T* in, bool alpha, std::uint32_t width, std::uint8_t* out) {
  constexpr std::uint64_t kTop = std::is_same_v<T, std::uint8_t> ? 255 : 65535;
  for (std::uint32_t x = 0; x < width; ++x) {
    for (int c = 0; c < 3; ++c)
      *out++ = scale_to_byte((kTop - in[c]) * (kTop - in[3]), kTop * kTop);
    if (alpha) *out++ = scale_to_byte(in[4], kTop);
    in += alpha ? 5 : 4;
  }
}

template <typename T>
void read_direct(const Input& input, const TiffHandle& file, const TiffLayout& t, Channels channels,
                 const SrgbConversion& to_srgb, Image& image) {
  constexpr std::uint64_t kTop = std::is_same_v<T, std::uint8_t> ? 255 : 65535;
  TiffRows rows(file, t);
  const Colours<T> colours(file, t, channels);
  if (colours.lacks_palette()) input.fail_damaged(kFormat, "it has no palette");
  const unsigned made = (channels.colours == 4 ? 4 : 3) + (channels.alpha ? 1 : 0);
  std::vector<T> samples(std::size_t{t.width} * t.samples);
  std::vector<T> row(std::size_t{t.width} * made);
  std::uint8_t* out = image.u8();
  const std::size_t row_bytes = std::size_t{t.width} * static_cast<unsigned>(image.channels);
  std::uint32_t missing = 0;
  for (std::uint32_t y = 0; y < t.height; ++y, out += row_bytes) {
    if (!rows.read(y, samples.data())) {
      if (!input.options.damaged) fail(input, file);
      ++missing;
      std::memset(out, kMissingGrey, row_bytes);
      continue;
    }
    colours.convert(samples.data(), row.data());
    if (to_srgb) {
      to_srgb.convert(row.data(), out, t.width);
    } else if (channels.colours == 4) {
      inks_to_rgb(row.data(), channels.alpha, t.width, out);
    } else {
      for (std::size_t i = 0; i < row.size(); ++i) out[i] = scale_to_byte(row[i], kTop);
    }
  }
  input.warn_missing(missing, t.height);
}

// Reads a picture of a kind that only libtiff can convert to RGB bytes. The picture is not turned:
// its rows are those of the file, whatever the file's orientation.
Image read_converted(const Input& input, const TiffHandle& file, const TiffLayout& t) {
  char message[1024] = "";
  if (TIFFRGBAImageOK(file.get(), message) == 0) {
    input.fail_unread(std::string("TIFF picture of this kind (") + message + ")");
  }
  Image rgba(static_cast<int>(t.width), static_cast<int>(t.height), 4, SampleType::u8);
  TIFFRGBAImage reader;
  if (TIFFRGBAImageBegin(&reader, file.get(), 1, message) == 0) fail(input, file);
  reader.req_orientation = reader.orientation;
  auto* raster = reinterpret_cast<std::uint32_t*>(rgba.bytes.data());
  const bool read = TIFFRGBAImageGet(&reader, raster, t.width, t.height) != 0;
  TIFFRGBAImageEnd(&reader);
  if (!read) fail(input, file);
  Image rgb(rgba.width, rgba.height, 3, SampleType::u8);
  const std::size_t pixels = std::size_t{t.width} * t.height;
  for (std::size_t i = 0; i < pixels; ++i) {
    const std::uint32_t pixel = raster[i];
    rgb.u8()[3 * i] = static_cast<std::uint8_t>(TIFFGetR(pixel));
    rgb.u8()[3 * i + 1] = static_cast<std::uint8_t>(TIFFGetG(pixel));
    rgb.u8()[3 * i + 2] = static_cast<std::uint8_t>(TIFFGetB(pixel));
  }
  return rgb;
}

Bytes profile_of(const TiffHandle& file) {
  std::uint32_t size = 0;
  const void* data = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_ICCPROFILE, &size, &data) != 1 || data == nullptr) return {};
  return {static_cast<const std::uint8_t*>(data), size};
}

// Stores the EXIF, XMP and IPTC of the file's first directory in input.metadata. A BigTIFF's
// metadata is not read.
void keep_tiff_metadata(const Input& input, int orientation) {
  constexpr std::uint16_t kXmp = 0x02bc, kIptc = 0x83bb;
  ExifBlock tags = read_exif(input.bytes);
  std::erase_if(tags.image, [](const ExifTag& t) { return t.tag == kXmp || t.tag == kIptc; });
  const std::vector<std::uint8_t> exif = write_exif(tags);
  const std::vector<std::uint8_t> xmp = value_of_tag(input.bytes, kXmp, kMostMetadataBytes);
  const std::vector<std::uint8_t> iptc = value_of_tag(input.bytes, kIptc, kMostMetadataBytes);
  keep_metadata(input, {.exif = exif, .xmp = xmp, .iptc = iptc, .orientation = orientation});
}

}  // namespace

Image decode_tiff(const Input& input) {
  const TiffHandle file(input.bytes, input.memory_limit());
  if (file.get() == nullptr) fail(input, file);
  TiffLayout t = read_tiff_layout(input, file);
  check_is_picture(input, file, t);
  check_tiff_size(input, t);
  if (t.compression == COMPRESSION_JPEG && t.photometric == PHOTOMETRIC_YCBCR && !t.separate) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    t.photometric = PHOTOMETRIC_RGB;
  }
  const bool direct = is_direct(t);
  const Channels channels = direct ? channels_of(file, t) : Channels{};
  const auto stated = file.field<std::uint16_t>(TIFFTAG_ORIENTATION, 1);
  const int orientation = input.options.as_tensorflow || stated < 1 || stated > 8 ? 1 : stated;

  const unsigned made = channels.alpha ? 4 : 3;
  const std::uint64_t pixels = std::uint64_t{t.width} * t.height;
  const std::uint64_t pictures = (orientation > 1 ? 2 : 1) * made * pixels;
  const std::uint64_t bands =
      2 * t.planes() * t.band_bytes() + 16 * std::uint64_t{t.width} * t.samples;
  input.check_memory(pictures + (direct ? bands : 8 * pixels + bands));

  Image image;
  if (direct) {
    const bool wide = t.bits > 8;
    SampleLayout layout{.wide = wide, .alpha = channels.alpha};
    if (channels.colours == 4) layout.model = ColourModel::cmyk;
    if (channels.colours == 1 && t.photometric != PHOTOMETRIC_PALETTE) {
      layout.model = ColourModel::grey;
    }
    const SrgbConversion to_srgb = srgb_conversion(input, {.icc = profile_of(file)}, layout);
    image = Image(static_cast<int>(t.width), static_cast<int>(t.height), static_cast<int>(made),
                  SampleType::u8);
    if (wide) {
      read_direct<std::uint16_t>(input, file, t, channels, to_srgb, image);
    } else {
      read_direct<std::uint8_t>(input, file, t, channels, to_srgb, image);
    }
  } else {
    image = read_converted(input, file, t);
    const bool is_rgb = t.photometric == PHOTOMETRIC_YCBCR;
    if (is_rgb) convert_to_srgb(image, srgb_conversion(input, {.icc = profile_of(file)}, {}));
  }
  keep_tiff_metadata(input, orientation);
  return apply_orientation(std::move(image), orientation);
}

}  // namespace nst::codec
