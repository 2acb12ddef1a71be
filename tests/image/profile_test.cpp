// Tests of colour profiles: pictures that are tagged with a profile come out as sRGB. The expected
// colours are computed in double precision, without lcms2.
#include "image/profile.hpp"

#include <cmath>

#include "image/chunks.hpp"
#include "image/profiles.hpp"

namespace nst::test {
namespace {

// Returns the JPEG with the profile in APP2 segments of at most `part` bytes.
File with_profile(File jpeg, const File& profile, std::size_t part = 60000) {
  FileBytes segments;
  const std::size_t count = (profile.size() + part - 1) / part;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = std::min(part, profile.size() - i * part);
    const std::size_t length = 2 + 14 + size;
    segments.u8(0xff).u8(0xe2).u8(length >> 8).u8(length & 255);
    segments.text(std::string("ICC_PROFILE\0", 12)).u8(i + 1).u8(count);
    segments.add({profile.begin() + static_cast<std::ptrdiff_t>(i * part),
                  profile.begin() + static_cast<std::ptrdiff_t>(i * part + size)});
  }
  jpeg.insert(jpeg.begin() + 2, segments.bytes.begin(), segments.bytes.end());
  return jpeg;
}

// Returns the PNG with `profile` in an iCCP chunk.
File png_with_profile(const File& png, const File& profile) {
  const File body = FileBytes{}.text(std::string("icc\0\0", 5)).add(stored(profile)).bytes;
  return with(png, "IDAT", chunk("iCCP", body));
}

// Return `image` as a PNG or JPEG file that contains this profile.
File png_of(const Image& image, const File& profile) {
  return png_with_profile(encode_image(image.view(), OutputFormat::png), profile);
}
File jpeg_of(const Image& image, const File& profile, std::size_t part = 60000) {
  return with_profile(encode_image(image.view(), OutputFormat::jpeg, 100), profile, part);
}

Image as_stored(const File& file) {
  return decode_image(file, "raw", {.ignore_profile = true}).image;
}

// Returns the largest difference, in steps of a byte, between a decoded picture and the expected
// one. The expected picture has the stored samples, converted from `space` to sRGB in double
// precision.
[[maybe_unused]] double distance(const Image& got, const Image& stored_samples,
                                 const RgbSpace& space) {
  double largest = 0.0;
  for (std::size_t i = 0; i < stored_samples.sample_count(); i += 3) {
    const std::uint8_t* rgb = stored_samples.u8() + i;
    const auto expected = to_srgb(space, {rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0});
    for (std::size_t c = 0; c < 3; ++c) {
      largest = std::max(largest, std::abs(expected[c] - got.u8()[i + c]));
    }
  }
  return largest;
}

// Largest difference that rounding may cause, in steps of a byte. lcms2 rounds to bytes twice: in
// its tables and in its results.
[[maybe_unused]] constexpr double kRounding = 1.5;

[[maybe_unused]] std::vector<std::string> warnings_of(const File& file) {
  return decode_image(file, "test.img").warnings;
}

void check_warns(const File& file, const std::string& part) {
  const LoadedImage loaded = decode_image(file, "test.img");
  REQUIRE(loaded.warnings.size() == 1);
  CHECK_MESSAGE(contains(loaded.warnings[0], part), loaded.warnings[0]);
  CHECK(largest_difference(loaded.image, as_stored(file)) == 0);
}

}  // namespace

#if NST_HAVE_LCMS2

TEST_CASE("profiles: JPEG and PNG of wide colour spaces come out as sRGB") {
  const Image image = random_image(64, 48, 3, SampleType::u8);
  for (const RgbSpace* space : {&kDisplayP3, &kAdobeRgb, &kProPhoto}) {
    CAPTURE(space->gamma);
    const File profile = rgb_profile(*space);
    // Tests the profile as one segment (60,000 bytes) and split into many (100 bytes each).
    for (const std::size_t part : {std::size_t{60000}, std::size_t{100}}) {
      const File jpeg = jpeg_of(image, profile, part);
      CHECK(distance(decoded(jpeg), as_stored(jpeg), *space) <= kRounding);
    }
    const File png = png_of(image, profile);
    CHECK(distance(decoded(png), image, *space) <= kRounding);
    CHECK(distance(image, image, *space) > 20.0);
  }
}

