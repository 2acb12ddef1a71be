// Tests of the options that change the look of a painting: brush, fade, colours, mask and named
// styles.
#include <filesystem>

#include "base/expect_error.hpp"
#include "cli/process.hpp"
#include "image/pictures.hpp"
#include "nst/nst.hpp"

using nst::test::contains;
using nst::test::file_bytes;
using nst::test::image_fixture;
using nst::test::run_badly;
using nst::test::run_nst;
using nst::test::run_well;
using nst::test::TemporaryFolder;

namespace {

using Arguments = std::vector<std::string>;
using Bytes = std::vector<std::uint8_t>;

struct Look {
  TemporaryFolder folder;
  std::string photo = folder.file("photo.png"), large = folder.file("large.jpg");
  std::string oil = folder.file("oil.jpg"), mask = folder.file("mask.png");

  Look() {
    std::filesystem::copy_file(image_fixture("rgb8.png"), photo);
    std::filesystem::copy_file(image_fixture("yuv444.jpg"), oil);
    nst::write_image(large, nst::test::random_image(760, 710, 3, nst::SampleType::u8).view());
    nst::Image half(2, 1, 3, nst::SampleType::u8);
    for (int c = 0; c < 3; ++c) half.u8()[3 + c] = 255;
    nst::write_image(mask, half.view());
  }
  // Runs nst-run and returns the bytes of the picture that it writes.
  Bytes painted(Arguments arguments, const std::string& extension = ".png") const {
    const std::string path = folder.file("out" + extension);
    arguments.insert(arguments.end(), {"-o", path});
    CHECK(run_well(arguments) == "");
    return file_bytes(path);
  }
};

}  // namespace

TEST_CASE("nst-run --brush: auto is 256 for large pictures, off is the network alone") {
  const Look l;
  const Bytes usual = l.painted({l.large, "-s", "@oil"});
  CHECK(usual == l.painted({l.large, "-s", "@oil", "--brush", "auto"}));
  CHECK(usual == l.painted({l.large, "-s", "@oil", "--brush", "256", "-t", "1"}));
  CHECK(usual == l.painted({l.large, "-s", "@oil", "--max-memory", "44M", "-t", "2"}));
  const Bytes off = l.painted({l.large, "-s", "@oil", "--brush", "off"});
  CHECK(usual != off);
  CHECK(l.painted({l.photo, "-s", "@oil"}) == l.painted({l.photo, "-s", "@oil", "--brush", "off"}));
  const nst::Image raw = nst::read_image(l.large);
  CHECK(l.painted({l.large, "-s", "@oil"}, ".npy") ==
        nst::encode_image(
            nst::Model::default_model().stylize(raw.view(), nst::StyleVector::named("oil")).view(),
            nst::OutputFormat::npy));
  // Tests a run that makes several pictures. They must have the same bytes as from separate runs.
  // The dry run must include the brush's memory.
  const std::string out = l.folder.file("many/");
  CHECK(run_well({l.large, "-s", "@oil", "-s", "@ink", "-o", out, "--format", "png"}) == "");
  CHECK(file_bytes(out + "large-oil.png") == usual);
  CHECK(file_bytes(out + "large-ink.png") == l.painted({l.large, "-s", "@ink"}));
  const std::string with = run_well({l.large, "-s", "@oil", "-o", out, "--dry-run"});
  const std::string without =
      run_well({l.large, "-s", "@oil", "-o", out, "--dry-run", "--brush", "off"});
  CHECK(contains(with, "760x710"));
  CHECK(with != without);
  for (const char* wrong : {"on", "-1", "5", "256px", "99999"}) {
    CHECK(contains(
        run_badly(2, {l.photo, "-s", "@oil", "-o", l.folder.file("x.png"), "--brush", wrong}),
        "--brush"));
  }
}

TEST_CASE("nst-run --fade 0 is the photo, --mix of one style is that style") {
  const Look l;
  const nst::Image content = nst::read_image(l.photo);
  CHECK(l.painted({l.photo, "-s", l.oil, "--fade", "0"}) ==
        nst::encode_image(content.view(), nst::OutputFormat::png));
  const Bytes painting = l.painted({l.photo, "-s", l.oil});
  CHECK(l.painted({l.photo, "-s", l.oil, "--fade", "1"}) == painting);
  CHECK(l.painted({l.photo, "-s", l.oil, "--fade", "0.5"}) != painting);
  CHECK(l.painted({l.photo, "-s", l.oil, "--mix"}) == painting);
  const std::string a = l.folder.file("a.npy"), ink = image_fixture("palette4.png");
  CHECK(run_well({"encode", l.oil, "-o", a}) == "");
  const std::string b = l.folder.file("b.npy");
  CHECK(run_well({"encode", ink, "-o", b}) == "");
  CHECK(l.painted({l.photo, "-s", l.oil + ":2", "-s", ink, "--mix"}) ==
        l.painted({l.photo, "-s", a + ":2", "-s", b, "--mix"}));
  CHECK(contains(run_badly(2, {l.photo, "-s", l.oil, "-o", "x.png", "--fade", "1.5"}), "--fade"));
  CHECK(contains(run_badly(2, {l.photo, "-s", l.oil, "-o", "x.png", "--fade", "nan"}), "--fade"));
}

