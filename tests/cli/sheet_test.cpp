// Tests of the commands nst-run sheet and nst-run styles.
#include <algorithm>
#include <filesystem>

#include "base/expect_error.hpp"
#include "cli/process.hpp"
#include "image/pictures.hpp"
#include "nst/nst.hpp"

using nst::test::contains;
using nst::test::image_fixture;
using nst::test::run_badly;
using nst::test::run_well;
using nst::test::TemporaryFolder;

namespace {

// Returns true if `whole` contains the picture `part` at position (x, y).
bool lies_at(const nst::Image& whole, const nst::Image& part, int x, int y) {
  if (x + part.width > whole.width || y + part.height > whole.height) return false;
  for (int row = 0; row < part.height; ++row) {
    const std::uint8_t* from = part.u8() + 3 * part.width * row;
    if (!std::equal(from, from + 3 * part.width, whole.u8() + 3 * ((y + row) * whole.width + x))) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("nst-run sheet: contents, styles and strengths, each as it is painted alone") {
  const TemporaryFolder folder;
  const std::string sheet = folder.file("sheet.png"), alone = folder.file("alone.png");
  const std::string first = image_fixture("yuv444.jpg"), second = image_fixture("rgb8.png");
  CHECK(run_well({"sheet", first, second, "-s", "@oil", "-s", second, "--strength", "0.5,1", "-o",
                  sheet, "--size", "<64"}) == "");
  const nst::Image picture = nst::read_image(sheet);
  const nst::Image one = nst::read_image(first);
  // The sheet has a column for each of the two styles, and a row for each of the two contents with
  // each of the two strengths. The cells are as large as the largest picture.
  const nst::Image other = nst::read_image(second);
  const nst::Size cell{std::max(one.width, other.width), std::max(one.height, other.height)};
  CHECK(picture.width == 12 + 2 * (cell.width + 12));
  const int step = cell.height + 12 + 28;
  CHECK(picture.height == 12 + 4 * step);
  CHECK(run_well({first, "-s", second, "--strength", "0.5", "-o", alone, "--size", "<64"}) == "");
  const nst::Image half = nst::read_image(alone);
  CHECK(lies_at(picture, half, 12 + cell.width + 12 + (cell.width - half.width) / 2,
                12 + (cell.height - half.height) / 2));
  CHECK(run_well({second, "-s", "@oil", "-o", alone, "--size", "<64"}) == "");
  const nst::Image last = nst::read_image(alone);
  CHECK(lies_at(picture, last, 12 + (cell.width - last.width) / 2,
                12 + 3 * step + (cell.height - last.height) / 2));
  // Checks that the strip below the first row of cells has dark pixels: the text of the labels.
  int dark = 0;
  for (int y = 12 + cell.height; y < 12 + step - 12; ++y) {
    for (int x = 0; x < picture.width; ++x) dark += picture.u8()[3 * (y * picture.width + x)] < 100;
  }
  CHECK(dark > 40);
}

TEST_CASE("nst-run sheet: a large JPEG is decoded at a reduced size, unless its size decides") {
  // Only libjpeg can decode at a reduced size; stb always decodes the whole picture.
  if (NST_JPEG_BY_STB) return;
  const TemporaryFolder folder;
  const std::string large = folder.file("large.jpg"), sheet = folder.file("sheet.png");
  nst::write_image(large, nst::Image(4000, 3000, 3, nst::SampleType::u8).view());
  const auto painted = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"sheet", large, "-s", "@oil", "-o", sheet};
    arguments.insert(arguments.end(), more.begin(), more.end());
    CHECK(run_well(arguments) == "");
    const nst::Image picture = nst::read_image(sheet);
    return std::pair{picture.width - 24, picture.height - 52};
  };
  // Decoded as a whole, the picture takes 36 MB, which is more than the limits below.
  const std::pair preview{341, 256};
  CHECK(painted({"--max-memory", "24M"}) == preview);
  CHECK(painted({"--max-memory", "24M", "--size", "<256"}) == preview);
  CHECK(painted({"--size", "5%"}) == std::pair{200, 150});
  CHECK(contains(run_badly(6, {"sheet", large, "-s", "@oil", "-o", sheet, "--max-memory", "24M",
                               "--size", "5%"}),
                 "large.jpg"));
}

TEST_CASE("nst-run styles lists the library's styles and draws them") {
  const std::string list = run_well({"styles"});
  for (const nst::NamedStyle& style : nst::named_styles()) {
    CHECK(contains(list, "@" + style.name));
    CHECK(contains(list, style.description));
  }
  const TemporaryFolder folder;
  const std::string sheet = folder.file("styles.jpg");
  CHECK(run_well({"styles", "-o", sheet, "--size", "64", "-q"}) == "");
  const nst::Image picture = nst::read_image(sheet);
  CHECK(picture.width > 5 * 64);
  CHECK(picture.height > 3 * 64);
  CHECK(run_well({"styles", image_fixture("rgb8.png"), "-o", sheet, "--size", "<64"}) == "");
}

TEST_CASE("nst-run sheet refuses what cannot be a sheet, in one line") {
  const TemporaryFolder folder;
  const std::string photo = image_fixture("rgb8.png"), out = folder.file("sheet.png");
  CHECK(contains(run_badly(2, {"sheet", photo, "-s", "@oil", "-o", folder.file("x.npy")}), ".png"));
  CHECK(contains(run_badly(2, {"sheet", photo, "-s", "@oill", "-o", out}), "nearest"));
  CHECK(contains(run_badly(2, {"sheet", photo, "-s", "@oil", "-o", out, "--strength", "3"}),
                 "--strength"));
  CHECK(contains(run_badly(2, {"sheet", photo, "-o", out}), "--style"));
  CHECK(contains(run_badly(3, {"sheet", folder.file("none.jpg"), "-s", "@oil", "-o", out}),
                 "none.jpg"));
  CHECK_FALSE(std::filesystem::exists(out));
}