TEST_CASE("profiles: alpha stays as it is") {
  const Image rgba = random_image(31, 17, 4, SampleType::u8);
  Image rgb(31, 17, 3, SampleType::u8);
  for (std::size_t i = 0; i < 31 * 17; ++i) std::memcpy(rgb.u8() + 3 * i, rgba.u8() + 4 * i, 3);
  const Image got = decoded(png_of(rgba, rgb_profile(kDisplayP3)));
  REQUIRE(got.channels == 4);
  const Image colours = decoded(png_of(rgb, rgb_profile(kDisplayP3)));
  for (std::size_t i = 0; i < 31 * 17; ++i) {
    CHECK(got.u8()[4 * i + 3] == rgba.u8()[4 * i + 3]);
    for (std::size_t c = 0; c < 3; ++c) CHECK(got.u8()[4 * i + c] == colours.u8()[3 * i + c]);
  }
}

TEST_CASE("profiles: grey pictures with a grey profile and with an RGB one") {
  for (const std::string name : {"grey8.png", "grey_alpha8.png", "grey16.png", "grey.jpg"}) {
    CAPTURE(name);
    const File plain = file_bytes(image_fixture(name));
    const auto tagged = [&](const File& profile) {
      return name == "grey.jpg" ? with_profile(plain, profile) : png_with_profile(plain, profile);
    };
    const Image stored_samples = decoded(plain);
    const Image converted = decoded(tagged(grey_profile(1.8)));
    // The Display P3 profile must change no sample by more than 1, because greys are the same in
    // Display P3 and in sRGB.
    const Image same = decoded(tagged(rgb_profile(kDisplayP3)));
    REQUIRE(converted.channels == stored_samples.channels);
    double largest = 0.0;
    const auto channels = static_cast<std::size_t>(converted.channels);
    for (std::size_t i = 0; i < converted.sample_count(); ++i) {
      const double v = stored_samples.u8()[i] / 255.0;
      const bool alpha = channels == 4 && i % 4 == 3;
      const double expected = alpha ? 255 * v : to_srgb({kSrgb.xyz, 1.8}, {v, v, v})[1];
      largest = std::max(largest, std::abs(expected - converted.u8()[i]));
      CHECK(std::abs(same.u8()[i] - stored_samples.u8()[i]) <= 1);
    }
    CHECK(largest <= kRounding);
  }
}

TEST_CASE("profiles: 16-bit PNG is converted from all of its bits") {
  // A dark ramp: 256 greys of 16 bits in ProPhoto, all with the high byte 2. If they were cut to 8
  // bits before the conversion, they would all be equal.
  FileBytes rows;
  for (unsigned x = 0; x < 256; ++x) {
    if (x == 0) rows.u8(0);
    for (int c = 0; c < 3; ++c) rows.u8(2).u8(x);
  }
  File header = FileBytes{}.be32(256).be32(1).add({16, 2, 0, 0, 0}).bytes;
  FileBytes png;
  png.text("\x89PNG\r\n\x1a\n").add(chunk("IHDR", header));
  png.add(chunk("IDAT", stored(rows.bytes))).add(chunk("IEND", {}));
  const Image got = decoded(png_with_profile(png.bytes, rgb_profile(kProPhoto)));
  double largest = 0.0;
  for (unsigned x = 0; x < 256; ++x) {
    const double v = (512 + x) / 65535.0;
    const double expected = to_srgb(kProPhoto, {v, v, v})[1];
    for (unsigned c = 0; c < 3; ++c) {
      largest = std::max(largest, std::abs(expected - got.u8()[3 * x + c]));
    }
  }
  CHECK(largest <= (NST_PNG_BY_STB ? 8.0 : kRounding));
}

TEST_CASE("profiles: CMYK JPEG by its profile") {
  const File tagged = with_profile(file_bytes(image_fixture("cmyk.jpg")), cmyk_profile());
  if (NST_JPEG_BY_STB) return check_warns(tagged, "is for CMYK and the picture is RGB");
  const Image by_profile = decoded(tagged);
  const Image by_formula = as_stored(tagged);
  CHECK(largest_difference(by_profile, by_formula) > 20);
  // The test's profile describes only greys, so the three samples of each pixel must agree.
  for (std::size_t i = 0; i < by_profile.sample_count(); i += 3) {
    CHECK(std::abs(by_profile.u8()[i] - by_profile.u8()[i + 1]) <= 2);
    CHECK(std::abs(by_profile.u8()[i] - by_profile.u8()[i + 2]) <= 2);
  }
}

TEST_CASE("profiles: what equals sRGB changes no byte") {
  const Image image = random_image(40, 30, 3, SampleType::u8);
  for (const File& file : {png_of(image, rgb_profile(kSrgb)), jpeg_of(image, rgb_profile(kSrgb)),
                           png_of(image, codec::srgb_profile())}) {
    CHECK(largest_difference(decoded(file), as_stored(file)) == 0);
  }
}

