#include "image/file_metadata.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "image/profile.hpp"

namespace nst::codec {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kExifHeader = "Exif\0\0"sv;
constexpr std::string_view kXmpHeader = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr std::string_view kPhotoshopHeader = "Photoshop 3.0\0"sv;
// The bytes \1\1 say that the segment contains part 1 of 1 of the ICC profile.
constexpr std::string_view kProfileHeader = "ICC_PROFILE\0\1\1"sv;
constexpr std::uint8_t kIptcResource[2] = {0x04, 0x04};
constexpr std::size_t kMostInSegment = 65533;

void append_segment(std::vector<std::uint8_t>& file, std::uint8_t marker, std::string_view header,
                    Bytes body) {
  const std::size_t length = 2 + header.size() + body.size();
  if (body.empty() || length - 2 > kMostInSegment) return;
  for (const std::size_t byte :
       {std::size_t{0xff}, std::size_t{marker}, length >> 8, length & 255}) {
    file.push_back(static_cast<std::uint8_t>(byte));
  }
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), body.begin(), body.end());
}

// Returns the EXIF block for a JPEG segment. If it is too large for a segment, leaves out the maker
// note. Returns no bytes if the rest is still too large.
std::vector<std::uint8_t> exif_for_segment(ExifBlock block) {
  constexpr std::uint16_t kMakerNote = 0x927c, kColourPosition = 0x0213, kCentred = 1;
  if (block.empty()) return {};
  // EXIF requires the tag YCbCrPositioning in a JPEG. The value is "centred": where colour has half
  // the resolution, the encoders average the colours of neighbouring pixels.
  set_tag(block.image, short_tag(kColourPosition, kCentred));
  std::vector<std::uint8_t> bytes = write_exif(block);
  if (bytes.size() + kExifHeader.size() <= kMostInSegment) return bytes;
  std::erase_if(block.photo, [](const ExifTag& tag) { return tag.tag == kMakerNote; });
  bytes = write_exif(block);
  return bytes.size() + kExifHeader.size() <= kMostInSegment ? bytes : std::vector<std::uint8_t>{};
}

// Returns a Photoshop image resource that contains `iptc`, the IPTC data of a picture. JPEG files
// store IPTC data in this form.
std::vector<std::uint8_t> photoshop_resource(Bytes iptc) {
  if (iptc.empty()) return {};
  std::vector<std::uint8_t> out = {'8', 'B', 'I', 'M', kIptcResource[0], kIptcResource[1], 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(iptc.size() >> shift));
  }
  out.insert(out.end(), iptc.begin(), iptc.end());
  if (out.size() % 2 == 1) out.push_back(0);
  return out;
}

void append_be32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

}  // namespace

Bytes iptc_of(Bytes segment) {
  if (segment.size() < kPhotoshopHeader.size() ||
      std::memcmp(segment.data(), kPhotoshopHeader.data(), kPhotoshopHeader.size()) != 0) {
    return {};
  }
  try {
    ByteReader reader(segment.subspan(kPhotoshopHeader.size()), "IPTC", ErrorCode::input);
    // Layout of a resource:
    //
    // - "8BIM"
    // - the resource's number: 2 bytes
    // - a name: a byte with the length, then the characters; padded to an even number of bytes
    // - the number of data bytes: 4 bytes
    // - the data, padded to an even number of bytes
    while (reader.remaining() >= 12) {
      if (std::memcmp(reader.take(4, "resource").data(), "8BIM", 4) != 0) return {};
      const Bytes number = reader.take(2, "number");
      const std::size_t name = reader.take(1, "name")[0];
      (void)reader.take(name + (name + 1) % 2, "name");
      const Bytes size = reader.take(4, "size");
      const std::size_t count = std::size_t{size[0]} << 24 | std::size_t{size[1]} << 16 |
                                std::size_t{size[2]} << 8 | size[3];
      const Bytes body = reader.take(count, "resource");
      if (std::memcmp(number.data(), kIptcResource, 2) == 0) return body;
      if (count % 2 == 1 && reader.remaining() > 0) (void)reader.take(1, "padding");
    }
  } catch (const Error&) {
    return {};
  }
  return {};
}

std::vector<std::uint8_t> with_metadata(Bytes jpeg, const FileMetadata& metadata) {
  // The JPEGs of both encoders (libjpeg and stb_image_write) begin with the start marker and a JFIF
  // segment of 18 bytes. The segment consists of marker, length, name, version, unit of density,
  // density across and down, and size of a thumbnail.
  constexpr std::size_t kSegmentsBegin = 20, kUnit = 13;
  constexpr std::uint8_t kDotsPerInch = 1;
  std::vector<std::uint8_t> file;
  const std::vector<std::uint8_t> exif = exif_for_segment(metadata.exif);
  const std::vector<std::uint8_t> iptc = photoshop_resource(metadata.iptc);
  const std::vector<std::uint8_t>& profile = srgb_profile();
  file.reserve(jpeg.size() + exif.size() + metadata.xmp.size() + iptc.size() + profile.size() +
               128);
  file.assign(jpeg.begin(), jpeg.begin() + kSegmentsBegin);
  if (metadata.dpi_x > 0 && metadata.dpi_y > 0) {
    file[kUnit] = kDotsPerInch;
    for (const auto& [at, dpi] :
         {std::pair(kUnit + 1, metadata.dpi_x), std::pair(kUnit + 3, metadata.dpi_y)}) {
      file[at] = static_cast<std::uint8_t>(dpi >> 8);
      file[at + 1] = static_cast<std::uint8_t>(dpi & 255);
    }
  }
  append_segment(file, 0xe1, kExifHeader, exif);
  append_segment(file, 0xe1, kXmpHeader, metadata.xmp);
  append_segment(file, 0xe2, kProfileHeader, profile);
  append_segment(file, 0xed, kPhotoshopHeader, iptc);
  file.insert(file.end(), jpeg.begin() + kSegmentsBegin, jpeg.end());
  return file;
}

std::vector<PngChunk> metadata_chunks(const FileMetadata& metadata) {
  std::vector<PngChunk> chunks;
  constexpr std::uint8_t kPerceptual = 0, kPerMetre = 1;
  chunks.push_back({"sRGB", {kPerceptual}});
  if (metadata.dpi_x > 0 && metadata.dpi_y > 0) {
    PngChunk density{"pHYs", {}};
    for (const int dpi : {metadata.dpi_x, metadata.dpi_y}) {
      append_be32(density.body, static_cast<std::uint32_t>(dpi / 0.0254 + 0.5));
    }
    density.body.push_back(kPerMetre);
    chunks.push_back(std::move(density));
  }
  if (std::vector<std::uint8_t> exif = write_exif(metadata.exif); !exif.empty()) {
    chunks.push_back({"eXIf", std::move(exif)});
  }
  if (!metadata.xmp.empty()) {
    // The fields of an iTXt chunk before its text (PNG 1.2, 4.2.3). First comes the keyword with a
    // zero behind it. The other fields are zeros: not compressed, method 0, no language, and no
    // translated keyword.
    constexpr std::string_view kHeader = "XML:com.adobe.xmp\0\0\0\0\0"sv;
    PngChunk packet{"iTXt", std::vector<std::uint8_t>(kHeader.size() + metadata.xmp.size())};
    const auto place = std::copy(kHeader.begin(), kHeader.end(), packet.body.begin());
    std::copy(metadata.xmp.begin(), metadata.xmp.end(), place);
    chunks.push_back(std::move(packet));
  }
  return chunks;
}

}  // namespace nst::codec
