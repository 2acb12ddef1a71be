#include "image/kept_metadata.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

namespace nst::codec {
namespace {

using Tag = std::uint16_t;

// Numbers of the tags that the functions below treat one by one (TIFF 6.0; EXIF 2.32, 4.6).
constexpr Tag kOrientation = 0x0112, kXResolution = 0x011a, kYResolution = 0x011b,
              kResolutionUnit = 0x0128, kColourSpace = 0xa001, kPixelWidth = 0xa002,
              kPixelHeight = 0xa003, kMakerNote = 0x927c;

// Tags of the first directory that are safe to keep: description, camera, software, dates, artist,
// copyright, ratings, and the titles, comments, authors, keywords and subjects of Windows.
constexpr std::array<Tag, 15> kSafeImage = {0x010d, 0x010e, 0x010f, 0x0110, 0x0131,
                                            0x0132, 0x013b, 0x4746, 0x4749, 0x8298,
                                            0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f};

// The ranges of tags in the EXIF directory that are safe to keep. These are not among them: the
// maker note (0x927c), the picture's unique number (0xa420), the owner's name (0xa430), the serial
// numbers of body and lens (0xa431, 0xa435), the firmware and editing programs of EXIF 3.0, and
// private tags.
constexpr std::pair<Tag, Tag> kSafePhoto[] = {
    {0x829a, 0x829d},                                      // EXIF tags: exposure time, f-number
    {0x8822, 0x8824}, {0x8827, 0x8827}, {0x8830, 0x8835},  // EXIF tags: exposure program, ISO speed
    {0x9000, 0x9012},                    // EXIF tags: EXIF's version, dates, time zones
    {0x9101, 0x9101}, {0x9201, 0x920a},  // EXIF tags: components, shutter, aperture, focal length
    {0x9214, 0x9214}, {0x9286, 0x9286}, {0x9290, 0x9292},  // EXIF tags: subject, comment, subsecond
    {0x9400, 0x9405},  // EXIF tags: temperature, humidity, air pressure, angle of the camera
    {0xa000, 0xa003},  // EXIF tags: version of Flashpix, colour space, width and height
    {0xa20b, 0xa217}, {0xa300, 0xa302}, {0xa401, 0xa40c},  // EXIF tags: focal plane, sensor, scene
    {0xa432, 0xa434},  // EXIF tags: range, maker and model of the lens
    {0xa436, 0xa437},  // EXIF tags: title of the picture, name of the photographer
    {0xa460, 0xa462},  // EXIF tags: number and exposure times of the photos in a composite picture
};

// The ranges of tags in the first directory that are never kept. Either they describe how the old
// file stores its pixels, or NST writes them itself.
constexpr std::pair<Tag, Tag> kStructure[] = {
    {0x00fe, 0x0103}, {0x0106, 0x010a}, {0x0111, 0x011d}, {0x0120, 0x0129}, {0x012d, 0x012d},
    {0x013d, 0x0145}, {0x014a, 0x014a}, {0x014c, 0x0157}, {0x0158, 0x0214}, {0x02bc, 0x02bc},
    {0x80e3, 0x80e6}, {0x828d, 0x828e}, {0x83bb, 0x83bb}, {0x8649, 0x8649}, {0x8769, 0x8769},
    {0x8773, 0x8773}, {0x8825, 0x8825}, {0x935c, 0x935c}, {0xc4a5, 0xc4a5}, {0xea1c, 0xea1d},
};

// The ranges of tags in the EXIF directory that are never kept. NST writes the colour space and the
// size itself. The other tags describe the old file: its compression, gamma and padding, and the
// interoperability directory, which may state Adobe RGB.
constexpr std::pair<Tag, Tag> kPhotoStructure[] = {
    {0x9102, 0x9102}, {0xa001, 0xa003}, {0xa005, 0xa005}, {0xa500, 0xa500}, {0xea1c, 0xea1d}};

template <std::size_t n>
bool is_in(const std::pair<Tag, Tag> (&ranges)[n], Tag tag) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [&](const auto& range) { return tag >= range.first && tag <= range.second; });
}

void keep(ExifBlock& block, KeepMetadata choice) {
  const bool safe = choice == KeepMetadata::safe;
  std::erase_if(block.image, [&](const ExifTag& tag) {
    const bool known = std::find(kSafeImage.begin(), kSafeImage.end(), tag.tag) != kSafeImage.end();
    return is_in(kStructure, tag.tag) || (safe && !known);
  });
  std::erase_if(block.photo, [&](const ExifTag& tag) {
    return is_in(kPhotoStructure, tag.tag) ||
           (safe && (tag.tag == kMakerNote || !is_in(kSafePhoto, tag.tag)));
  });
  if (safe) block.gps.clear();
}

