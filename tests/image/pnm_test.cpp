// Tests of PBM, PGM and PPM files in text and binary form.
#include "image/compose.hpp"

using nst::Image;
using nst::SampleType;
using namespace nst::test;

namespace {

constexpr int kWidth = 13, kHeight = 7;

std::vector<std::uint8_t> file_of(const std::string& text) { return {text.begin(), text.end()}; }

std::string header(const std::string& magic, const std::string& gap, int maximum = 0) {
  std::string text = magic + gap + "13" + gap + "7";
  if (maximum > 0) text += gap + std::to_string(maximum);
  return text;
}

std::string numbers(const std::vector<std::uint8_t>& samples, const std::string& gap) {
  std::string text;
  for (const std::uint8_t sample : samples) text += gap + std::to_string(sample);
  return text;
}

Image grey(const std::vector<std::uint8_t>& samples) {
  Image image(kWidth, kHeight, 3, SampleType::u8);
  for (std::size_t i = 0; i < image.sample_count(); ++i) image.u8()[i] = samples[i / 3];
  return image;
}

constexpr const char* kGaps[] = {" ", "\n", "\t", "\r\n", " # a comment\n", "#\n\n# two\n "};

}  // namespace

TEST_CASE("PNM: text and binary, whatever lies between the numbers") {
  const Image rgb = random_image(kWidth, kHeight, 3, SampleType::u8);
  const auto levels = random_indices(kWidth * kHeight, 255);
  const auto bits = random_indices(kWidth * kHeight, 1);
  std::vector<std::uint8_t> ink = bits;
  for (std::uint8_t& level : ink) level = level == 1 ? 0 : 255;
  for (const std::string gap : kGaps) {
    CAPTURE(gap);
    check_decodes(file_of(header("P3", gap, 255) + numbers(rgb.bytes, gap) + "\n"), rgb);
    // The file ends with the last digit of its last number, without white space.
    check_decodes(file_of(header("P3", gap, 255) + numbers(rgb.bytes, gap)), rgb);
    check_decodes(file_of(header("P2", gap, 255) + numbers(levels, gap)), grey(levels));
    check_decodes(file_of(header("P1", gap) + numbers(bits, gap)), grey(ink));
    std::string dense = header("P1", gap) + " ";
    for (const std::uint8_t bit : bits) dense += static_cast<char>('0' + bit);
    check_decodes(file_of(dense), grey(ink));
    check_decodes(FileBytes{}.text(header("P6", gap, 255) + "\n").add(rgb.bytes).bytes, rgb);
    check_decodes(FileBytes{}.text(header("P5", gap, 255) + "\n").add(levels).bytes, grey(levels));
  }
}

TEST_CASE("PNM: P4's rows are padded to bytes, 1 is black") {
  for (const int width : {1, 7, 8, 13, 16, 17}) {
    CAPTURE(width);
    const auto bits = random_indices(width * 5, 1);
    FileBytes file;
    file.text("P4\n" + std::to_string(width) + " 5\n");
    Image expected(width, 5, 3, SampleType::u8);
    for (int y = 0; y < 5; ++y) {
      for (int x = 0; x < width; x += 8) {
        unsigned byte = 0;
        for (int i = 0; i < 8; ++i) {
          const bool black =
              x + i < width && bits[static_cast<std::size_t>(y * width + x + i)] == 1;
          byte = byte << 1 | (black ? 1u : 0u);
        }
        file.u8(byte);
      }
    }
    for (std::size_t i = 0; i < expected.sample_count(); ++i) {
      expected.u8()[i] = bits[i / 3] == 1 ? 0 : 255;
    }
    check_decodes(file.bytes, expected);
    file.bytes.pop_back();
    (void)refusal(file.bytes);
  }
}

TEST_CASE("PNM: any largest value is scaled to 255, rounded") {
  for (const unsigned maximum : {1u, 2u, 11u, 15u, 254u, 255u, 256u, 1023u, 65535u}) {
    CAPTURE(maximum);
    const nst::PseudoRandom random(maximum, "levels");
    FileBytes binary;
    binary.text(header("P5", " ", static_cast<int>(maximum)) + "\n");
    std::string text = header("P2", " ", static_cast<int>(maximum));
    std::vector<std::uint8_t> levels;
    for (std::size_t i = 0; i < std::size_t{kWidth} * kHeight; ++i) {
      const auto value = static_cast<unsigned>(random.unit(i) * static_cast<float>(maximum));
      if (maximum > 255) binary.u8(value >> 8);
      binary.u8(value & 255);
      text.append(1, ' ').append(std::to_string(value));
      levels.push_back(static_cast<std::uint8_t>(value * 255.0 / maximum + 0.5));
    }
    check_decodes(binary.bytes, grey(levels));
    check_decodes(file_of(text), grey(levels));
  }
}

TEST_CASE("PNM: missing, foreign and too large numbers are refused") {
  check_refused(file_of("P3 1 1 255 1 2"), "short");
  check_refused(file_of("P3 2 1 255 10 20 30 4 5 "), "needs");
  check_refused(file_of("P1 3 1 1 0"), "needs");
  check_refused(file_of("P2 2 1 255 1 x"), "number");
  check_refused(file_of("P2 2 1 255 1 -1"), "number");
  check_refused(file_of("P2 2 1 15 1 16"), "exceeds");
  check_refused(file_of("P1 2 1 1 2"), "number");
  check_refused(file_of("P2 2 1 0 1 1"), "largest value");
  check_refused(file_of("P2 2 1 65536 1 1"), "largest value");
}
