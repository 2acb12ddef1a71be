// Tests of what nst-run reads from picture files besides pixels. Also tests the options with which
// it writes picture files.
#include <cmath>
#include <cstring>

#include "cli/process.hpp"
#include "image/chunks.hpp"
#include "image/exif_block.hpp"
#include "image/npy.hpp"
#include "image/profiles.hpp"
#include "nst/nst.hpp"

namespace nst::test {
namespace {

const std::string kPainting = image_fixture("yuv444.jpg");

File with_chunk(const File& png, const std::string& type, const File& body) {
  return with(png, "IDAT", chunk(type, body));
}

[[maybe_unused]] File tagged(const File& png, const File& profile) {
  return with_chunk(png, "iCCP",
                    FileBytes{}.text(std::string("icc\0\0", 5)).add(stored(profile)).bytes);
}

File photo_png() {
  return encode_image(read_image(image_fixture("yuv420.jpg")).view(), OutputFormat::png);
}

// Returns EXIF data with an artist, a serial number and an orientation.
File exif_of(int orientation) {
  ExifBlock block;
  const std::string artist("Jo Doe\0", 7), serial("12345\0", 6);
  set_tag(block.image, {0x013b, 2, 7, {artist.begin(), artist.end()}});
  set_tag(block.image, short_tag(0x0112, static_cast<std::uint16_t>(orientation)));
  set_tag(block.photo, {0xa431, 2, 6, {serial.begin(), serial.end()}});
  return write_exif(block);
}

std::string painted(const TemporaryFolder& folder, const std::string& content,
                    const std::string& name, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {content, "-s", kPainting, "-o", folder.file(name)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  CHECK(run_well(arguments) == "");
  return folder.file(name);
}

}  // namespace

TEST_CASE("nst-run: a result keeps the artist, and loses serial numbers and the turn") {
  const TemporaryFolder folder;
  const std::string photo = folder.file("a.png", with_chunk(photo_png(), "eXIf", exif_of(6)));
  for (const std::string name : {"out.png", "out.jpg"}) {
    CAPTURE(name);
    const LoadedImage out = load_image(painted(folder, photo, name));
    const ExifBlock kept = read_exif(out.metadata.exif);
    CHECK(find_tag(kept.image, 0x013b) != nullptr);
    CHECK(number_of(find_tag(kept.image, 0x0112)) == 1);
    CHECK(find_tag(kept.photo, 0xa431) == nullptr);
    CHECK(out.image.width == load_image(photo).image.width);
  }
  const auto tags = [&](const std::string& kind) {
    const std::string path = painted(folder, photo, kind + ".jpg", {"--metadata", kind});
    return read_exif(load_image(path).metadata.exif);
  };
  CHECK(find_tag(tags("all").photo, 0xa431) != nullptr);
  CHECK(find_tag(tags("none").image, 0x013b) == nullptr);
  CHECK(contains(run_badly(2, {photo, "-s", kPainting, "-o", "a.png", "--metadata", "some"}),
                 "--metadata"));
}

TEST_CASE("nst-run: each of many pictures gets the metadata of its own content") {
  const TemporaryFolder folder;
  const File png = photo_png();
  for (const char* name : {"a", "b"}) {
    ExifBlock block;
    set_tag(block.image, {0x013b, 2, 2, {static_cast<std::uint8_t>(*name), 0}});
    folder.file(std::string(name) + ".png", with_chunk(png, "eXIf", write_exif(block)));
  }
  const std::string out = folder.file("out/");
  run_well({folder.file("a.png"), folder.file("b.png"), "-s", kPainting, "-o", out, "--name",
            "{content}"});
  for (const char* name : {"a", "b"}) {
    const Metadata found = load_image(out + name + ".png").metadata;
    const ExifBlock kept = read_exif(found.exif);
    REQUIRE(find_tag(kept.image, 0x013b) != nullptr);
    CHECK(find_tag(kept.image, 0x013b)->value[0] == static_cast<std::uint8_t>(*name));
  }
}

#if NST_HAVE_LCMS2

TEST_CASE("nst-run: a profile of the content and of the style counts, but not for tfhub") {
  const TemporaryFolder folder;
  const File png = photo_png();
  const File p3 = tagged(png, rgb_profile(kProPhoto));
  const std::string plain = folder.file("plain.png", png);
  const std::string wide = folder.file("wide.png", p3);
  const std::string converted = folder.file(
      "converted.png", encode_image(decode_image(p3, "p3").image.view(), OutputFormat::png));
  const auto bytes = [&](const std::string& content, const std::string& style,
                         const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {content, "-s", style, "-o", folder.file("out.png")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    run_well(arguments);
    return file_bytes(folder.file("out.png"));
  };
  CHECK(bytes(wide, kPainting, {}) == bytes(converted, kPainting, {}));
  CHECK(bytes(wide, kPainting, {}) != bytes(plain, kPainting, {}));
  CHECK(bytes(plain, wide, {}) == bytes(plain, converted, {}));
  CHECK(bytes(plain, wide, {}) != bytes(plain, plain, {}));
  CHECK(bytes(wide, wide, {"--preset", "tfhub"}) == bytes(plain, plain, {"--preset", "tfhub"}));
}

#endif

#if !NST_PNG_BY_STB

TEST_CASE("nst-run: --depth 16 writes what the network computes, rounded to 16 bits") {
  const TemporaryFolder folder;
  const std::string photo = folder.file("a.png", photo_png());
  const Image raw = read_image(painted(folder, photo, "raw.npy"));
  const Image content = read_image(photo);
  // Computes the expected file: the network's picture, cropped to the content's size and encoded by
  // the library with 16 bits.
  ImageView view = raw.view();
  view.row_stride_bytes = std::ptrdiff_t{12} * raw.width;
  view.width = content.width;
  view.height = content.height;
  const File expected = encode_image(view, OutputFormat::png, {.depth = 16});
  CHECK(file_bytes(painted(folder, photo, "deep.png", {"--depth", "16", "--metadata", "none"})) ==
        expected);
  for (const std::string name : {"a.jpg", "a.ppm"}) {
    const std::string message =
        run_badly(2, {photo, "-s", kPainting, "-o", folder.file(name), "--depth", "16"});
    CHECK_MESSAGE(contains(message, "only PNG and TIFF"), message);
  }
}

TEST_CASE("nst-run: --damaged paints what a cut picture has, and says how much is missing") {
  const TemporaryFolder folder;
  File png = photo_png();
  png.resize(png.size() / 2);
  const std::string cut = folder.file("cut.png", png);
  const std::string out = folder.file("out.png");
  CHECK(contains(run_badly(3, {cut, "-s", kPainting, "-o", out}), "--damaged"));
  const ProcessResult result = run_nst({cut, "-s", kPainting, "-o", out, "--damaged", "-q"});
  CHECK(result.exit_code == 0);
  CHECK_MESSAGE(contains(result.err, "% of the picture is missing"), result.err);
  CHECK(read_image(out).width == 37);
}

#endif

#if NST_HAVE_TIFF && NST_HAVE_WEBP

TEST_CASE("nst-run: TIFF and WebP are painted, and written by their names and by --format") {
  const TemporaryFolder folder;
  const std::string photo = folder.file("a.png", photo_png());
  const Image expected = read_image(painted(folder, photo, "out.png"));
  CHECK(largest_difference(read_image(painted(folder, photo, "out.tif")), expected) == 0);
  CHECK(largest_difference(read_image(painted(folder, photo, "out.webp", {"--quality", "100"})),
                           expected) == 0);
  const std::string named = painted(folder, photo, "out.bin", {"--format", "tiff"});
  CHECK(file_bytes(named) == file_bytes(folder.file("out.tif")));
  // Tests that TIFF and WebP files of a folder are taken as contents, and that their results have
  // the same format.
  std::filesystem::create_directory(folder.file("in"));
  write_image(folder.file("in/x.tif"), expected.view());
  write_image(folder.file("in/y.webp"), expected.view());
  run_well({folder.file("in"), "-s", kPainting, "-o", folder.file("many/")});
  CHECK(std::filesystem::exists(folder.file("many/x-yuv444.tif")));
  CHECK(std::filesystem::exists(folder.file("many/y-yuv444.webp")));
}

#endif

TEST_CASE("nst-run: JPEG options are checked") {
  const std::vector<std::string> start = {"a.jpg", "-s", "b.jpg", "-o", "c.jpg"};
  for (const auto& [option, value] : {std::pair("--subsampling", "411"),
                                      {"--quality", "0"},
                                      {"--quality", "101"},
                                      {"--depth", "12"}}) {
    std::vector<std::string> arguments = start;
    arguments.insert(arguments.end(), {option, value});
    CHECK(contains(run_badly(2, arguments), option));
  }
}

}  // namespace nst::test
