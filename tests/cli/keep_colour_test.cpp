// Tests of --keep-color on photographs: the result's chroma is the photo's.
#include <algorithm>
#include <cmath>

#include "cli/process.hpp"
#include "image/pictures.hpp"
#include "nst/nst.hpp"
#include "support/shared.hpp"

namespace {

using nst::Image;

// Returns the chroma of a pixel (ITU-R BT.601), in levels (1/255): Cb and Cr without their offset.
std::pair<double, double> chroma(const Image& image, std::size_t pixel) {
  const std::uint8_t* p = image.u8() + 3 * pixel;
  const double y = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
  return {0.564 * (p[2] - y), 0.713 * (p[0] - y)};
}

bool is_clipped(const Image& image, std::size_t pixel) {
  const std::uint8_t* p = image.u8() + 3 * pixel;
  return std::min({p[0], p[1], p[2]}) == 0 || std::max({p[0], p[1], p[2]}) == 255;
}

// Paints the photo with --keep-color. Checks the mean difference between the chroma of the result
// and of the photo, in levels (1/255). Ignores pixels with a clipped sample.
void check_chroma(const std::string& photo) {
  const nst::test::TemporaryFolder folder;
  const std::string kept = folder.file("kept.png"), plain = folder.file("plain.png");
  nst::test::run_well({photo, "-s", "@oil", "--size", "200", "--fade", "0", "-o", plain});
  const Image seen = nst::read_image(plain);
  for (const char* style : {"@oil", "@woodcut", "@night"}) {
    for (const char* how : {"--keep-color", "--keep-color=luma"}) {
      CAPTURE(photo);
      CAPTURE(style);
      CAPTURE(how);
      nst::test::run_well({photo, "-s", style, "--size", "200", how, "-o", kept});
      const Image result = nst::read_image(kept);
      REQUIRE(result.sample_count() == seen.sample_count());
      const std::size_t pixels = result.sample_count() / 3;
      double sum = 0.0;
      std::size_t count = 0;
      for (std::size_t i = 0; i < pixels; ++i) {
        if (is_clipped(result, i)) continue;
        const auto [blue, red] = chroma(result, i);
        const auto [photo_blue, photo_red] = chroma(seen, i);
        sum += 0.5 * (std::abs(blue - photo_blue) + std::abs(red - photo_red));
        ++count;
      }
      REQUIRE(count > pixels / 10);
      CHECK(sum / static_cast<double>(count) <= 1.0);
    }
  }
}

}  // namespace

TEST_CASE("nst-run --keep-color: the chroma of photographs stays, to a level in the mean") {
  check_chroma(NST_SAMPLES "/content.jpg");
  for (const char* name :
       {"sample-konark.jpg", "content/colva_beach_sq.jpg", "content/eiffel_tower.jpg",
        "content/golden_gate_sq.jpg", "content/statue_of_liberty_sq.jpg"}) {
    const std::string file = std::string("images/") + name;
    if (nst::test::have_shared({file})) check_chroma(nst::test::shared_path(file));
  }
}
