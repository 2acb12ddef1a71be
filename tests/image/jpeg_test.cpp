// Tests of JPEG files as phones, cameras and interrupted downloads leave them. The files are made
// from fixtures by moving and removing segments.
#include <algorithm>
#include <cstring>

#include "image/compose.hpp"

using nst::Image;
using namespace nst::test;

namespace {

using File = std::vector<std::uint8_t>;

File fixture(const std::string& name) { return file_bytes(image_fixture(name)); }

// Returns the offset of a JPEG file's first segment that has this marker.
std::size_t find_marker(const File& file, unsigned marker) {
  for (std::size_t i = 2; i + 3 < file.size(); i += 2 + file[i + 2] * 256u + file[i + 3]) {
    REQUIRE(file[i] == 0xff);
    if (file[i + 1] == marker) return i;
  }
  FAIL("no such marker");
  return 0;
}

File with_inserted(const File& file, std::size_t at, const File& more) {
  File out = file;
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
  return out;
}

// Returns the file without its first segment that has this marker.
File without(File file, unsigned marker) {
  const std::size_t at = find_marker(file, marker);
  const std::size_t size = 2 + file[at + 2] * 256u + file[at + 3];
  file.erase(file.begin() + static_cast<std::ptrdiff_t>(at),
             file.begin() + static_cast<std::ptrdiff_t>(at + size));
  return file;
}

File cut(const File& file, std::size_t bytes) {
  return {file.begin(), file.end() - static_cast<std::ptrdiff_t>(bytes)};
}

// Returns an EXIF segment with two entries: an image width, then an orientation stored with this
// TIFF type.
File exif_segment(unsigned orientation, unsigned type, bool big_endian) {
  FileBytes tiff;
  const auto u16 = [&](unsigned v) { big_endian ? tiff.u8(v >> 8).u8(v) : tiff.u16(v); };
  const auto u32 = [&](unsigned v) { big_endian ? tiff.be32(v) : tiff.u32(v); };
  tiff.text(big_endian ? "MM" : "II");
  u16(42);
  u32(8);
  u16(2);
  u16(0x0100), u16(4), u32(1), u32(64);
  u16(0x0112), u16(type), u32(1);
  const bool is_short = type == 3 || type == 8;
  is_short ? u16(orientation) : u32(orientation);
  if (is_short) u16(0xffff);  // fills the unused half of the entry's four bytes for a value
  u32(0);
  FileBytes segment;
  segment.u8(0xff).u8(0xe1).u8(0).u8(2 + 6 + tiff.bytes.size());
  return segment.text(std::string("Exif\0\0", 6)).add(tiff.bytes).bytes;
}

void check_warns(const File& file, const Image& expected) {
  const nst::LoadedImage loaded = nst::decode_image(file, "photo.jpg");
  CHECK(largest_difference(loaded.image, expected) == 0);
  REQUIRE(loaded.warnings.size() == 1);
  CHECK(loaded.warnings[0].starts_with("photo.jpg: the end marker is missing"));
}

constexpr const char* kFixtures[] = {"yuv444.jpg", "yuv420.jpg", "progressive.jpg", "grey.jpg",
                                     "cmyk.jpg"};

}  // namespace

TEST_CASE("JPEG: a missing end marker is a warning, whatever follows") {
  const File other = fixture("yuv422.jpg");
  for (const std::string name : kFixtures) {
    CAPTURE(name);
    const File whole = fixture(name);
    const Image expected = decoded(whole);
    const File open = cut(whole, 2);
    check_warns(open, expected);
    File trailer = open;
    for (const char c :
         std::string("\0\0\1\x0a\x0e\0\0\0Image_UTC_Data\xff\xe0\0\7abcdeSEFT", 35)) {
      trailer.push_back(static_cast<std::uint8_t>(c));
    }
    check_warns(trailer, expected);
    File second = open;
    second.insert(second.end(), other.begin(), other.end());
    check_warns(second, expected);
    // Tests bytes that follow the pixels of a JPEG without an end marker. A segment with a Huffman
    // table is appended: it must be ignored. An end marker is appended after the table: it must end
    // the file, so that there is no warning.
    File tables = open;
    for (const int byte : {0, 0xff, 0xc4, 0, 4, 9, 9}) {
      tables.push_back(static_cast<std::uint8_t>(byte));
    }
    check_warns(tables, expected);
    tables.push_back(0xff);
    tables.push_back(0xd9);
    check_decodes(tables, expected);
    // Tests that bytes after the end marker are ignored.
    second = whole;
    second.insert(second.end(), other.begin(), other.end());
    check_decodes(second, expected);
  }
}

TEST_CASE("JPEG: a picture cut in its pixels is refused, also between its scans") {
  for (const std::string name : kFixtures) {
    CAPTURE(name);
    const File whole = fixture(name);
    for (const std::size_t bytes : {4u, 9u, 30u, 100u}) {
      CAPTURE(bytes);
      (void)refusal(cut(whole, bytes));
    }
  }
  const File progressive = fixture("progressive.jpg");
  int scans = 0;
  for (std::size_t i = 2; i + 1 < progressive.size(); ++i) {
    if (progressive[i] != 0xff || progressive[i + 1] != 0xda) continue;
    if (++scans > 1) check_refused(cut(progressive, progressive.size() - i), "scans are missing");
  }
  CHECK(scans > 3);
}

