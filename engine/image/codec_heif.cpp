// Decodes HEIC and AVIF by libheif. Returns a file's primary picture in 8 bits per sample.
#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>

#include "image/codec.hpp"
#include "image/heif_library.hpp"
#include "image/kept_metadata.hpp"
#include "image/profile.hpp"
#include "nst/error.hpp"

namespace nst::codec {
namespace {

// Does nothing on success. After a failure, throws the error for its cause: a picture that libheif
// cannot decode, a lack of memory, or a damaged file.
void check(const Input& input, const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  std::string reason = error.message != nullptr ? error.message : "unknown";
  std::replace_if(
      reason.begin(), reason.end(), [](char c) { return c >= 0 && c < ' '; }, ' ');
  if (error.code == heif_error_Unsupported_filetype ||
      error.code == heif_error_Unsupported_feature ||
      error.code == heif_error_Plugin_loading_error ||
      error.subcode == heif_suberror_Unsupported_codec) {
    input.fail_unread(
        std::string(heif_name(input.bytes)) + " picture of this kind (libheif: " + reason + ")",
        "install libheif's decoder for it, or convert it to JPEG or PNG");
  }
  if (error.code == heif_error_Memory_allocation_error) {
    throw Error(ErrorCode::limit, input.name + ": decoding it takes more memory than is allowed (" +
                                      reason + "); make the picture smaller");
  }
  input.fail_damaged(heif_name(input.bytes), reason);
}

// A pointer that owns an object of libheif and frees it with a function of type Free.
template <typename T, typename Free>
using Owned = std::unique_ptr<T, Free>;
using Context = Owned<heif_context, decltype(&heif_context_free)>;
using Handle = Owned<heif_image_handle, decltype(HeifLibrary::image_handle_release)>;
using Picture = Owned<heif_image, decltype(HeifLibrary::image_release)>;
using Options = Owned<heif_decoding_options, decltype(&heif_decoding_options_free)>;

// Returns the first metadata item of this type and, unless `content` is empty, of this content
// type. Returns no bytes if the picture has no such item.
std::vector<std::uint8_t> item(const HeifLibrary& heif, const heif_image_handle* handle,
                               std::string_view type, std::string_view content) {
  heif_item_id ids[16];
  const int count = heif.image_handle_get_list_of_metadata_block_IDs(handle, nullptr, ids, 16);
  for (int i = 0; i < count; ++i) {
    const char* own = heif.image_handle_get_metadata_type(handle, ids[i]);
    const char* kind = heif.image_handle_get_metadata_content_type(handle, ids[i]);
    if (own == nullptr || type != own ||
        (!content.empty() && (kind == nullptr || content != kind))) {
      continue;
    }
    const std::size_t size = heif.image_handle_get_metadata_size(handle, ids[i]);
    if (size == 0 || size > kMostMetadataBytes) continue;
    std::vector<std::uint8_t> bytes(size);
    if (heif.image_handle_get_metadata(handle, ids[i], bytes.data()).code == heif_error_Ok) {
      return bytes;
    }
  }
  return {};
}

// Returns the EXIF block of an item. The item's first four bytes give the number of bytes between
// them and the block (ISO/IEC 23008-12, A.2.1).
Bytes exif_of(Bytes body) {
  if (body.size() < 4) return {};
  const std::size_t offset =
      std::size_t{body[0]} << 24 | std::size_t{body[1]} << 16 | std::size_t{body[2]} << 8 | body[3];
  return offset < body.size() - 4 ? body.subspan(4 + offset) : Bytes{};
}

// Describes the picture's colours by its ICC profile, which is stored in `profile`. If the picture
// has none, describes them by the code points of its primaries and transfer function.
ColourDescription colours_of(const Input& input, const HeifLibrary& heif,
                             const heif_image_handle* handle, std::vector<std::uint8_t>& profile) {
  ColourDescription colours;
  const std::size_t size = heif.image_handle_get_raw_color_profile_size(handle);
  if (size > 0 && !input.ignores_profile()) {
    if (size <= kMostProfileBytes) {
      profile.resize(size);
      const heif_error error = heif.image_handle_get_raw_color_profile(handle, profile.data());
      colours.damaged = error.code != heif_error_Ok;
      colours.icc = profile;
    } else {
      colours.damaged = true;
    }
    return colours;
  }
  heif_color_profile_nclx* points = nullptr;
  const heif_error error = heif.image_handle_get_nclx_color_profile(handle, &points);
  if (error.code == heif_error_Ok && points != nullptr) {
    colours.code_points = CodePoints{static_cast<unsigned>(points->color_primaries),
                                     static_cast<unsigned>(points->transfer_characteristics)};
  }
  // If libheif does not know the code points, it returns an error, but an object too. So the object
  // is freed in either case.
  if (points != nullptr) heif.nclx_color_profile_free(points);
  return colours;
}

// Copies the interleaved samples of libheif's decoded picture to `image`, which has the size and
// the number of channels that the file states. Throws Error{input} if the decoded picture has
// others.
void copy_samples(const Input& input, const HeifLibrary& heif, const heif_image* decoded,
                  Image& image) {
  int stride = 0;
  const std::uint8_t* plane =
      heif.image_get_plane_readonly(decoded, heif_channel_interleaved, &stride);
  const int width = heif.image_get_width(decoded, heif_channel_interleaved);
  const int height = heif.image_get_height(decoded, heif_channel_interleaved);
  if (plane == nullptr || width != image.width || height != image.height ||
      stride < image.width * image.channels) {
    input.fail_damaged(heif_name(input.bytes), "it has another size than it says");
  }
  const std::size_t row =
      static_cast<std::size_t>(width) * static_cast<std::size_t>(image.channels);
  for (int y = 0; y < height; ++y) {
    std::memcpy(image.u8() + row * static_cast<std::size_t>(y), plane + std::ptrdiff_t{stride} * y,
                row);
  }
}

}  // namespace

Image decode_heif(const Input& input) {
  constexpr int kMaxSide = 1 << 16;
  const HeifLibrary* const library = heif_library();
  if (library == nullptr) {
    input.fail_unread(std::string(heif_name(input.bytes)) + " picture",
                      "install libheif, version 1 (libheif1), or convert it to JPEG or PNG");
  }
  const HeifLibrary& heif = *library;
  const Context context(heif.context_alloc(), heif.context_free);
  if (!context) throw Error(ErrorCode::limit, input.name + ": no memory to decode it");
  heif.context_set_maximum_image_size_limit(context.get(), kMaxSide);
  heif.context_set_max_decoding_threads(context.get(), 1);
  check(input, heif.context_read_from_memory_without_copy(context.get(), input.bytes.data(),
                                                          input.bytes.size(), nullptr));
  heif_image_handle* found = nullptr;
  check(input, heif.context_get_primary_image_handle(context.get(), &found));
  const Handle handle(found, heif.image_handle_release);
  const int width = heif.image_handle_get_width(found);
  const int height = heif.image_handle_get_height(found);
  const int channels = heif.image_handle_has_alpha_channel(found) != 0 ? 4 : 3;
  input.check_size(static_cast<std::uint64_t>(std::max(width, 0)),
                   static_cast<std::uint64_t>(std::max(height, 0)), kMaxPixels);
  // pixel_bytes is the number of bytes that decoding takes for each pixel. libheif makes decoded
  // planes and, to turn the picture upright, copies of them. Both have 3 channels of up to 16 bits.
  // libheif's interleaved picture and `image` then take 8 bits per sample each.
  const std::uint64_t pixel_bytes = 2 * 6 + 2 * static_cast<unsigned>(channels);
  input.check_memory(pixel_bytes * static_cast<std::uint64_t>(width) *
                     static_cast<std::uint64_t>(height));

  const Options options(heif.decoding_options_alloc(), heif.decoding_options_free);
  if (options) options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  check(input, heif.decode_image(
                   found, &decoded, heif_colorspace_RGB,
                   channels == 4 ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
                   options.get()));
  const Picture picture(decoded, heif.image_release);
  Image image(width, height, channels, SampleType::u8);
  copy_samples(input, heif, decoded, image);
  std::vector<std::uint8_t> profile;
  const ColourDescription colours = colours_of(input, heif, found, profile);
  convert_to_srgb(image, srgb_conversion(input, colours, {.alpha = channels == 4}));
  // FoundMetadata::orientation stays at 1, because libheif has already turned the picture upright
  // by the file's item properties "irot" and "imir". The EXIF orientation only repeats these.
  const std::vector<std::uint8_t> exif = item(heif, found, "Exif", "");
  const std::vector<std::uint8_t> xmp = item(heif, found, "mime", "application/rdf+xml");
  keep_metadata(input, {.exif = exif_of(exif), .xmp = xmp});
  return image;
}

}  // namespace nst::codec
