// Converts the samples of a picture to sRGB from the colours that its file states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "image/codec_impl.hpp"

namespace nst::codec {

// The largest ICC profile file that is read, in bytes. Those of printing presses have a few MiB.
inline constexpr std::size_t kMostProfileBytes = std::size_t{16} << 20;

// Limits for the memory, in bytes, that a conversion may take in addition to the decoder's memory.
// A conversion gets a quarter of Input::memory_limit(), but not less than kLeastProfileMemory and
// not more than kMostProfileMemory. Converting by a camera's profile takes less than 1 MiB, by a
// printing press's profile up to 30 MiB.
inline constexpr std::uint64_t kLeastProfileMemory = std::uint64_t{4} << 20;
inline constexpr std::uint64_t kMostProfileMemory = std::uint64_t{96} << 20;

enum class ColourModel : std::uint8_t { grey, rgb, cmyk };

// Code numbers of ITU-T H.273 that describe colours. A PNG stores them in its cICP chunk, a HEIF
// file in an nclx box.
struct CodePoints {
  // In both members, 2 means that the file does not state them.
  unsigned primaries = 2;
  unsigned transfer = 2;
};

// What a picture file states about the colours of its samples.
struct ColourDescription {
  Bytes icc;             // ICC profile; empty: the file has none
  bool damaged = false;  // true: the file has a profile that could not be read
  std::optional<CodePoints> code_points = {};
};

// The form of the samples that a conversion reads. A grey picture is stored as three equal
// channels.
struct SampleLayout {
  ColourModel model = ColourModel::rgb;
  bool wide = false;      // true: samples are std::uint16_t, false: std::uint8_t
  bool alpha = false;     // true: alpha follows the colours as one more channel
  bool inverted = false;  // true: a CMYK sample of 0 means full ink
};

// Converts pixels to sRGB. Copies share the same data, and several threads may use them at once.
class SrgbConversion {
 public:
  struct Impl;

  // Creates an empty conversion, which means that no conversion is needed. The samples are sRGB, or
  // their colour space is unknown.
  SrgbConversion() = default;
  explicit SrgbConversion(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  // Returns true if the samples have to be converted.
  explicit operator bool() const { return impl_ != nullptr; }

  // Converts `pixels` pixels of the layout to u8 RGB, or to RGBA if the layout has alpha. `from`
  // and `to` may be the same memory if the samples have 8 bits and are not CMYK.
  void convert(const void* from, std::uint8_t* to, std::size_t pixels) const;

 private:
  std::shared_ptr<const Impl> impl_;
};

// Returns the conversion to sRGB from the colours that `described` states. It uses the defaults of
// lcms2's own tools: the perceptual rendering intent, without black point compensation. The
// conversion is empty in these cases:
//
// - The options ignore profiles.
// - The colours are sRGB: the conversion would change no byte by more than 1.
// - The profile is damaged, too large, or for another kind of picture. This gives a warning.
// - The build has no lcms2. This gives a warning if the colours are not sRGB.
SrgbConversion srgb_conversion(const Input& input, const ColourDescription& described,
                               SampleLayout layout);

// Converts the samples of a u8 picture to sRGB, in place.
void convert_to_srgb(Image& image, const SrgbConversion& conversion);

// Returns a small ICC profile of sRGB, which is stored in written files to state their colours.
// Returns an empty vector in a build without lcms2.
const std::vector<std::uint8_t>& srgb_profile();

}  // namespace nst::codec
