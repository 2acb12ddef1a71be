#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "image/npy.hpp"
#include "image/pictures.hpp"

using nst::ErrorCode;
using nst::Image;
using nst::Quantise;
using nst::SampleType;
using nst::StyleVector;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::file_bytes;
using nst::test::largest_difference;
using nst::test::random_image;
using nst::test::TemporaryFolder;

TEST_CASE("A new picture is black, dense and of the size asked for") {
  const Image image(3, 2, 4, SampleType::f32);
  CHECK(image.sample_count() == 24);
  CHECK(image.bytes == std::vector<std::uint8_t>(96));
  CHECK(reinterpret_cast<std::uintptr_t>(image.f32()) % alignof(float) == 0);
  expect_error(ErrorCode::usage, [] { Image(0, 2, 3, SampleType::u8); });
  expect_error(ErrorCode::usage, [] { Image(2, -1, 3, SampleType::u8); });
  expect_error(ErrorCode::usage, [] { Image(2, 2, 0, SampleType::u8); });
  expect_error(ErrorCode::limit, [] { Image(2147483647, 2147483647, 4, SampleType::f32); });
}

TEST_CASE("Floats become bytes by rounding or by truncation") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  Image image(4, 1, 3, SampleType::f32);
  const float values[12] = {0.0f,  1.0f,  0.5f, 127.49f / 255.0f, 127.51f / 255.0f,
                            -0.2f, 1.01f, nan,  254.6f / 255.0f,  inf,
                            -inf,  1e-9f};
  std::copy(std::begin(values), std::end(values), image.f32());
  const Image nearest = nst::to_u8(image.view());
  const Image truncated = nst::to_u8(image.view(), Quantise::truncate);
  CHECK(nearest.bytes ==
        std::vector<std::uint8_t>{0, 255, 128, 127, 128, 0, 255, 0, 255, 255, 0, 0});
  CHECK(truncated.bytes ==
        std::vector<std::uint8_t>{0, 255, 127, 127, 127, 0, 255, 0, 254, 255, 0, 0});
}

TEST_CASE("All 256 levels survive the way to float and back") {
  Image image(16, 16, 4, SampleType::u8);
  for (std::size_t i = 0; i < 1024; ++i) image.u8()[i] = static_cast<std::uint8_t>(i / 4);
  const Image floats = nst::resize(image.view(), 16, 16);
  const Image back = nst::to_u8(floats.view());
  for (std::size_t i = 0; i < 256; ++i) REQUIRE(back.u8()[3 * i] == i);
  CHECK(nst::to_u8(image.view()).bytes == image.bytes);
}

