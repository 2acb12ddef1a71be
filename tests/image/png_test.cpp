// Tests of PNG files with unusual chunks. The files are made from fixtures by moving and adding
// chunks.
#include <algorithm>
#include <cctype>
#include <cstring>

#include "image/chunks.hpp"
#include "image/compose.hpp"

using nst::Image;
using nst::OutputFormat;
using nst::SampleType;
using namespace nst::test;

namespace {

File fixture(const std::string& name) { return file_bytes(image_fixture(name)); }

File of(const std::string& text) { return {text.begin(), text.end()}; }

// Returns EXIF data as text, as ImageMagick stores it in a PNG's text chunk: a name, the length,
// then lines of hexadecimal digits.
File raw_profile(const File& block) {
  std::string text = "\nexif\n" + std::to_string(block.size());
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (i % 36 == 0) text += '\n';
    text += "0123456789abcdef"[block[i] >> 4];
    text += "0123456789abcdef"[block[i] & 15];
  }
  return of(text + "\n");
}

// Returns an EXIF block with orientation 6, stored as SHORT or as LONG.
File exif(bool is_long = false) {
  FileBytes tiff;
  tiff.text("II").u16(42).u32(8).u16(1).u16(0x0112).u16(is_long ? 4 : 3).u32(1);
  return tiff.u32(6).u32(0).bytes;
}

File joined(const std::string& text, const File& more) {
  return FileBytes{}.text(text).add(more).bytes;
}

}  // namespace

TEST_CASE("PNG: a missing end is a warning, missing pixels are not") {
  const File whole = fixture("rgb8.png");
  const Image expected = decoded(whole);
  const File open(whole.begin(), whole.end() - 12);
  for (const File& tail : {File{}, File(40), File{0, 0, 0, 9, 't', 'E', 'X', 't'}, File(5, 'x')}) {
    const nst::LoadedImage loaded =
        nst::decode_image(FileBytes{}.add(open).add(tail).bytes, "p.png");
    CHECK(largest_difference(loaded.image, expected) == 0);
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings[0].starts_with("p.png: the end marker is missing"));
  }
  // The pixels are split into two IDAT chunks, and the second one is missing.
  const std::size_t at = find(whole, "IDAT");
  const std::size_t size = whole[at + 2] * 256u + whole[at + 3];
  const File pixels(whole.begin() + static_cast<std::ptrdiff_t>(at + 8),
                    whole.begin() + static_cast<std::ptrdiff_t>(at + 8 + size));
  const auto half = static_cast<std::ptrdiff_t>(size / 2);
  const File first = chunk("IDAT", {pixels.begin(), pixels.begin() + half});
  const File second = chunk("IDAT", {pixels.begin() + half, pixels.end()});
  const File rest = without(whole, "IDAT");
  check_decodes(with(with(rest, "IEND", first), "IEND", second), expected);
  (void)refusal(with(rest, "IEND", first));
  File cut = with(rest, "IEND", first);
  cut.resize(cut.size() - 12);
  (void)refusal(cut);
}