TEST_CASE("profiles: a profile of another kind of picture is a warning") {
  const Image image = random_image(8, 8, 3, SampleType::u8);
  check_warns(png_of(image, grey_profile(1.0)), "is for grey and the picture is RGB");
  check_warns(jpeg_of(image, cmyk_profile()), "is for CMYK and the picture is RGB");
  File link = rgb_profile(kDisplayP3);
  std::copy_n("link", 4, link.begin() + 12);
  check_warns(png_of(image, link), "does not describe a picture's colours");
}

TEST_CASE("profiles: cut and flipped ones give the picture, with a warning or other colours") {
  const Image image = random_image(8, 8, 3, SampleType::u8);
  for (const File& profile : {rgb_profile(kDisplayP3), rgb_profile(kAdobeRgb)}) {
    for (std::size_t size = 1; size < profile.size(); size += 7) {
      const File part(profile.begin(), profile.begin() + static_cast<std::ptrdiff_t>(size));
      CAPTURE(size);
      check_warns(jpeg_of(image, part), "its colour profile is damaged");
    }
    for (std::size_t bit = 0; bit < 8 * profile.size(); bit += 5) {
      File bad = profile;
      bad[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      const LoadedImage loaded = decode_image(jpeg_of(image, bad), "test.img");
      CHECK(loaded.image.width == 8);
      CHECK(loaded.warnings.size() <= 1);
    }
  }
}

TEST_CASE("profiles: parts that are missing, wrong checksums and bombs are warnings") {
  const Image image = random_image(8, 8, 3, SampleType::u8);
  const File profile = rgb_profile(kDisplayP3);
  File jpeg = jpeg_of(image, profile, 100);
  // The first ICC segment now claims that the profile has 99 segments, more than the file has.
  jpeg[2 + 4 + 12 + 1] = 99;
  check_warns(jpeg, "its colour profile is damaged");

  const File png = encode_image(image.view(), OutputFormat::png);
  const File body = FileBytes{}.text(std::string("icc\0\0", 5)).add(stored(profile)).bytes;
  check_warns(with(png, "IDAT", chunk("iCCP", body, 1)), "its colour profile is damaged");
  File huge = profile;
  huge[0] = 0x7f;  // the profile now states a size of almost 2 GiB
  check_warns(png_of(image, huge), "its colour profile is damaged");
  check_warns(with(png, "IDAT", chunk("iCCP", {65})), "its colour profile is damaged");
}

TEST_CASE("profiles: code points of a PNG") {
  const Image image = random_image(16, 16, 3, SampleType::u8);
  const File png = encode_image(image.view(), OutputFormat::png);
  const File p3 = with(png, "IDAT", chunk("cICP", {12, 13, 0, 1}));
  CHECK(distance(decoded(p3), image, kDisplayP3) <= kRounding);
  check_decodes(with(png, "IDAT", chunk("cICP", {1, 13, 0, 1})), image);
  check_warns(with(png, "IDAT", chunk("cICP", {9, 16, 0, 1})), "high dynamic range");
}

TEST_CASE("Limit: 16 MiB of a colour profile") {
  constexpr std::size_t kMost = std::size_t{16} << 20;
  const Image image = random_image(8, 8, 3, SampleType::u8);
  for (const std::size_t size : {kMost, kMost + 1}) {
    File profile = rgb_profile(kDisplayP3);
    profile.resize(size);
    // Writes the size into the first field of the profile (big-endian).
    for (std::size_t i = 0; i < 4; ++i) {
      profile[i] = static_cast<std::uint8_t>(size >> (24 - 8 * i));
    }
    const File file = png_of(image, profile);
    if (size == kMost) {
      CHECK(distance(decoded(file), image, kDisplayP3) <= kRounding);
    } else {
      check_warns(file, "is not used");
    }
  }
}

#else

TEST_CASE("profiles: a build without lcms2 says once that a profile is not used") {
  const Image image = random_image(8, 8, 3, SampleType::u8);
  check_warns(png_of(image, rgb_profile(kDisplayP3)), "built without lcms2");
  check_warns(jpeg_of(image, rgb_profile(kAdobeRgb)), "built without lcms2");
  File named = rgb_profile(kSrgb);
  for (const char c : std::string("sRGB")) named.push_back(static_cast<std::uint8_t>(c));
  CHECK(warnings_of(jpeg_of(image, named)).empty());
}

#endif

TEST_CASE("profiles: pictures read as TensorFlow does have none") {
  const Image image = random_image(8, 8, 3, SampleType::u8);
  const File file = png_of(image, rgb_profile(kProPhoto));
  const LoadedImage loaded = decode_image(file, "test.img", {.as_tensorflow = true});
  CHECK(largest_difference(loaded.image, image) == 0);
  CHECK(loaded.warnings.empty());
}

}  // namespace nst::test
