// Reads the tags of an EXIF block from its TIFF structure, and writes them as a new TIFF structure.
// All offsets in the new structure are computed anew, so that wrong offsets in the old structure do
// no harm.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst {

// One tag with its value. Numbers are little-endian, whatever the file's order was.
struct ExifTag {
  std::uint16_t tag;
  std::uint16_t type;  // 1 to 12 (TIFF 6.0, 2): BYTE, ASCII, SHORT, LONG, RATIONAL, …
  std::uint32_t count;
  std::vector<std::uint8_t> value;
};

// Make tags whose value is one number, a SHORT or a LONG.
ExifTag short_tag(std::uint16_t tag, std::uint16_t value);
ExifTag long_tag(std::uint16_t tag, std::uint32_t value);
// Makes a tag whose value is one RATIONAL. `value` must be positive and is rounded to four
// decimals.
ExifTag rational_tag(std::uint16_t tag, double value);

// The tags of an EXIF block, one list for each directory. Each list is sorted by tag number and has
// every number at most once.
struct ExifBlock {
  std::vector<ExifTag> image;  // tags of the first directory, which describe the picture
  std::vector<ExifTag> photo;  // tags of the EXIF directory: how the picture was taken
  std::vector<ExifTag> gps;    // tags of the GPS directory: where the picture was taken

  bool empty() const { return image.empty() && photo.empty() && gps.empty(); }
};

// Returns the tag with this number, or null if the directory has none.
const ExifTag* find_tag(const std::vector<ExifTag>& directory, std::uint16_t tag);
// Puts a tag into a directory, in place of one with the same number.
void set_tag(std::vector<ExifTag>& directory, ExifTag tag);
// Returns the value of a tag that contains one SHORT, LONG or RATIONAL. Returns 0 for every other
// tag, and for null.
double number_of(const ExifTag* tag);

// Reads a TIFF structure: an EXIF block without its "Exif\0\0", or a whole TIFF file. Never throws:
// a damaged block gives the tags that can be read. These are left out:
//
// - tags of unknown types
// - values that lie outside the block or have more than 64 KiB
// - tags of a directory after its first 1000
// - values beyond 1 MiB, counting all values of the block together
ExifBlock read_exif(Bytes block);

// Returns the value of one tag of the first directory, in the same form as read_exif. The value may
// have up to `most` bytes, more than read_exif allows: XMP and IPTC of a TIFF file are long.
// Returns no bytes if the tag is absent or unusable.
std::vector<std::uint8_t> value_of_tag(Bytes block, std::uint16_t tag, std::size_t most);

// Returns the TIFF structure of these tags, little-endian. Returns no bytes if there are no tags.
std::vector<std::uint8_t> write_exif(const ExifBlock& block);

// Adds the tags to a little-endian TIFF file (not a BigTIFF). The file's first directory is written
// anew, at the end of the file, with the tags in it. Tags that the directory already has keep their
// old values. Throws Error{output} if the file would exceed 4 GiB.
void add_exif_to_tiff(std::vector<std::uint8_t>& file, const ExifBlock& block);

}  // namespace nst
