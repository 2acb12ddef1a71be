// Compares the pictures that nst-run paints with those that the library paints from the same
// inputs.
#include <cstring>

#include "cli/process.hpp"
#include "image/npy.hpp"
#include "image/pictures.hpp"
#include "nst/nst.hpp"

using nst::Image;
using nst::Model;
using nst::Resize;
using nst::SampleType;
using nst::StyleVector;
using nst::test::file_bytes;
using nst::test::image_fixture;
using nst::test::random_image;
using nst::test::run_well;
using nst::test::TemporaryFolder;

namespace {

const std::string kPhoto = image_fixture("yuv420.jpg");  // a photograph of 37×29 pixels
const std::string kPainting = image_fixture("yuv444.jpg");

StyleVector style_of(const std::string& path, nst::StyleOptions options = {}) {
  return Model::default_model().encode_style(nst::read_image(path).view(), options);
}

Image painted(const Image& content, const StyleVector& style) {
  return Model::default_model().stylize(content.view(), style);
}

// Returns the top left `width` × `height` pixels of a float picture, as bytes.
Image cropped(const Image& image, int width, int height,
              nst::Quantise method = nst::Quantise::nearest) {
  nst::ImageView view = image.view();
  view.row_stride_bytes = std::ptrdiff_t{image.width} * 12;
  view.width = width;
  view.height = height;
  return nst::to_u8(view, method);
}

// Runs nst-run with these arguments and an output file in `folder`. Returns the picture in the
// output file.
Image run_to(const TemporaryFolder& folder, const std::string& name,
             std::vector<std::string> arguments) {
  const std::string path = folder.file(name);
  arguments.insert(arguments.end(), {"-o", path});
  CHECK(run_well(arguments) == "");
  return nst::read_image(path);
}

std::string save(const TemporaryFolder& folder, const std::string& name, const Image& image) {
  nst::write_image(folder.file(name), image.view());
  return folder.file(name);
}

Image alpha_of(const Image& rgba) {
  Image alpha(rgba.width, rgba.height, 3, SampleType::u8);
  for (std::size_t i = 0; i < alpha.sample_count() / 3; ++i) {
    std::memset(alpha.u8() + 3 * i, rgba.u8()[4 * i + 3], 3);
  }
  return alpha;
}

Image without_alpha(const Image& rgba) {
  Image rgb(rgba.width, rgba.height, 3, SampleType::u8);
  for (std::size_t i = 0; i < rgb.sample_count() / 3; ++i) {
    std::memcpy(rgb.u8() + 3 * i, rgba.u8() + 4 * i, 3);
  }
  return rgb;
}

}  // namespace

TEST_CASE("nst-run: a photograph is painted at its own size") {
  const TemporaryFolder folder;
  const Image content = nst::read_image(kPhoto);
  const Image expected =
      cropped(painted(content, style_of(kPainting)), content.width, content.height);
  const Image png = run_to(folder, "out.png", {kPhoto, "-s", kPainting});
  CHECK(png.bytes == expected.bytes);
  CHECK(run_to(folder, "out.ppm", {kPhoto, "--style", kPainting}).bytes == expected.bytes);
  CHECK(run_to(folder, "out.JPG", {kPhoto, "-s", kPainting}).width == 37);
}

TEST_CASE("nst-run: .npy goes in and out as it is, at the network's own size") {
  const TemporaryFolder folder;
  const Image content = random_image(274, 181, 3, SampleType::f32);
  const Image style = random_image(97, 61, 3, SampleType::f32, 4);
  const std::string content_path = save(folder, "content.npy", content);
  const std::string style_path = save(folder, "style.npy", style);
  const StyleVector vector = Model::default_model().encode_style(style.view(), {.style_size = 0});
  const Image expected = painted(content, vector);

  const Image out = run_to(folder, "out.npy", {content_path, "-s", style_path});
  CHECK(out.width == 276);
  CHECK(out.height == 184);
  CHECK(out.bytes == expected.bytes);
  const Image png = run_to(folder, "out.png", {content_path, "-s", style_path});
  CHECK(png.width == 274);
  CHECK(png.bytes == cropped(expected, 274, 181).bytes);

  const Image resized =
      run_to(folder, "resized.npy", {content_path, "-s", style_path, "--style-size", "64"});
  CHECK(resized.bytes ==
        painted(content, Model::default_model().encode_style(style.view(), {.style_size = 64}))
            .bytes);
}