TEST_CASE("A written picture appears whole and replaces the old one") {
  const TemporaryFolder folder;
  const Image first = random_image(9, 5, 4, SampleType::u8, 1);
  const Image second = random_image(7, 8, 3, SampleType::u8, 2);
  const std::string path = folder.file("picture.png");
  nst::write_image(path, first.view());
  CHECK(largest_difference(nst::read_image(path), first) == 0);
  nst::write_image(path, second.view());
  CHECK(largest_difference(nst::read_image(path), second) == 0);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A picture that cannot be written leaves the old file as it was") {
  const TemporaryFolder folder;
  const std::string path = folder.file("picture.png", std::vector<std::uint8_t>{1, 2, 3});
  const Image floats = random_image(4, 4, 3, SampleType::f32);
  expect_error(ErrorCode::output, [&] { nst::write_image(path, floats.view()); });
  CHECK(file_bytes(path) == std::vector<std::uint8_t>{1, 2, 3});
  const Image bytes = random_image(4, 4, 3, SampleType::u8);
  expect_error(ErrorCode::output,
               [&] { nst::write_image(folder.file("missing/picture.png"), bytes.view()); });
  expect_error(ErrorCode::usage, [&] { nst::write_image(folder.file("a.gif"), bytes.view()); });
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("What cannot be written is known before there is anything to write") {
  const TemporaryFolder folder;
  CHECK_NOTHROW(nst::check_writable(folder.file("new.png")));
  CHECK_FALSE(std::filesystem::exists(folder.file("new.png")));
  std::filesystem::create_directory(folder.file("folder.png"));
  expect_error(ErrorCode::output, [&] { nst::check_writable(folder.file("folder.png")); });
  expect_error(ErrorCode::output, [&] { nst::check_writable(folder.file("missing/new.png")); });
  // Tests that a named pipe counts as writable, although it is not a regular file.
  const std::string pipe = folder.file("pipe.png");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_NOTHROW(nst::check_writable(pipe));
  const std::string kept = folder.file("kept.png", std::vector<std::uint8_t>{1});
  REQUIRE(chmod(kept.c_str(), 0400) == 0);
  if (geteuid() == 0) {
    MESSAGE("skipped: nothing is write-protected from root");
  } else {
    expect_error(ErrorCode::output, [&] { nst::check_writable(kept); });
  }
}

TEST_CASE("Pictures that are not there, or not files, are input errors that name the path") {
  const TemporaryFolder folder;
  for (const std::string& path : {folder.file("missing.png"), folder.path().string()}) {
    CHECK(contains(expect_error(ErrorCode::input, [&] { (void)nst::read_image(path); }), path));
  }
  const std::string empty = folder.file("empty.png", {});
  CHECK(contains(expect_error(ErrorCode::input, [&] { (void)nst::read_image(empty); }), "empty"));
  // A file's name may contain a line break. The message names the file and must still be one line.
  expect_error(ErrorCode::input, [&] { (void)nst::read_image(folder.file("two\nlines.png")); });
  const std::string odd = folder.file("odd\nname.png", std::vector<std::uint8_t>{1, 2, 3});
  expect_error(ErrorCode::input, [&] { (void)nst::read_image(odd); });
}

TEST_CASE("A style vector is blended along a straight line") {
  StyleVector a(100), b(100);
  const nst::PseudoRandom random(5, "style");
  for (std::size_t i = 0; i < 100; ++i) {
    a.values[i] = random.symmetric(i);
    b.values[i] = random.symmetric(100 + i);
  }
  CHECK(StyleVector::blend(a, b, 0.0f).values == a.values);
  CHECK(StyleVector::blend(a, b, 1.0f).values == b.values);
  const StyleVector mix = StyleVector::blend(a, b, 0.25f);
  const StyleVector beyond = StyleVector::blend(a, b, 2.0f);
  for (std::size_t i = 0; i < 100; ++i) {
    // The bound allows for the rounding errors of the blend: one for each product and one for the
    // sum.
    REQUIRE(mix.values[i] ==
            doctest::Approx(0.75 * a.values[i] + 0.25 * b.values[i]).epsilon(1e-6));
    REQUIRE(beyond.values[i] == doctest::Approx(2.0 * b.values[i] - a.values[i]).epsilon(1e-6));
  }
}

TEST_CASE("A style vector goes through a file to the bit, and nothing else is read as one") {
  const TemporaryFolder folder;
  StyleVector style(100);
  const nst::PseudoRandom random(6, "style");
  for (std::size_t i = 0; i < 100; ++i) style.values[i] = random.symmetric(i);
  style.save(folder.file("v.npy"));
  CHECK(StyleVector::load(folder.file("v.npy")).values == style.values);
  CHECK(StyleVector::load(folder.file("v.npy")).space.empty());
  style.space = "magenta-mobile-100";
  style.save(folder.file("v.npy"));
  CHECK(StyleVector::load(folder.file("v.npy")).values == style.values);
  CHECK(StyleVector::load(folder.file("v.npy")).space == "magenta-mobile-100");
  for (const char* bad : {"two words", "line\nbreak", "\xc3\xa9"}) {
    StyleVector odd = style;
    odd.space = bad;
    expect_error(ErrorCode::usage, [&] { odd.save(folder.file("v.npy")); });
  }
  const auto nameless = nst::encode_npy({100}, style.values.data(), "nst-space: two words");
  const std::string path_of_nameless = folder.file("odd.npy", nameless);
  expect_error(ErrorCode::input, [&] { (void)StyleVector::load(path_of_nameless); });

  const auto refuse = [&](const std::vector<std::int64_t>& shape,
                          const std::vector<float>& values) {
    const std::string path = folder.file("bad.npy", nst::encode_npy(shape, values.data()));
    expect_error(ErrorCode::input, [&] { (void)StyleVector::load(path); });
  };
  std::vector<float> values(5000);
  refuse({0}, values);
  refuse({4097}, values);
  refuse({10, 10}, values);
  values[99] = std::numeric_limits<float>::infinity();
  refuse({100}, values);
  expect_error(ErrorCode::input, [&] { (void)StyleVector::load(folder.file("missing.npy")); });
  expect_error(ErrorCode::output, [&] { style.save(folder.file("missing/v.npy")); });
}
