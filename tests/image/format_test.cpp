// Tests of TIFF, WebP, HEIC and AVIF, and of the options with which pictures are written.
// tests/golden/make_format_fixtures.py made the fixtures.
#include <cstring>
#include <optional>

#include "base/temporary_folder.hpp"
#include "image/chunks.hpp"
#include "image/exif_block.hpp"
#include "image/expected.hpp"
#include "nst/error.hpp"

namespace nst::test {
namespace {

// Checks that a build without the library `library` refuses the file and names the library.
[[maybe_unused]] void check_lacks(const std::string& name, const std::string& library) {
  check_refused(file_bytes(image_fixture(name)), "built without " + library);
}

File bytes_of(const Image& image, OutputFormat format, const EncodeOptions& options = {}) {
  return encode_image(image.view(), format, options);
}

// Checks the metadata that make_format_fixtures.py puts into its WebP and AVIF files.
[[maybe_unused]] void check_fixture_metadata(const Metadata& metadata) {
  const ExifBlock exif = read_exif(metadata.exif);
  const ExifTag* artist = find_tag(exif.image, 0x013b);
  REQUIRE(artist != nullptr);
  CHECK(std::string(artist->value.begin(), artist->value.end()) == std::string("Jo Doe\0", 7));
  const std::string xmp(metadata.xmp.begin(), metadata.xmp.end());
  CHECK_MESSAGE(contains(xmp, "<note>kept</note>"), xmp);
}

std::uint32_t be32(const File& file, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | file.at(at + i);
  return value;
}

}  // namespace

#if NST_HAVE_TIFF

TEST_CASE("TIFF of every kind of sample and of strips, tiles and planes decodes exactly") {
  for (const std::string name :
       {"grey1.tif",   "grey2.tif",    "grey4.tif",        "rgb12.tif",       "white.tif",
        "rgb8.tif",    "tiles.tif",    "planes.tif",       "plane_tiles.tif", "big.tif",
        "rgb16.tif",   "float.tif",    "rgba8.tif",        "rgbx8.tif",       "premultiplied.tif",
        "cmyk.tif",    "palette4.tif", "orientation6.tif", "lzw.tif",         "deflate.tif",
        "packbits.tif"}) {
    CAPTURE(name);
    CHECK(largest_difference(read_image(image_fixture(name)), expected(name)) == 0);
  }
  // The expected picture was made by Pillow. libtiff and Pillow may use different versions of the
  // JPEG library, so samples may differ by up to 2.
  const int difference =
      largest_difference(read_image(image_fixture("jpeg.tif")), expected("jpeg.tif"));
  CHECK(difference >= 0);
  CHECK(difference <= 2);
}

TEST_CASE("A TIFF that is written comes back, of 8 and 16 bits, with and without alpha") {
  for (const int channels : {3, 4}) {
    const Image image = random_image(37, 29, channels, SampleType::u8);
    CHECK(largest_difference(decoded(bytes_of(image, OutputFormat::tiff)), image) == 0);
    const File deep = bytes_of(image, OutputFormat::tiff, {.depth = 16});
    CHECK(deep.size() > bytes_of(image, OutputFormat::tiff).size());
    CHECK(largest_difference(decoded(deep), image) == 0);
    const Image floats = random_image(37, 29, channels, SampleType::f32);
    const File rounded = bytes_of(floats, OutputFormat::tiff, {.depth = 16});
    CHECK(largest_difference(decoded(rounded), to_u8(floats.view())) <= 1);
  }
}

TEST_CASE("A raw picture of a camera is no TIFF picture") {
  // A TIFF with one directory of four entries. Its photometric interpretation is 32803, which means
  // a raw picture: each pixel has only the colour of its filter on the camera's sensor.
  FileBytes raw;
  raw.text(std::string("II*\0", 4)).u32(8).u16(4);
  for (const auto& [tag, value] :
       {std::pair(256, 16), std::pair(257, 16), std::pair(262, 32803), std::pair(273, 0)}) {
    raw.u16(static_cast<std::uint64_t>(tag)).u16(3).u32(1).u32(static_cast<std::uint64_t>(value));
  }
  check_refused(raw.u32(0).bytes, "raw picture of a camera");
  check_refused(FileBytes{}.text(std::string("II*\0\x10\0\0\0CR\2\0", 12)).zeros(50).bytes, "CR2");
}

TEST_CASE("A small TIFF that claims a large picture is refused before memory is taken") {
  File bomb = file_bytes(image_fixture("rgb8.tif"));
  // Changes width and height, the first two entries of the TIFF's directory. Each is a number of
  // type SHORT, stored in bytes 8 and 9 of its entry.
  for (const std::size_t entry : {10, 22}) {
    bomb[entry + 8] = 0xff;
    bomb[entry + 9] = 0x3f;
  }
  const std::string message = refusal(bomb);
  CHECK_MESSAGE(contains(message, "too short for the 16383x16383"), message);
  const File good = file_bytes(image_fixture("deflate.tif"));
  expect_error(ErrorCode::limit, [&] { decode_image(good, "a", {.max_memory_bytes = 500}); });
}

#else

TEST_CASE("A build without libtiff names it") {
  check_lacks("rgb8.tif", "libtiff");
  const Image image = random_image(4, 4, 3, SampleType::u8);
  CHECK(contains(expect_error(ErrorCode::usage, [&] { bytes_of(image, OutputFormat::tiff); }),
                 "built without libtiff"));
}

#endif

#if NST_HAVE_WEBP

TEST_CASE("WebP, lossless, with alpha, turned, lossy and the first frame of an animation") {
  for (const std::string name : {"rgb.webp", "rgba.webp", "turned.webp", "two_frames.webp",
                                 "small_frame.webp", "lossy.webp"}) {
    CAPTURE(name);
    const Image got = read_image(image_fixture(name));
    const Image wanted = expected(name);
    // The decoded frame of an animation may have alpha although the expected picture has none. So
    // the decoded frame is composed on a background before the comparison.
    const Image seen = wanted.channels == 3 ? compose(got.view()) : got;
    const int difference = largest_difference(seen, wanted);
    CHECK(difference >= 0);
    // Allows a difference of 2 for the lossy file, because versions of libwebp round differently.
    CHECK(difference <= (name == "lossy.webp" ? 2 : 0));
  }
}

TEST_CASE("A WebP gives the metadata of its file") {
  const LoadedImage loaded = decode_image(file_bytes(image_fixture("turned.webp")), "turned.webp");
  check_fixture_metadata(loaded.metadata);
}

TEST_CASE("A WebP of quality 100 comes back exactly, one below it nearly") {
  for (const int channels : {3, 4}) {
    const Image image = random_image(37, 29, channels, SampleType::u8);
    Image seen = decoded(bytes_of(image, OutputFormat::webp, {.quality = 100}));
    CHECK(largest_difference(compose(seen.view()), compose(image.view())) == 0);
    CHECK(seen.channels == channels);
  }
  const Image image = read_image(image_fixture("lossy.webp"));
  const Image seen = decoded(bytes_of(image, OutputFormat::webp, {.quality = 95}));
  CHECK(largest_difference(seen, image) > 0);
  CHECK(largest_difference(seen, image) < 40);
}

TEST_CASE("A WebP as a style is decoded smaller where memory is short") {
  Image image(400, 300, 3, SampleType::u8);
  for (std::size_t i = 0; i < image.sample_count(); ++i) {
    image.u8()[i] = static_cast<std::uint8_t>(i / 1200);
  }
  const File file = bytes_of(image, OutputFormat::webp);
  const LoadedImage loaded =
      decode_image(file, "a", {.max_memory_bytes = 200'000, .least_side = 100});
  CHECK(loaded.image.width == 200);
  CHECK(loaded.image.height == 150);
  expect_error(ErrorCode::limit, [&] { decode_image(file, "a", {.max_memory_bytes = 200'000}); });
}

#else

TEST_CASE("A build without libwebp names it") {
  check_lacks("rgb.webp", "libwebp");
  const Image image = random_image(4, 4, 3, SampleType::u8);
  CHECK(contains(expect_error(ErrorCode::usage, [&] { bytes_of(image, OutputFormat::webp); }),
                 "built without libwebp"));
}

#endif

#if NST_HAVE_HEIF

TEST_CASE("HEIC and AVIF decode to what libheif's own program makes of them") {
  for (const std::string name : {"rgb.heic", "rgb.avif"}) {
    CAPTURE(name);
    try {
      const int difference = largest_difference(read_image(image_fixture(name)), expected(name));
      CHECK(difference >= 0);
      // Allows a difference, because the files store the colour channels at a lower resolution.
      // Versions of libheif and its decoders enlarge these channels differently.
      CHECK(difference <= 6);
    } catch (const Error& error) {
      // Some systems install libheif's decoders as separate plugins, so a decoder may be missing
      // here. Then the message must say what to install.
      CHECK_MESSAGE(contains(error.what(), "install libheif's decoder"), error.what());
      MESSAGE(name << " is not decoded here: " << error.what());
    }
  }
}

TEST_CASE("An AVIF gives its alpha, the colours that its profile means, and its metadata") {
  try {
    const std::string name = "profile_rgba.avif";
    const LoadedImage loaded = decode_image(file_bytes(image_fixture(name)), name);
    CHECK(loaded.image.channels == 4);
#if NST_HAVE_LCMS2
    // The profile exchanges red and green. Decoders round differently when they convert YCbCr.
    const int difference = largest_difference(loaded.image, expected(name));
    CHECK(difference >= 0);
    CHECK(difference <= 3);
#endif
    check_fixture_metadata(loaded.metadata);
  } catch (const Error& error) {
    CHECK_MESSAGE(contains(error.what(), "install libheif's decoder"), error.what());
    MESSAGE("not decoded here: " << error.what());
  }
}

#else

TEST_CASE("A build without libheif names it") {
  check_lacks("rgb.heic", "libheif");
  check_lacks("rgb.avif", "libheif");
}

#endif

TEST_CASE("Cut TIFF, WebP and HEIF files are refused in one line") {
  for (const std::string name : {"rgb8.tif", "rgb.webp", "rgb.heic"}) {
    CAPTURE(name);
    const File whole = file_bytes(image_fixture(name));
    for (const std::size_t size : {std::size_t{16}, whole.size() / 3, whole.size() / 2}) {
      const std::string message =
          refusal({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
      CHECK(!contains(message, "\n"));
    }
  }
}

TEST_CASE("A PNG of 16 bits holds what float samples are, rounded to nearest") {
  Image ramp(64, 1, 3, SampleType::f32);
  for (std::size_t i = 0; i < 64 * 3; ++i) ramp.f32()[i] = static_cast<float>(i) / 191.0f;
  if (NST_PNG_BY_STB) {
    expect_error(ErrorCode::usage, [&] { bytes_of(ramp, OutputFormat::png, {.depth = 16}); });
    return;
  }
  const File file = bytes_of(ramp, OutputFormat::png, {.depth = 16});
  CHECK(file[24] == 16);  // byte 24 of a PNG is its bit depth
  CHECK(largest_difference(decoded(file), to_u8(ramp.view())) <= 1);
  CHECK(bytes_of(random_image(64, 1, 3, SampleType::u8), OutputFormat::png, {.depth = 16})[24] ==
        16);
}

TEST_CASE("A depth that a format lacks is refused") {
  const Image image = random_image(4, 4, 3, SampleType::f32);
  for (const OutputFormat format : {OutputFormat::jpeg, OutputFormat::webp, OutputFormat::ppm}) {
    CHECK(contains(expect_error(ErrorCode::usage, [&] { bytes_of(image, format, {.depth = 16}); }),
                   "only PNG and TIFF"));
  }
  expect_error(ErrorCode::usage, [&] { bytes_of(image, OutputFormat::png, {.depth = 12}); });
  expect_error(ErrorCode::output, [&] { bytes_of(image, OutputFormat::png); });
}

#if !NST_JPEG_BY_STB

TEST_CASE("A JPEG stores colour as the options say, and may be progressive") {
  const Image image = random_image(48, 32, 3, SampleType::u8);
  // Returns the sampling factors of the first component in a JPEG file, and whether the file is
  // progressive.
  const auto frame = [&](const EncodeOptions& options) {
    const File file = bytes_of(image, OutputFormat::jpeg, options);
    for (std::size_t i = 2; i + 11 < file.size(); i += 2 + file[i + 2] * 256u + file[i + 3]) {
      if (file[i + 1] == 0xc0 || file[i + 1] == 0xc2) {
        return std::pair<int, bool>(file[i + 11], file[i + 1] == 0xc2);
      }
    }
    return std::pair<int, bool>(0, false);
  };
  CHECK(frame({}) == std::pair(0x11, false));
  CHECK(frame({.quality = 80}) == std::pair(0x22, false));
  CHECK(frame({.quality = 80, .subsampling = Subsampling::s444}) == std::pair(0x11, false));
  CHECK(frame({.subsampling = Subsampling::s422}) == std::pair(0x21, false));
  CHECK(frame({.subsampling = Subsampling::s420}) == std::pair(0x22, false));
  CHECK(frame({.progressive = true}) == std::pair(0x11, true));
  const File progressive = bytes_of(image, OutputFormat::jpeg, {.progressive = true});
  CHECK(largest_difference(decoded(progressive), decoded(bytes_of(image, OutputFormat::jpeg))) ==
        0);
}

#endif

TEST_CASE("Written pictures say that they are sRGB, and equal ones are equal files") {
  const Image image = random_image(9, 7, 3, SampleType::u8);
  const File png = bytes_of(image, OutputFormat::png);
  CHECK(be32(png, find(png, "sRGB")) == 1);
  const File jpeg = bytes_of(image, OutputFormat::jpeg);
  const std::string text(jpeg.begin(), jpeg.end());
  CHECK(contains(text, "ICC_PROFILE") == (NST_HAVE_LCMS2 != 0));
  CHECK(jpeg == bytes_of(image, OutputFormat::jpeg));
}

TEST_CASE("Damaged: a cut JPEG or PNG gives its upper part, and says how much is missing") {
  const Image image = random_image(64, 128, 3, SampleType::u8);
  for (const OutputFormat format : {OutputFormat::jpeg, OutputFormat::png}) {
    CAPTURE(static_cast<int>(format));
    const bool by_stb = format == OutputFormat::jpeg ? NST_JPEG_BY_STB : NST_PNG_BY_STB;
    const File whole = bytes_of(image, format);
    const File half(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2));
    if (format == OutputFormat::jpeg || !by_stb) check_refused(half, "--damaged");
    if (by_stb) continue;
    const LoadedImage loaded = decode_image(half, "a.img", {.damaged = true});
    REQUIRE(loaded.warnings.size() == 1);
    CHECK_MESSAGE(contains(loaded.warnings[0], "a.img: damaged: "), loaded.warnings[0]);
    const int percent = std::atoi(loaded.warnings[0].c_str() + std::strlen("a.img: damaged: "));
    CHECK(percent >= 40);
    CHECK(percent <= 65);
    const Image good = decoded(whole);
    const std::size_t third = good.bytes.size() / 3;
    CHECK(std::memcmp(loaded.image.u8(), good.u8(), third) == 0);
    const Image intact = decode_image(whole, "a.img", {.damaged = true}).image;
    CHECK(largest_difference(intact, good) == 0);
    CHECK(decode_image(whole, "a.img", {.damaged = true}).warnings.empty());
  }
}

#if !NST_PNG_BY_STB

TEST_CASE("Damaged: an interlaced PNG is all there, coarser") {
  const File whole = file_bytes(image_fixture("interlaced_rgb8.png"));
  const std::size_t pixels = find(whole, "IDAT");
  const std::size_t size = be32(whole, pixels);
  const File cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(pixels + 8 + size / 2));
  const LoadedImage loaded = decode_image(cut, "a", {.damaged = true});
  CHECK(loaded.warnings.size() == 1);
  std::size_t grey = 0;
  for (std::size_t i = 0; i < loaded.image.sample_count(); ++i) grey += loaded.image.u8()[i] == 128;
  CHECK(grey < loaded.image.sample_count() / 10);
}

#endif

#if NST_HAVE_TIFF

TEST_CASE("Damaged: a TIFF lacks the strips that cannot be decoded") {
  File file = file_bytes(image_fixture("deflate.tif"));
  for (std::size_t i = file.size() / 3; i < file.size() / 3 + 40; ++i) file[i] ^= 0x55;
  check_refused(file, "--damaged");
  CHECK(decode_image(file, "a", {.damaged = true}).warnings.size() == 1);
}

#endif

}  // namespace nst::test
