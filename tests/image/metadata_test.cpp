// Tests of metadata: which tags of a picture's file reach the file of its painting.
#include <cmath>
#include <cstring>
#include <utility>

#include "image/chunks.hpp"
#include "image/exif_block.hpp"
#include "image/file_metadata.hpp"

namespace nst::test {
namespace {

ExifTag text_tag(std::uint16_t tag, const std::string& text) {
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  return {tag, 2, static_cast<std::uint32_t>(bytes.size()), bytes};
}

ExifTag bytes_tag(std::uint16_t tag, const File& bytes) {
  return {tag, 7, static_cast<std::uint32_t>(bytes.size()), bytes};
}

// Returns a camera's tags: some that are safe, some that are not, some about the file's pixels.
ExifBlock camera_tags() {
  ExifBlock block;
  set_tag(block.image, text_tag(0x010f, std::string("Acme\0", 5)));
  set_tag(block.image, text_tag(0x013b, std::string("Jo Doe\0", 7)));      // Artist
  set_tag(block.image, text_tag(0x8298, std::string("(c) Jo\0", 7)));      // Copyright
  set_tag(block.image, text_tag(0x013c, std::string("jo-laptop\0", 10)));  // HostComputer
  set_tag(block.image, long_tag(0x0100, 4000));
  set_tag(block.image, short_tag(0x0112, 6));
  set_tag(block.image, rational_tag(0x011a, 300.0));
  set_tag(block.image, rational_tag(0x011b, 200.0));
  set_tag(block.image, short_tag(0x0128, 2));
  set_tag(block.photo, rational_tag(0x829d, 2.8));
  set_tag(block.photo, bytes_tag(0x927c, File(500, 7)));  // MakerNote
  set_tag(block.photo, short_tag(0xa001, 0xffff));
  set_tag(block.photo, long_tag(0xa002, 4000));
  set_tag(block.photo, long_tag(0xa003, 3000));
  set_tag(block.photo, text_tag(0xa430, std::string("Jo\0", 3)));     // CameraOwnerName
  set_tag(block.photo, text_tag(0xa431, std::string("12345\0", 6)));  // BodySerialNumber
  set_tag(block.photo, text_tag(0xa434, std::string("35mm lens\0", 10)));
  set_tag(block.gps, text_tag(1, std::string("N\0", 2)));
  return block;
}

Metadata camera_metadata() {
  Metadata metadata;
  metadata.exif = write_exif(camera_tags());
  const std::string xmp = "<x tiff:Orientation=\"6\"/><tiff:Orientation>8</tiff:Orientation>";
  metadata.xmp.assign(xmp.begin(), xmp.end());
  metadata.iptc = {0x1c, 2, 25, 0, 3, 's', 'e', 'a'};
  metadata.dpi_x = 300.0;
  metadata.dpi_y = 200.0;
  return metadata;
}

std::vector<OutputFormat> formats() {
  std::vector<OutputFormat> known = {OutputFormat::jpeg, OutputFormat::png};
  if (NST_HAVE_TIFF) known.push_back(OutputFormat::tiff);
  if (NST_HAVE_WEBP) known.push_back(OutputFormat::webp);
  return known;
}

Metadata written(OutputFormat format, KeepMetadata keep, const Metadata& metadata) {
  const Image image = random_image(24, 16, 3, SampleType::u8);
  const File file = encode_image(image.view(), format, {.metadata = &metadata, .keep = keep});
  LoadedImage loaded = decode_image(file, "written");
  CHECK(loaded.warnings.empty());
  CHECK(loaded.image.width == 24);
  return std::move(loaded.metadata);
}

// Returns an EXIF block in big-endian byte order. write_exif() writes only little-endian.
File big_endian_exif() {
  FileBytes b;
  const auto be16 = [&](unsigned v) { b.u8(v >> 8).u8(v & 255); };
  b.text(std::string("MM\0*", 4)).be32(8);
  be16(2);
  be16(0x010f), be16(2), b.be32(5).be32(38);  // Make, the camera's maker
  be16(0x011a), be16(5), b.be32(1).be32(44);  // XResolution
  b.be32(0).text(std::string("Acme\0\0", 6)).be32(600).be32(2);
  return b.bytes;
}

std::string text_of(const ExifTag* tag) {
  return tag == nullptr ? "" : std::string(tag->value.begin(), tag->value.end());
}

}  // namespace

TEST_CASE("Limit: 64 KiB of a metadata tag, and no directory beyond the block") {
  constexpr std::uint16_t kArtist = 0x013b;
  ExifBlock block;
  for (const std::size_t size : {65536, 65537}) {
    block.image = {text_tag(kArtist, std::string(size, 'a'))};
    CHECK(read_exif(write_exif(block)).image.size() == (size == 65536 ? 1 : 0));
  }
  // Writes a block of three tags and cuts it off inside the last one. Only the first two are read.
  block.image = {short_tag(0x0100, 1), short_tag(0x0101, 2), short_tag(0x0102, 3)};
  const std::vector<std::uint8_t> whole = write_exif(block);
  const Bytes cut = Bytes(whole).first(8 + 2 + 3 * 12 - 1);
  CHECK(read_exif(cut).image.size() == 2);
}

TEST_CASE("Limit: 1 MiB of EXIF, XMP and IPTC each") {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  const File png = encode_image(random_image(8, 8, 3, SampleType::u8).view(), OutputFormat::png);
  for (const std::size_t size : {kMost, kMost + 1}) {
    File exif = write_exif(camera_tags());
    exif.resize(size);
    const LoadedImage loaded = decode_image(with(png, "IDAT", chunk("eXIf", exif)), "test.png");
    CHECK(loaded.metadata.exif.size() == (size == kMost ? kMost : 0));
#if NST_HAVE_TIFF
    Metadata metadata;
    metadata.xmp.assign(size, ' ');
    metadata.iptc.assign(size, 0x1c);
    const Metadata kept = written(OutputFormat::tiff, KeepMetadata::all, metadata);
    CHECK(kept.xmp.size() == (size == kMost ? kMost : 0));
    CHECK(kept.iptc.size() == (size == kMost ? kMost : 0));
#endif
  }
}

TEST_CASE("metadata: safe keeps camera, artist and copyright, and drops what tells who and where") {
  for (const OutputFormat format : formats()) {
    CAPTURE(static_cast<int>(format));
    const ExifBlock kept = read_exif(written(format, KeepMetadata::safe, camera_metadata()).exif);
    CHECK(text_of(find_tag(kept.image, 0x010f)) == std::string("Acme\0", 5));
    CHECK(text_of(find_tag(kept.image, 0x013b)) == std::string("Jo Doe\0", 7));
    CHECK(find_tag(kept.image, 0x8298) != nullptr);
    CHECK(find_tag(kept.image, 0x013c) == nullptr);
    CHECK(number_of(find_tag(kept.photo, 0x829d)) == doctest::Approx(2.8));
    CHECK(find_tag(kept.photo, 0xa434) != nullptr);
    for (const int secret : {0x927c, 0xa430, 0xa431}) {
      CHECK(find_tag(kept.photo, static_cast<std::uint16_t>(secret)) == nullptr);
    }
    CHECK(kept.gps.empty());
  }
}

TEST_CASE("metadata: all keeps the rest, none keeps nothing") {
  for (const OutputFormat format : formats()) {
    CAPTURE(static_cast<int>(format));
    const Metadata all = written(format, KeepMetadata::all, camera_metadata());
    const ExifBlock kept = read_exif(all.exif);
    for (const int tag : {0x927c, 0xa430, 0xa431}) {
      CHECK(find_tag(kept.photo, static_cast<std::uint16_t>(tag)) != nullptr);
    }
    CHECK(kept.gps.size() == 1);
    CHECK(text_of(find_tag(kept.image, 0x013c)) == std::string("jo-laptop\0", 10));
    const std::string xmp(all.xmp.begin(), all.xmp.end());
    CHECK(xmp == "<x tiff:Orientation=\"1\"/><tiff:Orientation>1</tiff:Orientation>");
    const bool holds_iptc = format == OutputFormat::jpeg || format == OutputFormat::tiff;
    CHECK(all.iptc == (holds_iptc ? camera_metadata().iptc : std::vector<std::uint8_t>{}));

    const Metadata none = written(format, KeepMetadata::none, camera_metadata());
    const ExifBlock tags = read_exif(none.exif);
    CHECK(find_tag(tags.image, 0x010f) == nullptr);
    CHECK(tags.photo.empty());
    CHECK(none.xmp.empty());
    CHECK(none.dpi_x == 0.0);
  }
}

TEST_CASE("metadata: what describes the old file is written anew") {
  for (const OutputFormat format : formats()) {
    CAPTURE(static_cast<int>(format));
    const Metadata safe = written(format, KeepMetadata::safe, camera_metadata());
    const ExifBlock kept = read_exif(safe.exif);
    CHECK(number_of(find_tag(kept.image, 0x0112)) == 1);
    CHECK(number_of(find_tag(kept.photo, 0xa001)) == 1);  // ColorSpace is sRGB
    CHECK(number_of(find_tag(kept.photo, 0xa002)) == 24);
    CHECK(number_of(find_tag(kept.photo, 0xa003)) == 16);
    if (format != OutputFormat::tiff) CHECK(find_tag(kept.image, 0x0100) == nullptr);
    CHECK(safe.dpi_x == doctest::Approx(300.0).epsilon(1e-4));
    CHECK(safe.dpi_y == doctest::Approx(200.0).epsilon(1e-4));
  }
}

TEST_CASE("metadata: the thumbnail of the old picture is dropped") {
  File exif = write_exif(camera_tags());
  // Adds a second directory, which the first one (at offset 8) refers to. It describes a thumbnail
  // of 1000 bytes, all 0xee, so that the test can search for them.
  const std::size_t next = 8 + 2 + 12 * (exif[8] + 256u * exif[9]);
  const std::size_t begin = exif.size();
  for (std::size_t i = 0; i < 4; ++i) exif[next + i] = static_cast<std::uint8_t>(begin >> 8 * i);
  FileBytes more;
  more.u16(2).u16(0x0201).u16(4).u32(1).u32(begin + 30).u16(0x0202).u16(4).u32(1).u32(1000).u32(0);
  exif.insert(exif.end(), more.bytes.begin(), more.bytes.end());
  exif.resize(exif.size() + 1000, 0xee);
  Metadata metadata = camera_metadata();
  metadata.exif = exif;
  const File kept = written(OutputFormat::jpeg, KeepMetadata::all, metadata).exif;
  CHECK(std::count(kept.begin(), kept.end(), 0xee) < 10);
  CHECK(find_tag(read_exif(kept).image, 0x0201) == nullptr);
}

TEST_CASE("metadata: a resolution turns with the picture") {
  const Image image = random_image(24, 16, 3, SampleType::u8);
  Metadata metadata = camera_metadata();
  const File file = encode_image(image.view(), OutputFormat::png, {.metadata = &metadata});
  // Replaces the EXIF chunk: the written one has the orientation "upright", the new one has a
  // quarter turn (6). So decoding exchanges width and height, and must exchange the two
  // resolutions.
  ExifBlock turned;
  set_tag(turned.image, short_tag(0x0112, 6));
  const File stored = with(without(file, "eXIf"), "IDAT", chunk("eXIf", write_exif(turned)));
  const LoadedImage loaded = decode_image(stored, "turned");
  CHECK(loaded.image.width == 16);
  CHECK(loaded.metadata.dpi_x == doctest::Approx(200.0).epsilon(1e-4));
  CHECK(loaded.metadata.dpi_y == doctest::Approx(300.0).epsilon(1e-4));
}

TEST_CASE("metadata: blocks of either byte order are read") {
  const ExifBlock read = read_exif(big_endian_exif());
  CHECK(text_of(find_tag(read.image, 0x010f)) == std::string("Acme\0", 5));
  CHECK(number_of(find_tag(read.image, 0x011a)) == 300.0);
  const ExifBlock again = read_exif(write_exif(read));
  CHECK(again.image.size() == 2);
  CHECK(number_of(find_tag(again.image, 0x011a)) == 300.0);
}

TEST_CASE("metadata: a comment of UTF-16 changes its byte order with the block") {
  FileBytes b;
  const auto be16 = [&](unsigned v) { b.u8(v >> 8).u8(v & 255); };
  b.text(std::string("MM\0*", 4)).be32(8);
  be16(1), be16(0x8769), be16(4), b.be32(1).be32(26).be32(0);
  be16(1), be16(0x9286), be16(7), b.be32(10).be32(44).be32(0);
  b.text(std::string("UNICODE\0\0A", 10));
  const ExifBlock read = read_exif(b.bytes);
  CHECK(text_of(find_tag(read.photo, 0x9286)) == std::string("UNICODE\0A\0", 10));
}

TEST_CASE("metadata: damaged blocks give what can be read, and never more than a MiB") {
  const File good = write_exif(camera_tags());
  for (std::size_t size = 0; size < good.size(); size += 3) {
    (void)read_exif(Bytes(good).first(size));
  }
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    File bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    (void)write_exif(read_exif(bad));
  }
  // Tests a hostile block: its 5000 entries all refer to the same 60 KiB. If every entry were
  // copied, the copies would take 300 MB.
  FileBytes bomb;
  bomb.text(std::string("II*\0", 4)).u32(8).u16(5000);
  for (std::uint64_t i = 0; i < 5000; ++i) bomb.u16(i).u16(7).u32(60000).u32(8);
  bomb.zeros(60000);
  CHECK(write_exif(read_exif(bomb.bytes)).size() < std::size_t{2} << 20);
}