TEST_CASE("nst-run: --size is the shorter side or both, --resize how") {
  const TemporaryFolder folder;
  const Image content = nst::read_image(kPhoto);
  const StyleVector style = style_of(kPainting);
  const Image shorter = run_to(folder, "a.png", {kPhoto, "-s", kPainting, "--size", "58"});
  CHECK(shorter.width == 74);
  CHECK(shorter.height == 58);
  const std::pair<const char*, Resize> methods[] = {
      {"smooth", Resize::smooth}, {"tf", Resize::tf}, {"tf1", Resize::tf1}};
  for (const auto& [name, method] : methods) {
    const std::string method_name = name;
    CAPTURE(method_name);
    const Image both = run_to(
        folder, "b.png", {kPhoto, "-s", kPainting, "--size", "30x22", "--resize", method_name});
    const Image small = nst::resize(content.view(), 30, 22, method);
    const StyleVector own_way = style_of(kPainting, {.style_size = 256, .resize = method});
    CHECK(both.bytes == cropped(painted(small, own_way), 30, 22).bytes);
  }
  const Image orig = run_to(folder, "c.png", {kPhoto, "-s", kPainting, "--size", "orig"});
  CHECK(orig.bytes == cropped(painted(content, style), 37, 29).bytes);
}

TEST_CASE("nst-run: the tfhub preset squeezes both pictures to 256x256 and truncates") {
  const TemporaryFolder folder;
  const auto square = [](const std::string& path) {
    return nst::resize(nst::read_image(path).view(), 256, 256, Resize::tf);
  };
  const Model model = Model::default_model();
  const StyleVector style = model.encode_style(square(kPainting).view(), {.style_size = 0});
  const Image expected = painted(square(kPhoto), style);
  const Image out = run_to(folder, "out.png", {kPhoto, "-s", kPainting, "--preset", "tfhub"});
  CHECK(out.channels == 3);
  CHECK(out.bytes == cropped(expected, 256, 256, nst::Quantise::truncate).bytes);
  // Rounding to nearest would give another picture. So the check above has shown that the picture
  // was truncated.
  CHECK(out.bytes != cropped(expected, 256, 256).bytes);

  const Image rgba = run_to(folder, "alpha.png",
                            {image_fixture("rgba8.png"), "-s", kPainting, "--preset", "tfhub"});
  CHECK(rgba.channels == 3);
}

TEST_CASE("nst-run: --strength goes straight from the content's own style to the painting's") {
  const TemporaryFolder folder;
  const Image content = nst::read_image(kPhoto);
  const StyleVector own = style_of(kPhoto);
  const StyleVector style = style_of(kPainting);
  for (const float strength : {0.0f, 0.25f, 1.0f}) {
    CAPTURE(strength);
    const Image out = run_to(folder, "out.npy",
                             {kPhoto, "-s", kPainting, "--strength", std::to_string(strength)});
    CHECK(out.bytes == painted(content, StyleVector::blend(own, style, strength)).bytes);
  }
}

TEST_CASE("nst-run: the content's alpha comes through, resized with the colours") {
  const TemporaryFolder folder;
  const std::string path = image_fixture("rgba8.png");  // a picture of 19×13 pixels
  const Image content = nst::read_image(path);
  REQUIRE(content.channels == 4);
  const Image out = run_to(folder, "out.png", {path, "-s", kPainting});
  REQUIRE(out.channels == 4);
  CHECK(alpha_of(out).bytes == alpha_of(content).bytes);
  CHECK(without_alpha(out).bytes ==
        cropped(painted(nst::compose(content.view()), style_of(kPainting)), 19, 13).bytes);

  const Image large = run_to(folder, "large.png", {path, "-s", kPainting, "--size", "38x26"});
  REQUIRE(large.channels == 4);
  const Image expected = nst::to_u8(nst::resize(alpha_of(content).view(), 38, 26).view());
  CHECK(alpha_of(large).bytes == expected.bytes);

  CHECK(run_to(folder, "out.jpg", {path, "-s", kPainting}).channels == 3);
}

TEST_CASE("nst-run: a saved style paints as the painting does") {
  const TemporaryFolder folder;
  const std::string saved = folder.file("v.npy");
  CHECK(run_well({"encode", kPainting, "-o", saved}) == "");
  CHECK(StyleVector::load(saved).values == style_of(kPainting).values);
  CHECK(run_to(folder, "a.png", {kPhoto, "-s", saved}).bytes ==
        run_to(folder, "b.png", {kPhoto, "-s", kPainting}).bytes);
  CHECK(run_well({"encode", kPainting, "--style-size", "100", "--resize", "tf", "-o", saved}) ==
        "");
  CHECK(StyleVector::load(saved).values ==
        style_of(kPainting, {.style_size = 100, .resize = Resize::tf}).values);
}