// Returns the dots per inch (across, down) that the tags of an EXIF directory state, or {0, 0}.
std::pair<double, double> resolution_of(const std::vector<ExifTag>& directory) {
  constexpr double kCentimetre = 3;
  const ExifTag* unit = find_tag(directory, kResolutionUnit);
  const double scale = number_of(unit) == kCentimetre ? 2.54 : 1.0;
  // Unit 1 means that the two resolutions have no unit and state only the aspect ratio of a pixel.
  if (unit != nullptr && number_of(unit) == 1) return {0.0, 0.0};
  return {scale * number_of(find_tag(directory, kXResolution)),
          scale * number_of(find_tag(directory, kYResolution))};
}

// Returns the dots per inch, rounded to a whole number. Returns 0 for numbers outside 1..65535,
// because not every file format can state them.
int whole_dpi(double dpi) { return dpi >= 1.0 && dpi <= 65535.0 ? static_cast<int>(dpi + 0.5) : 0; }

// Sets the orientation that an XMP packet states to 1, because written pictures are upright.
void set_upright(std::vector<std::uint8_t>& xmp) {
  constexpr std::string_view kName = "tiff:Orientation";
  for (auto at = xmp.begin();;) {
    at = std::search(at, xmp.end(), kName.begin(), kName.end());
    if (at == xmp.end()) return;
    at += static_cast<std::ptrdiff_t>(kName.size());
    // The value follows the name tiff:Orientation. An attribute has the form ="6", an element >6<.
    auto digit = at;
    while (digit != xmp.end() && digit - at < 3 && (*digit < '0' || *digit > '9')) ++digit;
    if (digit != xmp.end() && *digit >= '1' && *digit <= '8') *digit = '1';
  }
}

}  // namespace

void keep_metadata(const Input& input, const FoundMetadata& found) {
  if (input.options.as_tensorflow) return;
  Metadata& kept = input.metadata;
  const auto copy = [](Bytes from, std::vector<std::uint8_t>& to) {
    if (from.size() <= kMostMetadataBytes) to.assign(from.begin(), from.end());
  };
  copy(without_exif_prefix(found.exif), kept.exif);
  copy(found.xmp, kept.xmp);
  copy(found.iptc, kept.iptc);
  std::pair<double, double> dpi{found.dpi_x, found.dpi_y};
  if (!(dpi.first > 0.0 && dpi.second > 0.0)) dpi = resolution_of(read_exif(kept.exif).image);
  if (found.orientation > 4) std::swap(dpi.first, dpi.second);
  if (whole_dpi(dpi.first) == 0 || whole_dpi(dpi.second) == 0) return;
  kept.dpi_x = dpi.first;
  kept.dpi_y = dpi.second;
}

FileMetadata metadata_to_write(const EncodeOptions& options, int width, int height) {
  FileMetadata file;
  if (options.metadata == nullptr || options.keep == KeepMetadata::none) return file;
  const Metadata& from = *options.metadata;
  file.dpi_x = whole_dpi(from.dpi_x);
  file.dpi_y = whole_dpi(from.dpi_y);
  file.exif = read_exif(from.exif);
  if (options.keep == KeepMetadata::all) {
    file.xmp = from.xmp;
    file.iptc = from.iptc;
    set_upright(file.xmp);
  }
  const bool has_size = find_tag(file.exif.photo, kPixelWidth) != nullptr;
  keep(file.exif, options.keep);
  if (file.exif.empty()) return file;
  set_tag(file.exif.image, short_tag(kOrientation, 1));
  if (file.dpi_x > 0 && file.dpi_y > 0) {
    set_tag(file.exif.image, rational_tag(kXResolution, from.dpi_x));
    set_tag(file.exif.image, rational_tag(kYResolution, from.dpi_y));
    set_tag(file.exif.image, short_tag(kResolutionUnit, 2));
  }
  if (!file.exif.photo.empty()) set_tag(file.exif.photo, short_tag(kColourSpace, 1));
  if (has_size) {
    set_tag(file.exif.photo, long_tag(kPixelWidth, static_cast<std::uint32_t>(width)));
    set_tag(file.exif.photo, long_tag(kPixelHeight, static_cast<std::uint32_t>(height)));
  }
  return file;
}

}  // namespace nst::codec
