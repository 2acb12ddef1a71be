// Tests with damaged and hostile files. They find most errors in builds with the address and
// undefined-behaviour sanitizers.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "image/codec.hpp"
#include "image/pictures.hpp"

using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::file_bytes;
using nst::test::image_fixture;

namespace {

using File = std::vector<std::uint8_t>;

constexpr const char* kFixtures[] = {"rgb8.png",          "interlaced_rgba16.png",
                                     "palette8_trns.png", "exif6.png",
                                     "yuv420.jpg",        "progressive.jpg",
                                     "cmyk.jpg",          "orientation6.jpg",
                                     "rgb.bmp",           "palette.bmp",
                                     "rgba.bmp",          "rgb.tga",
                                     "runs.tga",          "palette.tga",
                                     "two_frames.gif",    "transparent.gif",
                                     "rgb8.ppm",          "rgb10.ppm"};

// Returns true if the file decodes. Otherwise checks that the error is Error{input} or
// Error{limit}, and returns false.
bool decodes(const File& file, std::size_t* warnings = nullptr) {
  try {
    const nst::LoadedImage loaded = nst::decode_image(file, "test.img");
    const nst::Image& image = loaded.image;
    if (warnings != nullptr) *warnings = loaded.warnings.size();
    CHECK(image.width > 0);
    CHECK(image.bytes.size() ==
          image.sample_count() * (image.type == nst::SampleType::f32 ? 4 : 1));
    return true;
  } catch (const nst::Error& error) {
    const std::string message = error.what();
    CHECK_MESSAGE((error.code() == ErrorCode::input || error.code() == ErrorCode::limit), message);
    CHECK_MESSAGE(message.find('\n') == std::string::npos, message);
    CHECK_MESSAGE(message.starts_with("test.img: "), message);
    return false;
  }
}

void put_u16(File& file, unsigned value) {
  file.push_back(static_cast<std::uint8_t>(value));
  file.push_back(static_cast<std::uint8_t>(value >> 8));
}
void put_u32(File& file, std::uint32_t value) {
  put_u16(file, value & 0xffff);
  put_u16(file, value >> 16);
}
void put(File& file, const std::string& text) { file.insert(file.end(), text.begin(), text.end()); }

}  // namespace

TEST_CASE("A picture cut short anywhere is an error, never a picture with a guessed rest") {
  for (const std::string name : kFixtures) {
    CAPTURE(name);
    const File whole = file_bytes(image_fixture(name));
    REQUIRE(decodes(whole));
    // Some incomplete files may be decoded. A TGA, GIF or BMP may lack the bytes after its last
    // pixel, such as a comment, later frames or padding. A JPEG or PNG may lack its end marker,
    // which gives a warning. Every other cut must be an error.
    const std::string format = name.substr(name.size() - 3);
    const bool has_tail = format == "tga" || format == "gif" || format == "bmp";
    const std::size_t marker = format == "jpg" ? 2 : format == "png" ? 12 : 0;
    const std::size_t steps = std::min<std::size_t>(whole.size(), 300);
    for (std::size_t i = 0; i < steps; ++i) {
      const std::size_t size = i * whole.size() / steps;
      CAPTURE(size);
      std::size_t warnings = 0;
      const bool decoded = decodes(File(whole.begin(), whole.begin() + size), &warnings);
      if (marker > 0 && size + marker >= whole.size()) {
        CHECK(decoded == (warnings == 1));
      } else if (!has_tail || size < whole.size() / 2) {
        CHECK_FALSE(decoded);
      }
    }
  }
}

TEST_CASE("Flipped bits give an error or a picture, nothing else") {
  constexpr std::uint64_t kSeed = 20240917;
  MESSAGE("seed " << kSeed);
  for (const std::string name : kFixtures) {
    CAPTURE(name);
    const File whole = file_bytes(image_fixture(name));
    const nst::PseudoRandom random(kSeed, name);
    int failed = 0;
    for (std::uint64_t round = 0; round < 300; ++round) {
      File damaged = whole;
      // Half of the rounds damage only the first bytes: the header, which states the picture's
      // size.
      const std::size_t reach =
          round % 2 == 0 ? damaged.size() : std::min<std::size_t>(64, damaged.size());
      for (std::uint64_t flip = 0; flip <= round % 3; ++flip) {
        const auto at =
            static_cast<std::size_t>(random.unit(8 * round + 2 * flip) * static_cast<float>(reach));
        const auto bit = static_cast<int>(random.unit(8 * round + 2 * flip + 1) * 8.0f);
        damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ (1 << bit));
      }
      CAPTURE(round);
      failed += decodes(damaged) ? 0 : 1;
    }
    CHECK(failed > 0);
  }
}

