// WebP by libwebp: pictures, and the first frame of animations.
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "image/codec.hpp"
#include "image/exif.hpp"
#include "image/kept_metadata.hpp"
#include "image/profile.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

constexpr const char* kFormat = "WebP";

// A WebP file divided into its chunks and frames. Gives the first frame; a still picture has one.
class Demuxed {
 public:
  explicit Demuxed(const Input& input) {
    const WebPData data{input.bytes.data(), input.bytes.size()};
    demuxer_ = WebPDemux(&data);
    if (demuxer_ == nullptr || WebPDemuxGetFrame(demuxer_, 1, &frame_) == 0 ||
        frame_.complete == 0) {
      input.fail_damaged(kFormat, "it ends early or is not one");
    }
  }
  Demuxed(const Demuxed&) = delete;
  Demuxed& operator=(const Demuxed&) = delete;
  ~Demuxed() {
    WebPDemuxReleaseIterator(&frame_);
    WebPDemuxDelete(demuxer_);
  }

  const WebPIterator& frame() const { return frame_; }
  unsigned canvas(WebPFormatFeature side) const { return WebPDemuxGetI(demuxer_, side); }

  // Returns the body of a chunk such as "ICCP": a view of the file's bytes. Returns no bytes if the
  // file has no such chunk.
  Bytes chunk(const char* name) const {
    WebPChunkIterator found{};
    Bytes body;
    if (WebPDemuxGetChunk(demuxer_, name, 1, &found) != 0) {
      body = {found.chunk.bytes, found.chunk.size};
    }
    WebPDemuxReleaseChunkIterator(&found);
    return body;
  }

 private:
  WebPDemuxer* demuxer_ = nullptr;
  WebPIterator frame_{};
};

// Returns the bytes that decoding takes: the picture, a second one if it is turned, and libwebp's
// working memory. The working memory has four bytes per pixel if the picture is lossless or has
// alpha. Otherwise it has only a few rows and is not counted.
std::uint64_t needed_bytes(const WebPBitstreamFeatures& features, std::uint64_t pixels,
                           unsigned reduction, bool turned) {
  constexpr int kLossless = 2;
  const std::uint64_t made = pixels / (std::uint64_t{reduction} * reduction);
  const std::uint64_t own =
      features.format == kLossless || features.has_alpha != 0 ? 4 * pixels : 0;
  return (turned ? 8 : 4) * made + own;
}

// Returns the smallest reduction (1, 2, 4 or 8) at which decoding fits into the allowed memory.
// Returns 1 if no reduction fits, or if the shorter side would get smaller than
// ReadOptions::least_side.
unsigned choose_reduction(const Input& input, const WebPBitstreamFeatures& features, bool turned) {
  const auto width = static_cast<std::uint64_t>(features.width);
  const auto height = static_cast<std::uint64_t>(features.height);
  const auto least = static_cast<std::uint64_t>(std::max(input.options.least_side, 0));
  for (unsigned reduction = 1; least > 0 && reduction <= 8; reduction *= 2) {
    if (std::min(width, height) / reduction < least) return 1;
    if (needed_bytes(features, width * height, reduction, turned) <= input.memory_limit()) {
      return reduction;
    }
  }
  return 1;
}

Image decode_frame(const Input& input, const WebPIterator& frame,
                   const WebPBitstreamFeatures& features, unsigned reduction) {
  const auto reduced = [&](int side) {
    return static_cast<int>((static_cast<unsigned>(side) + reduction - 1) / reduction);
  };
  const int channels = features.has_alpha != 0 ? 4 : 3;
  Image image(reduced(features.width), reduced(features.height), channels, SampleType::u8);
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0)
    input.fail_damaged(kFormat, "libwebp is another version");
  config.options.use_scaling = reduction > 1 ? 1 : 0;
  config.options.scaled_width = image.width;
  config.options.scaled_height = image.height;
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {image.u8(), image.width * channels, image.bytes.size()};
  const VP8StatusCode status = WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
  WebPFreeDecBuffer(&config.output);
  if (status == VP8_STATUS_OUT_OF_MEMORY) {
    throw Error(ErrorCode::limit,
                input.name + ": no memory to decode it; free some, or make the picture smaller");
  }
  if (status != VP8_STATUS_OK) input.fail_damaged(kFormat, "its pixels");
  return image;
}

// Returns an animation's transparent canvas of this size with its first frame at (x, y).
Image on_canvas(const Image& frame, int x, int y, int width, int height) {
  Image canvas(width, height, 4, SampleType::u8);
  const auto channels = static_cast<std::size_t>(frame.channels);
  for (int row = 0; row < frame.height; ++row) {
    const std::uint8_t* from =
        frame.view().width * std::size_t{channels} * std::size_t(row) + frame.u8();
    std::uint8_t* to =
        canvas.u8() + 4 * (std::size_t(row + y) * std::size_t(width) + std::size_t(x));
    for (int i = 0; i < frame.width; ++i, from += channels, to += 4) {
      std::memcpy(to, from, 3);
      to[3] = channels == 4 ? from[3] : 255;
    }
  }
  return canvas;
}

// libwebp's encoder, and the memory into which it writes the file. The destructor frees what
// libwebp has allocated for both.
struct Encoder {
  WebPPicture picture;
  WebPMemoryWriter writer;

