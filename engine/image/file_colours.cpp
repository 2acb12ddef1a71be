#include "image/file_colours.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace nst::codec {
namespace {

// Returns the ICC profile of an iCCP chunk (PNG 1.2, 4.2.2): a name that ends in a zero, the method
// 0, then a zlib stream. The profile's first four bytes state its size, which limits how much is
// inflated. Returns an empty vector if the chunk is damaged.
std::vector<std::uint8_t> unpacked_profile(Bytes chunk) {
  constexpr std::size_t kLongestName = 79, kHeaderBytes = 128;
  const std::size_t most = std::min(chunk.size(), kLongestName + 1);
  const void* zero = most == 0 ? nullptr : std::memchr(chunk.data(), 0, most);
  if (zero == nullptr) return {};
  const auto name = static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - chunk.data());
  if (chunk.size() < name + 2 || chunk[name + 1] != 0) return {};
  const Bytes stream = chunk.subspan(name + 2);
  std::array<std::uint8_t, kHeaderBytes> header;
  if (inflate_prefix(stream, header.data(), header.size()) < kHeaderBytes) return {};
  const std::size_t size = std::size_t{header[0]} << 24 | std::size_t{header[1]} << 16 |
                           std::size_t{header[2]} << 8 | header[3];
  if (size < kHeaderBytes || size > kMostProfileBytes) return {};
  std::vector<std::uint8_t> profile(size);
  if (inflate_prefix(stream, profile.data(), size) < size) return {};
  return profile;
}

}  // namespace

SrgbConversion jpeg_conversion(const Input& input, const JpegSegments& segments,
                               SampleLayout layout) {
  if (segments.profile_parts.empty()) return {};
  ColourDescription colours;
  const std::vector<std::uint8_t> profile = joined_profile(segments, colours.damaged);
  colours.icc = profile;
  return srgb_conversion(input, colours, layout);
}

SrgbConversion png_conversion(const Input& input, const PngChunks& chunks, bool wide) {
  ColourDescription colours;
  std::vector<std::uint8_t> profile;
  if (chunks.code_points) {
    colours.code_points = chunks.code_points;
  } else if (!chunks.profile.empty() && !input.ignores_profile()) {
    if (chunks.profile_intact) profile = unpacked_profile(chunks.profile);
    colours.damaged = profile.empty();
    colours.icc = profile;
  }
  SampleLayout layout{.wide = wide, .alpha = chunks.has_alpha()};
  if (chunks.is_grey()) layout.model = ColourModel::grey;
  return srgb_conversion(input, colours, layout);
}

}  // namespace nst::codec