TEST_CASE("A small file that claims a huge picture fails before pixels are allocated") {
  File png = file_bytes(image_fixture("rgb8.png"));
  const auto big_png = [&](std::uint32_t side) {
    File file;
    put(file, std::string("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16));
    for (int i = 0; i < 2; ++i) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        file.push_back(static_cast<std::uint8_t>(side >> shift));
      }
    }
    file.insert(file.end(), png.begin() + 24, png.end());
    return file;
  };
  File bmp = file_bytes(image_fixture("rgb.bmp"));
  File tga = file_bytes(image_fixture("runs.tga"));
  File gif = file_bytes(image_fixture("two_frames.gif"));
  File jpeg = file_bytes(image_fixture("yuv420.jpg"));
  bmp[20] = bmp[24] = 0x20;                      // the header states 2^21 more columns and rows
  tga[12] = tga[13] = tga[14] = tga[15] = 0xff;  // the header states 65535×65535 pixels
  gif[6] = gif[7] = gif[8] = gif[9] = 0xff;      // the header states 65535×65535 pixels
  for (std::size_t i = 0; i + 9 < jpeg.size(); ++i) {
    // The marker SOF0 begins the frame header. After the marker follow length (2 bytes), precision
    // (1), height (2) and width (2).
    if (jpeg[i] == 0xff && jpeg[i + 1] == 0xc0) {
      jpeg[i + 5] = jpeg[i + 7] = 0x3f;
      break;
    }
  }
  File ppm;
  put(ppm, "P6 16000 16000 255 abc");

  const auto start = std::chrono::steady_clock::now();
  for (const File& file : {bmp, tga, gif, jpeg, ppm, big_png(0x7fffffff), big_png(16000)}) {
    CHECK_FALSE(decodes(file));
  }
  const auto elapsed = std::chrono::steady_clock::now() - start;
  // The limit in seconds for refusing all of these files. Allocating and clearing the memory of one
  // such picture would take longer.
  CHECK(std::chrono::duration<double>(elapsed).count() < 0.05);
}

TEST_CASE("More pixels than the limit is a limit, not damage") {
  File ppm;
  put(ppm, "P6 20000 20000 255 ");
  CHECK(contains(expect_error(ErrorCode::limit, [&] { (void)nst::decode_image(ppm, "p.ppm"); }),
                 "20000x20000"));
}

TEST_CASE("Sizes that overflow 32 bits are caught") {
  File bmp;
  put(bmp, "BM");
  put_u32(bmp, 100);
  put_u32(bmp, 0);
  put_u32(bmp, 54);
  put_u32(bmp, 40);
  put_u32(bmp, 0x40000001);  // 2^30 + 1: multiplied by 4 in 32 bits, it overflows to 4
  // The height -2^31: a negative height means top-down rows, and its negation overflows 32 bits.
  put_u32(bmp, 0x80000000);
  put_u16(bmp, 1);
  put_u16(bmp, 32);
  for (int i = 0; i < 6; ++i) put_u32(bmp, 0);
  bmp.resize(200);
  CHECK_FALSE(decodes(bmp));
  File ppm;
  put(ppm, "P6 4294967297 1 255 abc");
  CHECK_FALSE(decodes(ppm));
}

TEST_CASE("A JPEG that repeats its scans for ever is stopped") {
  const File whole = file_bytes(image_fixture("progressive.jpg"));
  // Repeats the last scan 5000 times. A scan is all bytes from its marker to the next marker, here
  // the end marker.
  std::size_t scan = 0;
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) {
    if (whole[i] == 0xff && whole[i + 1] == 0xda) scan = i;
  }
  REQUIRE(scan > 0);
  File bomb(whole.begin(), whole.end() - 2);
  for (int i = 0; i < 5000; ++i) bomb.insert(bomb.end(), whole.begin() + scan, whole.end() - 2);
  bomb.insert(bomb.end(), whole.end() - 2, whole.end());
  CHECK_FALSE(decodes(bomb));
}