TEST_CASE("nst-run: the photograph itself may be painted over") {
  const TemporaryFolder folder;
  const std::string path = folder.file("photo.png", file_bytes(image_fixture("rgb8.png")));
  const Image content = nst::read_image(path);
  CHECK(run_well({path, "-s", kPainting, "-o", path}) == "");
  CHECK(nst::read_image(path).bytes ==
        cropped(painted(content, style_of(kPainting)), 19, 13).bytes);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("nst-run: threads change nothing, quality the size of a JPEG") {
  const TemporaryFolder folder;
  const auto with = [&](const std::string& name, std::vector<std::string> extra) {
    extra.insert(extra.begin(), {kPhoto, "-s", kPainting, "--size", "96"});
    (void)run_to(folder, name, extra);
    return file_bytes(folder.file(name));
  };
  CHECK(with("a.npy", {"-t", "1"}) == with("b.npy", {"-t", "3"}));
  CHECK(with("c.jpg", {"--quality", "30"}).size() <
        with("d.jpg", {"--quality", "99", "-q"}).size());
}

TEST_CASE("nst-run: a picture with a command's name is reached by its folder") {
  const TemporaryFolder folder;
  folder.file("encode", file_bytes(kPhoto));
  folder.file("info", file_bytes(kPainting));
  CHECK(run_well({"./encode", "-s", "info", "-o", "bench.png"},
                 {.folder = folder.path().string()}) == "");
  CHECK(nst::read_image(folder.file("bench.png")).width == 37);
}

TEST_CASE("nst-run: formats without alpha show the picture on the background") {
  const TemporaryFolder folder;
  const std::string path = image_fixture("rgba8.png");
  const Image content = nst::read_image(path);
  struct Case {
    std::vector<std::string> options;
    nst::Colour background;
  };
  const Case cases[] = {{{}, nst::kWhite},
                        {{"--background", "#00f"}, {0, 0, 255}},
                        {{"--background", "#1080ff"}, {16, 128, 255}},
                        {{"--background", "Tomato"}, {255, 99, 71}}};
  for (const Case& c : cases) {
    std::vector<std::string> arguments = {path, "-s", kPainting};
    arguments.insert(arguments.end(), c.options.begin(), c.options.end());
    const Image seen = nst::compose(content.view(), c.background);
    const Image expected = cropped(painted(seen, style_of(kPainting)), 19, 13);
    const Image png = run_to(folder, "out.png", arguments);
    REQUIRE(png.channels == 4);
    CHECK(without_alpha(png).bytes == expected.bytes);
    CHECK(alpha_of(png).bytes == alpha_of(content).bytes);
    const Image ppm = run_to(folder, "out.ppm", arguments);
    CHECK(ppm.bytes == nst::compose(png.view(), c.background).bytes);
  }
}

TEST_CASE("nst-run: colours hidden under transparency change neither picture nor style") {
  const TemporaryFolder folder;
  const auto hidden = [&](const std::string& name, std::uint8_t colour) {
    Image image = random_image(40, 30, 4, SampleType::u8);
    for (std::size_t i = 0; i < image.sample_count() / 4; ++i) {
      if (i % 40 >= 20) continue;
      std::memset(image.u8() + 4 * i, colour, 3);
      image.u8()[4 * i + 3] = 0;
    }
    return save(folder, name, image);
  };
  const std::string black = hidden("black.png", 0);
  const std::string grey = hidden("grey.png", 99);
  CHECK(run_to(folder, "a.png", {black, "-s", kPainting}).bytes ==
        run_to(folder, "b.png", {grey, "-s", kPainting}).bytes);
  const Image on_white =
      run_to(folder, "c.png",
             {kPhoto, "-s", save(folder, "w.png", nst::compose(nst::read_image(grey).view()))});
  for (const std::string& style : {black, grey}) {
    CHECK(run_to(folder, "d.png", {kPhoto, "-s", style}).bytes == on_white.bytes);
    CHECK(run_well({"encode", style, "-o", folder.file("v.npy")}) == "");
    CHECK(run_to(folder, "e.png", {kPhoto, "-s", folder.file("v.npy")}).bytes == on_white.bytes);
  }
  // Tests that --strength and --preset tfhub do not use the colours of transparent pixels.
  CHECK(run_to(folder, "f.png", {black, "-s", kPainting, "--strength", "0.3"}).bytes ==
        run_to(folder, "g.png", {grey, "-s", kPainting, "--strength", "0.3"}).bytes);
  CHECK(run_to(folder, "h.png", {black, "-s", kPainting, "--preset", "tfhub"}).bytes ==
        run_to(folder, "i.png", {grey, "-s", kPainting, "--preset", "tfhub"}).bytes);
}

TEST_CASE("nst-run: a missing end marker is one warning that names the file, and a picture") {
  const TemporaryFolder folder;
  std::vector<std::uint8_t> file = file_bytes(kPhoto);
  file.resize(file.size() - 2);
  const std::string open = folder.file("open.jpg", file);
  const std::string out = folder.file("out.png");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{open, "-s", kPainting, "-o", out, "-q"},
        {kPainting, "-s", open, "-o", out},
        {"encode", open, "-o", folder.file("v.npy"), "-q"}}) {
    const nst::test::ProcessResult finished = nst::test::run_nst(arguments);
    CHECK(finished.exit_code == 0);
    CHECK(finished.err == "nst-run: warning: " + open +
                              ": the end marker is missing; all pixels are there, but what "
                              "followed them may be lost\n");
  }
}