TEST_CASE("PNG: a wrong checksum counts where the picture hangs on it") {
  for (const std::string name : {"palette8_trns.png", "exif6.png"}) {
    CAPTURE(name);
    const File whole = fixture(name);
    const std::string type = name == "exif6.png" ? "eXIf" : "tRNS";
    const std::size_t at = find(whole, type);
    const std::size_t size = whole[at + 3];
    for (std::size_t bit = 0; bit < 8 * (size + 8); ++bit) {
      CAPTURE(bit);
      File flipped = whole;
      flipped[at + 4 + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      (void)refusal(flipped);
    }
  }
  const File whole = fixture("rgb8.png");
  const Image expected = decoded(whole);
  for (const std::string place : {"IDAT", "IEND"}) {
    for (const std::string type : {"tEXt", "tIME", "gAMA", "prVt"}) {
      check_decodes(with(whole, place, chunk(type, of("Comment\0hi"), 1)), expected);
    }
  }
  File end = whole;
  end[find(whole, "IEND") + 9] ^= 1;
  check_decodes(end, expected);
  File pixels = whole;
  pixels[find(whole, "IDAT") + 9] ^= 1;
  check_refused(pixels, "checksum");
}

TEST_CASE("PNG: an orientation in eXIf, with its prefix, as LONG, in raw profiles") {
  const File turned = fixture("exif6.png");
  const Image expected = decoded(turned);
  const File bare = without(turned, "eXIf");
  REQUIRE(decoded(bare).width == expected.height);
  const std::string prefix("Exif\0\0", 6);
  const File profile = raw_profile(joined(prefix, exif()));
  const std::string name("Raw profile type exif\0", 22);
  const std::string app1("Raw profile type APP1\0", 22);
  const File chunks[] = {
      chunk("eXIf", exif(true)),
      chunk("eXIf", joined(prefix, exif())),
      chunk("tEXt", joined(name, profile)),
      chunk("tEXt", joined(name, raw_profile(exif(true)))),
      chunk("zTXt", joined(name + '\0', stored(profile))),
      chunk("iTXt", joined(name + std::string("\0\0en\0\0", 6), profile)),
      chunk("iTXt", joined(app1 + std::string("\1\0\0\0", 4), stored(profile))),
  };
  for (const File& exif_chunk : chunks) {
    for (const std::string place : {"IDAT", "IEND"}) {
      check_decodes(with(bare, place, exif_chunk), expected);
    }
  }
  // EXIF data may also lie in a text chunk called "Raw profile type exif". Such a chunk must be
  // ignored if its text is damaged or other data, or if the file has an eXIf chunk.
  for (const File& text : {of("\nexif\n"), of("\nexif\n 9\nxyz"), File(4000, '0'), File{}}) {
    check_decodes(with(bare, "IDAT", chunk("tEXt", joined(name, text))), decoded(bare));
    check_decodes(with(bare, "IDAT", chunk("zTXt", joined(name + '\0', text))), decoded(bare));
    check_decodes(with(turned, "IDAT", chunk("tEXt", joined(name, text))), expected);
  }
}

TEST_CASE("PNG: raw profiles whose text chunk is incomplete are ignored") {
  const File bare = without(fixture("exif6.png"), "eXIf");
  const std::string name("Raw profile type exif\0", 22);
  const File profile = raw_profile(exif());
  const File chunks[] = {
      // No method of compression, and an unknown one.
      chunk("zTXt", joined(name, {})),
      chunk("zTXt", joined(name + '\1', stored(profile))),
      // No flags, no end of the language, no end of the translated keyword.
      chunk("iTXt", joined(name + '\0', {})),
      chunk("iTXt", joined(name + std::string("\0\0en", 4), {})),
      chunk("iTXt", joined(name + std::string("\0\0en\0x", 6), {})),
  };
  for (const File& text : chunks) check_decodes(with(bare, "IDAT", text), decoded(bare));
  // Other programs write capital digits, spaces and both characters of a line end.
  File other = profile;
  for (std::uint8_t& c : other) c = c == '\n' ? ' ' : static_cast<std::uint8_t>(std::toupper(c));
  const std::string begin = "\nexif\n";
  std::copy(begin.begin(), begin.end(), other.begin());
  const std::size_t digits = std::string(profile.begin(), profile.end()).find('\n', begin.size());
  other[digits] = '\n';
  other.insert(other.begin() + static_cast<std::ptrdiff_t>(digits) + 1, '\r');
  check_decodes(with(bare, "IDAT", chunk("tEXt", joined(name, other))),
                decoded(fixture("exif6.png")));
}

TEST_CASE("PNG: of two chunks of metadata or colours the first counts") {
  const File rgb = fixture("rgb8.png");
  FileBytes near, far, feet;
  near.be32(2835).be32(2835).u8(1);
  far.be32(5906).be32(5906).u8(1);
  feet.be32(2835).be32(2835).u8(0);
  const auto loaded = [&](const File& first, const File& second) {
    return nst::decode_image(with(with(rgb, "IDAT", first), "IDAT", second), "two.png");
  };
  CHECK(loaded(chunk("pHYs", near.bytes), chunk("pHYs", far.bytes)).metadata.dpi_x ==
        doctest::Approx(72).epsilon(0.01));
  // A resolution of an unknown unit says only what shape the pixels have.
  CHECK(loaded(chunk("pHYs", feet.bytes), chunk("tIME", File(7))).metadata.dpi_x == 0);
  const std::string xmp("XML:com.adobe.xmp\0\0\0\0\0", 22);
  const auto kept =
      loaded(chunk("iTXt", joined(xmp, of("first"))), chunk("iTXt", joined(xmp, of("second"))))
          .metadata.xmp;
  CHECK(std::string(kept.begin(), kept.end()) == "first");
  CHECK(loaded(chunk("iTXt", joined(xmp, {})), chunk("tIME", File(7))).metadata.xmp.empty());
#if NST_HAVE_LCMS2
  // Display P3, then sRGB: only the first one changes the colours.
  const File wide = chunk("cICP", {12, 13, 0, 1}), srgb = chunk("cICP", {1, 13, 0, 1});
  CHECK(loaded(wide, srgb).image.bytes == loaded(wide, wide).image.bytes);
  CHECK(loaded(wide, srgb).image.bytes != loaded(srgb, wide).image.bytes);
  // A profile that is damaged, and one behind it.
  const File broken = chunk("iCCP", joined(std::string("a\0\0", 3), of("no stream")));
  CHECK(loaded(broken, broken).image.bytes == decoded(rgb).bytes);
#endif
}

TEST_CASE("PNG: only the beginning of a raw profile is inflated") {
  const File bare = without(fixture("exif6.png"), "eXIf");
  File huge = raw_profile(exif());
  huge.insert(huge.end(), std::size_t{2} << 20, '0');
  const std::string name("Raw profile type exif\0\0", 23);
  File file = bare;
  for (int i = 0; i < 3; ++i) file = with(file, "IDAT", chunk("zTXt", joined(name, stored(huge))));
  const nst::LoadedImage loaded = nst::decode_image(file, "p.png");
  CHECK(loaded.image.width == decoded(bare).height);
  // Tests inflating to a buffer that ends within the second block. stb_image writes only whole
  // blocks, so only the first block, of 65535 bytes, is compared.
  std::vector<std::uint8_t> out(70000);
  CHECK(nst::codec::inflate_prefix(stored(huge), out.data(), out.size()) == out.size());
  CHECK(std::equal(out.begin(), out.begin() + 65535, huge.begin()));
}

TEST_CASE("PNG: chunks that do not suit the picture are passed over, unknown vital ones are not") {
  const File palette = fixture("palette4.png");
  // A tRNS chunk that has more entries than the palette has colours is passed over.
  check_decodes(with(palette, "IDAT", chunk("tRNS", File(40, 9))), decoded(palette));
  const File rgb = fixture("rgb8.png");
  check_decodes(with(rgb, "IDAT", chunk("PLTE", File(48, 9))), decoded(rgb));
  check_decodes(with(rgb, "IDAT", chunk("tRNS", File(3, 9))), decoded(rgb));
  check_decodes(with(rgb, "IEND", chunk("tRNS", File(6, 9))), decoded(rgb));
  check_decodes(with(rgb, "IDAT", chunk("prVt", File(6, 9))), decoded(rgb));
  check_refused(with(rgb, "IDAT", chunk("ABCD", {})), "ABCD");
  check_refused(with(rgb, "IHDR", chunk("CgBI", File(4))), "Apple");
  check_refused(without(palette, "PLTE"), "palette");
  check_refused(without(rgb, "IDAT"), "pixels");
  File text_mode = rgb;
  // Replaces \r\n by \n, as a file transfer in text mode does.
  text_mode.erase(text_mode.begin() + 4);
  check_refused(text_mode, "line ends");
}

TEST_CASE("PNG: an index beyond the palette is black") {
  const File whole = fixture("palette4.png");
  const std::size_t at = find(whole, "PLTE");
  const File colours(whole.begin() + static_cast<std::ptrdiff_t>(at + 8),
                     whole.begin() + static_cast<std::ptrdiff_t>(at + 8 + 48));
  File shorter =
      with(without(whole, "PLTE"), "IDAT", chunk("PLTE", {colours.begin(), colours.begin() + 30}));
  Image expected = decoded(whole);
  for (std::size_t i = 0; i < expected.sample_count(); i += 3) {
    const auto* pixel = expected.u8() + i;
    for (std::size_t k = 30; k < 48; k += 3) {
      if (std::equal(pixel, pixel + 3, colours.data() + k)) std::memset(expected.u8() + i, 0, 3);
    }
  }
  check_decodes(shorter, expected);
}

TEST_CASE("PNG: a picture that memory does not allow is a limit") {
  const File whole = fixture("rgb8.png");  // a picture of 19×13 pixels
  constexpr std::size_t kPicture = 3 * 19 * 13;
  const std::size_t enough = NST_PNG_BY_STB ? 20 * kPicture + 2 * whole.size() : kPicture + 8 * 13;
  CHECK(nst::decode_image(whole, "p.png", {enough, 0}).image.width == 19);
  expect_error(nst::ErrorCode::limit, [&] {
    (void)nst::decode_image(whole, "p.png", {kPicture - 1, 0});
  });
}

// Tests that the number of threads does not change a written PNG. Each thread compresses a band of
// at least 256 KiB of pixels; larger pictures have several bands. Builds with stb_image do not use
// bands and write 8 bits only.
TEST_CASE("PNG: any number of threads writes the same file, and its pixels are the picture's") {
  for (const nst::Size size : {nst::Size{1, 1}, {3, 700}, {300, 291}, {300, 292}, {701, 1300}}) {
    CAPTURE(size.width);
    CAPTURE(size.height);
    for (const int channels : {3, 4}) {
      const Image picture = random_image(size.width, size.height, channels, SampleType::u8);
      const File file = nst::encode_image(picture.view(), OutputFormat::png, {.threads = 1});
      CHECK(largest_difference(decoded(file), picture) == 0);
      for (const int threads : {0, 2, 3, 8}) {
        CHECK(nst::encode_image(picture.view(), OutputFormat::png, {.threads = threads}) == file);
      }
#if !NST_PNG_BY_STB
      const nst::EncodeOptions deep{.depth = 16, .threads = 1};
      const File deep_file = nst::encode_image(picture.view(), OutputFormat::png, deep);
      CHECK(largest_difference(decoded(deep_file), picture) == 0);
      CHECK(nst::encode_image(picture.view(), OutputFormat::png, {.depth = 16, .threads = 3}) ==
            deep_file);
#endif
    }
  }
}

TEST_CASE("PNG: every chunk of a written file has the right length and checksum, the last too") {
  // The picture is large enough for several IDAT chunks.
  const Image picture = random_image(300, 300, 3, SampleType::u8);
  const File file = nst::encode_image(picture.view(), OutputFormat::png);
  nst::ByteReader reader(file, "file", nst::ErrorCode::input);
  reader.skip(8, "signature");
  const auto be32 = [&] {
    const nst::Bytes b = reader.take(4, "number");
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
  };
  std::string types;
  while (!reader.at_end()) {
    const std::uint32_t length = be32();
    const nst::Bytes checked = reader.take(4 + std::size_t{length}, "chunk");
    const std::string type(checked.begin(), checked.begin() + 4);
    types += type + ' ';
    // Computes the chunk's CRC-32 bit by bit, as appendix 15 of PNG 1.2 describes, to compare with
    // the stored one.
    std::uint32_t crc = 0xffffffff;
    for (const std::uint8_t byte : checked) {
      crc ^= byte;
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
    }
    CHECK_MESSAGE(be32() == ~crc, type);
  }
  CHECK(types.starts_with("IHDR "));
  CHECK(types.ends_with("IDAT IEND "));
}
