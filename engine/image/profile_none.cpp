// Replaces profile_lcms.cpp in a build without lcms2. No profile is used; pictures whose colours
// are not sRGB give a warning.
#include <algorithm>
#include <string_view>

#include "image/profile.hpp"

namespace nst::codec {

struct SrgbConversion::Impl {};

namespace {

// Returns true if the profile's texts contain the name sRGB: in ASCII, or in UTF-16, which ICC
// version 4 uses.
bool is_named_srgb(Bytes profile) {
  using std::string_view_literals::operator""sv;
  const std::string_view text(reinterpret_cast<const char*>(profile.data()), profile.size());
  return text.find("sRGB"sv) != std::string_view::npos ||
         text.find("s\0R\0G\0B"sv) != std::string_view::npos;
}

}  // namespace

void SrgbConversion::convert(const void*, std::uint8_t*, std::size_t) const {}

SrgbConversion srgb_conversion(const Input& input, const ColourDescription& described,
                               SampleLayout) {
  if (input.ignores_profile()) return {};
  const CodePoints points = described.code_points.value_or(CodePoints{});
  const bool plain = points.primaries <= 2 || points.primaries == 6;
  if ((described.icc.empty() && plain && !described.damaged) || is_named_srgb(described.icc)) {
    return {};
  }
  input.warn(
      "its colour profile is not used, as this program was built without lcms2; colours may look "
      "dull");
  return {};
}

const std::vector<std::uint8_t>& srgb_profile() {
  static const std::vector<std::uint8_t> none;
  return none;
}

}  // namespace nst::codec