TEST_CASE("nst-run --keep-color, --match-color and --mask paint what nst::paint does") {
  const Look l;
  const nst::Model model = nst::Model::default_model();
  const nst::Image content = nst::read_image(l.photo), oil = nst::read_image(l.oil);
  const nst::Image mask = nst::read_image(l.mask);
  const auto paint = [&](const nst::PaintOptions& options) {
    const nst::Image picture = nst::paint(model, content.view(), oil, options);
    return nst::encode_image(picture.view(), nst::OutputFormat::png);
  };
  CHECK(l.painted({l.photo, "-s", l.oil, "--keep-color"}) ==
        paint({.keep_colour = nst::KeepColour::matched}));
  CHECK(l.painted({"--keep-colour=luma", l.photo, "-s", l.oil}) ==
        paint({.keep_colour = nst::KeepColour::luma}));
  const Bytes matched = paint({.match_colour = true});
  CHECK(l.painted({l.photo, "-s", l.oil, "--match-color"}) == matched);
  CHECK(l.painted({l.photo, "-s", l.oil, "--mask", l.mask}) == paint({.mask = mask.view()}));
  CHECK(l.painted({l.photo, "-s", l.oil, "--mask", l.mask, "--mask-style", "@ink"}) ==
        paint({.mask = mask.view(), .mask_style = nst::Style(nst::StyleVector::named("ink"))}));
  // Tests a picture file as the second style. The program must keep the picture in memory until
  // painting ends.
  const std::string ink = image_fixture("palette4.png");
  const nst::Image second = nst::read_image(ink);
  CHECK(l.painted({l.photo, "-s", l.oil, "--mask", l.mask, "--mask-style", ink}) ==
        paint({.mask = mask.view(), .mask_style = nst::Style(second)}));
  // Tests that --match-color adapts the style to each content separately, if there are several
  // contents.
  const std::string out = l.folder.file("many/");
  CHECK(run_well({l.large, l.photo, "-s", l.oil, "-o", out, "--match-color", "--size", "<100"}) ==
        "");
  CHECK(file_bytes(out + "photo-oil.png") == matched);
  CHECK(contains(run_badly(2, {l.photo, "-s", l.oil, "-o", "x.png", "--keep-color=hue"}), "keep"));
  CHECK(contains(run_badly(2, {l.photo, "-s", l.oil, "-o", "x.png", "--mask-style", l.oil}),
                 "--mask"));
  CHECK(contains(run_badly(3, {l.photo, "-s", l.oil, "-o", l.folder.file("x.png"), "--mask",
                               l.folder.file("none.png")}),
                 "none.png"));
  const auto warned =
      run_nst({l.photo, "-s", "@oil", "-o", l.folder.file("x.png"), "--match-color"});
  CHECK(warned.exit_code == 0);
  CHECK(contains(warned.err, "--match-color does nothing"));
}

TEST_CASE("nst-run -s @name: a wrong name is one line with the nearest, another space is refused") {
  const Look l;
  const std::string x = l.folder.file("x.png");
  const std::string line = run_badly(2, {l.photo, "-s", "@woodcat", "-o", x});
  CHECK(contains(line, "@woodcat"));
  CHECK(contains(line, "woodcut"));
  CHECK(contains(line, "nst-run styles"));
  CHECK(contains(
      run_badly(2, {l.photo, "-s", l.oil, "-o", x, "--mask", l.mask, "--mask-style", "@woodcat"}),
      "woodcut"));
  CHECK(l.painted({l.photo, "-s", "@oil:2", "-s", "@ink", "--mix"}) !=
        l.painted({l.photo, "-s", "@oil", "-s", "@ink", "--mix"}));
  nst::StyleVector foreign(100);
  foreign.space = "another-100";
  CHECK_THROWS_AS(nst::Model::default_model().check_style(foreign), nst::Error);
}