TEST_CASE("JPEG: a sequential scan may call itself a part of a progressive one") {
  const File whole = fixture("yuv420.jpg");
  const Image expected = decoded(whole);
  const std::size_t scan = find_marker(whole, 0xda);
  const std::size_t parameters = scan + 2 + whole[scan + 3] - 3;
  for (const auto& [first, last, bits] : {std::array{0, 0, 0}, {0, 63, 1}, {1, 5, 0x21}}) {
    const int spectral_end = last;
    CAPTURE(spectral_end);
    File file = whole;
    file[parameters] = static_cast<std::uint8_t>(first);
    file[parameters + 1] = static_cast<std::uint8_t>(last);
    file[parameters + 2] = static_cast<std::uint8_t>(bits);
    check_decodes(file, expected);
  }
}

TEST_CASE("JPEG: four inks are stored inverted, with Adobe's marker or without") {
  const File whole = fixture("cmyk.jpg");
  check_decodes(without(whole, 0xee), decoded(whole));
}

TEST_CASE("JPEG: an orientation of any integer type, before and behind whatever") {
  const File upright = fixture("orientation6.jpg");
  const Image expected = decoded(upright);  // 24×16 pixels: the stored picture, turned upright
  const File bare = without(upright, 0xe1);
  CHECK(decoded(bare).width == expected.height);
  const File xmp = {0xff, 0xe1, 0, 8, 'h', 't', 't', 'p', ':', '/'};
  for (const unsigned type : {3u, 4u, 8u, 9u}) {
    for (const bool big_endian : {false, true}) {
      CAPTURE(type);
      CAPTURE(big_endian);
      const File exif = exif_segment(6, type, big_endian);
      for (const File& before : {File{}, File{0, 0, 0}, File{0xff, 0xff, 0xff}, xmp}) {
        File inserted = before;
        inserted.insert(inserted.end(), exif.begin(), exif.end());
        check_decodes(with_inserted(bare, find_marker(bare, 0xdb), inserted), expected);
      }
    }
  }
  for (const unsigned orientation : {0u, 1u, 9u, 0x10006u}) {
    CAPTURE(orientation);
    check_decodes(with_inserted(bare, 2, exif_segment(orientation, 4, false)), decoded(bare));
  }
  check_decodes(with_inserted(bare, 2, exif_segment(6, 5, false)),
                decoded(bare));  // an orientation of type 5 (RATIONAL) is ignored
}

TEST_CASE("JPEG: processes that are not read are named") {
  const File whole = fixture("yuv444.jpg");
  const std::size_t frame = find_marker(whole, 0xc0);
  const auto as = [&](unsigned marker, unsigned precision = 8) {
    File file = whole;
    file[frame + 1] = static_cast<std::uint8_t>(marker);
    file[frame + 4] = static_cast<std::uint8_t>(precision);
    return file;
  };
  check_refused(as(0xc1, 12), "12-bit JPEG");
  check_refused(as(0xc3), "lossless JPEG");
  check_refused(as(0xcb), "lossless JPEG");
  check_refused(as(0xf7), "JPEG-LS");
  for (const unsigned marker : {0xc5u, 0xc6u, 0xc7u, 0xcdu, 0xceu, 0xcfu}) {
    check_refused(as(marker), "hierarchical JPEG");
  }
  File late = whole;
  late[frame + 5] = late[frame + 6] = 0;
  check_refused(late, "height");
}

TEST_CASE("JPEG: a picture that memory does not allow is refused, or reduced for a style") {
  const auto decode = [](const std::string& name, std::size_t most, int least_side = 0) {
    return nst::decode_image(fixture(name), name, {most, least_side}).image;
  };
  constexpr std::size_t kPicture = 3 * 37 * 29;
  if (!NST_JPEG_BY_STB) {
    CHECK(decode("yuv420.jpg", kPicture).width == 37);
    const Image half = decode("yuv420.jpg", kPicture - 1, 14);
    CHECK(half.width == 19);
    CHECK(half.height == 15);
    // Tests that the picture is not halved if the memory suffices for all its pixels.
    CHECK(decode("yuv420.jpg", kPicture, 14).width == 37);
    expect_error(nst::ErrorCode::limit, [&] { (void)decode("yuv420.jpg", kPicture - 1, 20); });
    // Tests that these pictures are refused, although the memory suffices for their pixels. A
    // progressive JPEG keeps all its coefficients in memory. An orientation other than upright
    // needs a second copy of the picture.
    expect_error(nst::ErrorCode::limit, [&] { (void)decode("progressive.jpg", kPicture); });
    expect_error(nst::ErrorCode::limit, [&] { (void)decode("orientation6.jpg", 3 * 16 * 24); });
  }
  expect_error(nst::ErrorCode::limit, [&] { (void)decode("yuv420.jpg", kPicture - 1); });
}