TEST_CASE("metadata: what is too large for a JPEG segment is left out, the maker note first") {
  ExifBlock block = camera_tags();
  set_tag(block.photo, bytes_tag(0x927c, File(60000, 7)));
  set_tag(block.photo, bytes_tag(0x9286, File(6000, 8)));
  Metadata metadata;
  metadata.exif = write_exif(block);
  metadata.xmp.assign(70000, 'x');
  const Metadata jpeg = written(OutputFormat::jpeg, KeepMetadata::all, metadata);
  CHECK(find_tag(read_exif(jpeg.exif).photo, 0x927c) == nullptr);
  CHECK(find_tag(read_exif(jpeg.exif).photo, 0x9286) != nullptr);
  CHECK(jpeg.xmp.empty());
  const Metadata png = written(OutputFormat::png, KeepMetadata::all, metadata);
  CHECK(find_tag(read_exif(png.exif).photo, 0x927c) != nullptr);
  CHECK(png.xmp == metadata.xmp);
}

TEST_CASE("metadata: pictures read as TensorFlow does have none") {
  const Image image = random_image(24, 16, 3, SampleType::u8);
  const Metadata metadata = camera_metadata();
  const File file = encode_image(image.view(), OutputFormat::jpeg, {.metadata = &metadata});
  const LoadedImage loaded = decode_image(file, "a", {.as_tensorflow = true});
  CHECK(loaded.metadata.exif.empty());
  CHECK(loaded.metadata.dpi_x == 0.0);
}

TEST_CASE("metadata: IPTC is found among Photoshop's resources") {
  FileBytes segment;
  segment.text(std::string("Photoshop 3.0\0", 14)).text("8BIM").u8(3).u8(0xed).u8(0).u8(0);
  segment.be32(3).add({1, 2, 3, 0}).text("8BIM").u8(4).u8(4).u8(3).text("abc").be32(2).add({9, 8});
  const Bytes found = codec::iptc_of(segment.bytes);
  CHECK(std::vector<std::uint8_t>(found.begin(), found.end()) == File{9, 8});
  for (std::size_t size = 0; size < segment.bytes.size(); ++size) {
    CHECK(codec::iptc_of(Bytes(segment.bytes).first(size)).empty());
  }
}

}  // namespace nst::test