  Encoder() {
    WebPMemoryWriterInit(&writer);
    is_ready = WebPPictureInit(&picture) != 0;
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() {
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&writer);
  }
  bool is_ready = false;
};

[[noreturn]] void fail_encoding(bool no_memory) {
  throw Error(no_memory ? ErrorCode::limit : ErrorCode::output,
              "cannot encode as WebP; try a smaller picture, or PNG");
}

// Adds the sRGB profile and metadata to an encoded picture.
std::vector<std::uint8_t> with_chunks(const WebPMemoryWriter& file, const FileMetadata& metadata) {
  const std::unique_ptr<WebPMux, void (*)(WebPMux*)> mux(WebPMuxNew(), WebPMuxDelete);
  const WebPData picture{file.mem, file.size};
  bool good = mux != nullptr && WebPMuxSetImage(mux.get(), &picture, 0) == WEBP_MUX_OK;
  const auto add = [&](const char* name, Bytes body) {
    const WebPData data{body.data(), body.size()};
    if (!body.empty()) good = good && WebPMuxSetChunk(mux.get(), name, &data, 1) == WEBP_MUX_OK;
  };
  add("ICCP", srgb_profile());
  add("EXIF", write_exif(metadata.exif));
  add("XMP ", metadata.xmp);
  WebPData joined{};
  good = good && WebPMuxAssemble(mux.get(), &joined) == WEBP_MUX_OK;
  if (!good) fail_encoding(true);
  std::vector<std::uint8_t> out(joined.bytes, joined.bytes + joined.size);
  WebPDataClear(&joined);
  return out;
}

}  // namespace

Image decode_webp(const Input& input) {
  const Demuxed file(input);
  const WebPIterator& frame = file.frame();
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(frame.fragment.bytes, frame.fragment.size, &features) != VP8_STATUS_OK) {
    input.fail_damaged(kFormat, "its header");
  }
  const unsigned width = file.canvas(WEBP_FF_CANVAS_WIDTH);
  const unsigned height = file.canvas(WEBP_FF_CANVAS_HEIGHT);
  input.check_size(width, height, kMaxPixels);
  const Bytes exif = file.chunk("EXIF");
  const int orientation = input.orientation(exif);
  const bool whole = frame.x_offset == 0 && frame.y_offset == 0 &&
                     static_cast<unsigned>(features.width) == width &&
                     static_cast<unsigned>(features.height) == height;
  const bool turned = orientation > 1;
  const unsigned reduction = whole ? choose_reduction(input, features, turned) : 1;
  const std::uint64_t pixels = std::uint64_t{width} * height;
  input.check_memory(needed_bytes(features, pixels, reduction, turned) + (whole ? 0 : 4 * pixels));

  Image image = decode_frame(input, frame, features, reduction);
  if (!whole) {
    const bool inside = frame.x_offset >= 0 && frame.y_offset >= 0 &&
                        static_cast<unsigned>(frame.x_offset + image.width) <= width &&
                        static_cast<unsigned>(frame.y_offset + image.height) <= height;
    if (!inside) input.fail_damaged(kFormat, "its first frame lies outside");
    image = on_canvas(image, frame.x_offset, frame.y_offset, static_cast<int>(width),
                      static_cast<int>(height));
  }
  const SampleLayout layout{.alpha = image.channels == 4};
  convert_to_srgb(image, srgb_conversion(input, {.icc = file.chunk("ICCP")}, layout));
  keep_metadata(input, {.exif = exif, .xmp = file.chunk("XMP "), .orientation = orientation});
  return apply_orientation(std::move(image), orientation);
}

std::vector<std::uint8_t> encode_webp(const ImageView& image, const EncodeOptions& options) {
  if (image.width > WEBP_MAX_DIMENSION || image.height > WEBP_MAX_DIMENSION) {
    throw Error(ErrorCode::output, "WebP cannot hold sides over 16383; write PNG");
  }
  // The level of lossless compression, 0 to 9. The next higher level takes 1.5 times as long and
  // makes files 1 % smaller.
  constexpr int kLosslessEffort = 2;
  Encoder encoder;
  WebPConfig config;
  if (!encoder.is_ready || WebPConfigInit(&config) == 0) fail_encoding(false);
  config.quality = static_cast<float>(options.quality);
  if (options.quality == 100 && WebPConfigLosslessPreset(&config, kLosslessEffort) == 0) {
    fail_encoding(false);
  }
  config.thread_level = 1;
  WebPPicture& picture = encoder.picture;
  picture.use_argb = config.lossless;
  picture.width = image.width;
  picture.height = image.height;
  const std::uint8_t* rows = row_u8(image, 0);
  const int stride = static_cast<int>(row_u8(image, 1) - rows);
  const int imported = image.channels == 4 ? WebPPictureImportRGBA(&picture, rows, stride)
                                           : WebPPictureImportRGB(&picture, rows, stride);
  if (imported == 0) fail_encoding(true);
  // If memory runs out, malloc sets errno to ENOMEM. libwebp may report such a failure as another
  // error.
  errno = 0;
  if (WebPEncode(&config, &picture) == 0) {
    fail_encoding(errno == ENOMEM || picture.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ||
                  picture.error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY);
  }
  WebPPictureFree(&picture);
  return with_chunks(encoder.writer, metadata_to_write(options, image.width, image.height));
}

}  // namespace nst::codec
