// Tests of nst-run's failures: exit code, one line on stderr, and no file written.
#include <sys/stat.h>
#include <unistd.h>

#include "base/expect_error.hpp"
#include "cli/process.hpp"
#include "image/npy.hpp"
#include "image/pictures.hpp"
#include "model/style_space.hpp"

using nst::test::contains;
using nst::test::file_bytes;
using nst::test::image_fixture;
using nst::test::run_badly;
using nst::test::TemporaryFolder;

namespace {

using Arguments = std::vector<std::string>;
const std::string kPhoto = image_fixture("yuv420.jpg");

// A folder with one file, out.png. Every failing command is told to overwrite out.png, which must
// stay unchanged.
struct Scene {
  TemporaryFolder folder;
  std::vector<std::uint8_t> old = {'o', 'l', 'd'};
  std::string out = folder.file("out.png", old);

  std::string fails(int exit_code, Arguments arguments, const std::string& part,
                    const nst::test::ProcessOptions& options = {}) const {
    std::string line;
    for (const std::string& argument : arguments) line += argument + " ";
    CAPTURE(line);
    const std::size_t files = count();
    const std::string message = run_badly(exit_code, arguments, options);
    CHECK_MESSAGE(contains(message, part), message);
    CHECK(file_bytes(out) == old);
    CHECK(count() == files);
    return message;
  }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder.path()), {}));
  }
};

}  // namespace

TEST_CASE("nst-run: wrong arguments are usage errors, exit code 2") {
  const Scene scene;
  const Arguments good = {kPhoto, "-s", kPhoto, "-o", scene.out};
  scene.fails(2, {"-s", kPhoto, "-o", scene.out}, "CONTENT");
  scene.fails(2, {kPhoto}, "--help");
  scene.fails(2, {kPhoto, "-s", kPhoto}, "--output");
  scene.fails(2, {kPhoto, "-o", scene.out}, "--style");
  scene.fails(2, {"encode", kPhoto}, "nst-run encode --help");
  scene.fails(2, {"info", "a", "b"}, "b");
  scene.fails(2, {"bench", "--size", "orig"}, "--size");
  const std::vector<Arguments> additions = {
      {"--no-such-option"},
      {"--two\nlines"},
      {"--size", "0"},
      {"--size", "12x"},
      {"--size", "x12"},
      {"--size", "-5"},
      {"--size", "1e3"},
      {"--size", "99999999999"},
      {"--style-size", "-1"},
      {"--resize", "cubic"},
      {"--preset", "other"},
      {"--preset", "tfhub", "--size", "9"},
      {"--preset", "tfhub", "--resize", "tf"},
      {"--strength", "2.01"},
      {"--strength", "nan"},
      {"--strength", "much"},
      {"-t", "-1"},
      {"-t", "many"},
      {"--quality", "0"},
      {"--quality", "101"},
      {"--background", "whitish"},
      {"--background", "#12345"},
      {"--max-memory", "0"},
      {"--max-memory", "1.5G"},
      {"--max-memory", "99999999999T"},
  };
  for (const Arguments& addition : additions) {
    Arguments arguments = good;
    arguments.insert(arguments.end(), addition.begin(), addition.end());
    scene.fails(2, arguments, addition[0] == "--two\nlines" ? "--two lines" : addition[0]);
  }
  scene.fails(2, {kPhoto, "-s", kPhoto, "-o", scene.folder.file("out.gif")}, ".png, .jpg");
  scene.fails(2, {"encode", kPhoto, "-o", scene.folder.file("v.png")}, ".npy");
  scene.fails(2, good, "NST_ISA", {.environment = {{"NST_ISA", "z80"}}});
}

TEST_CASE("nst-run: pictures that cannot be used are input errors, exit code 3") {
  const Scene scene;
  const TemporaryFolder inputs;
  std::vector<std::uint8_t> whole = file_bytes(kPhoto);
  const std::string cut = inputs.file("cut.jpg", nst::Bytes(whole).first(whole.size() / 2));
  const std::string text = inputs.file("text.jpg", std::vector<std::uint8_t>(99, 'x'));
  const std::string empty = inputs.file("empty.jpg", {});
  const std::vector<float> values(300);
  const std::string vector99 = inputs.file("v99.npy", nst::encode_npy({99}, values.data()));
  const std::string flat = inputs.file("flat.npy", nst::encode_npy({10, 10}, values.data()));
  const std::string tiny = inputs.file("tiny.npy", nst::encode_npy({4, 25, 3}, values.data()));
  for (const std::string& bad :
       {inputs.file("missing.jpg"), inputs.path().string(), cut, text, empty, flat}) {
    scene.fails(3, {bad, "-s", kPhoto, "-o", scene.out}, bad);
    scene.fails(3, {kPhoto, "-s", bad, "-o", scene.out}, bad);
    scene.fails(3, {"encode", bad, "-o", scene.folder.file("v.npy")}, bad);
  }
  scene.fails(3, {kPhoto, "-s", vector99, "-o", scene.out}, vector99);
  scene.fails(3, {kPhoto, "-s", vector99, "-o", scene.out}, "(99,)");
  std::vector<float> wild(300, 0.5f);
  wild[50] = 1e30f;
  const std::string vector = inputs.file("v.npy", nst::encode_npy({100}, wild.data()));
  const std::string picture = inputs.file("p.npy", nst::encode_npy({10, 10, 3}, wild.data()));
  scene.fails(3, {kPhoto, "-s", vector, "-o", scene.out}, "1e+30");
  scene.fails(3, {kPhoto, "-s", picture, "-o", scene.out}, "outside 0..1");
  scene.fails(3, {picture, "-s", kPhoto, "-o", scene.out}, "outside 0..1");
  scene.fails(3, {tiny, "-s", kPhoto, "-o", scene.out}, tiny);
  scene.fails(3, {kPhoto, "-s", kPhoto, "-o", scene.out, "--size", "4"}, kPhoto);
}

TEST_CASE("nst-run: models that cannot be used are model errors, exit code 4") {
  const Scene scene;
  const TemporaryFolder inputs;
  const std::string missing = inputs.file("missing.safetensors");
  const std::string junk = inputs.file("junk.safetensors", std::vector<std::uint8_t>(99, 7));
  for (const std::string& bad : {missing, junk, kPhoto}) {
    scene.fails(4, {kPhoto, "-s", kPhoto, "-o", scene.out, "-m", bad}, bad);
    scene.fails(4, {kPhoto, "-s", kPhoto, "-o", scene.out}, bad,
                {.environment = {{"NST_MODEL", bad}}});
    scene.fails(4, {"encode", kPhoto, "-o", scene.folder.file("v.npy"), "-m", bad}, bad);
    scene.fails(4, {"info", bad}, bad);
    scene.fails(4, {"bench", "-m", bad, "--runs", "1"}, bad);
  }
}

TEST_CASE("nst-run: places that cannot be written to are output errors, exit code 5") {
  const Scene scene;
  std::filesystem::create_directory(scene.folder.file("folder.png"));
  for (const std::string& bad :
       {scene.folder.file("missing/out.png"), scene.folder.file("folder.png")}) {
    scene.fails(5, {kPhoto, "-s", kPhoto, "-o", bad}, bad);
    // nst-run checks the output before any work, so it reports the output and not the missing
    // photograph.
    scene.fails(5, {"missing.jpg", "-s", kPhoto, "-o", bad}, bad);
  }
  scene.fails(5, {"encode", kPhoto, "-o", scene.folder.file("missing/v.npy")}, "missing/v.npy");
  if (::geteuid() == 0) {
    MESSAGE("skipped: nothing is write-protected from root");
    return;
  }
  REQUIRE(::chmod(scene.folder.path().c_str(), 0500) == 0);
  scene.fails(5, {kPhoto, "-s", kPhoto, "-o", scene.folder.file("new.png")}, "new.png");
  REQUIRE(::chmod(scene.folder.path().c_str(), 0700) == 0);
}

TEST_CASE("nst-run: standard output that cannot be written to is an output error") {
  if (!std::filesystem::exists("/dev/full")) {
    MESSAGE("skipped: there is no /dev/full here");
    return;
  }
  const TemporaryFolder folder;
  const std::string command =
      std::string("'") + NST_RUN_PROGRAM + "' info >/dev/full 2>'" + folder.file("err") + "'";
  CHECK(WEXITSTATUS(std::system(command.c_str())) == 5);
}

TEST_CASE("nst-run: too large for the limits or the memory is exit code 6") {
  const Scene scene;
  const Arguments good = {kPhoto, "-s", kPhoto, "-o", scene.out};
  const auto with = [&](const Arguments& addition) {
    Arguments arguments = good;
    arguments.insert(arguments.end(), addition.begin(), addition.end());
    return arguments;
  };
  scene.fails(6, with({"--max-memory", "64K"}), kPhoto);
  scene.fails(6, with({"--max-memory", "1K"}), "decoding it takes");
  scene.fails(6, with({"--style-size", "16384"}), kPhoto);
  scene.fails(6, with({"--size", "20000x20000"}), "--size");
  scene.fails(6, with({"--size", "200000"}), "--size");
  const TemporaryFolder inputs;
  const std::string header = "P6 30000 30000 255 ";
  const std::string huge =
      inputs.file("huge.ppm", std::vector<std::uint8_t>(header.begin(), header.end()));
  scene.fails(6, {huge, "-s", kPhoto, "-o", scene.out}, huge);
}

TEST_CASE("nst-run: Ctrl-C ends the work with exit code 130 and no output") {
  const Scene scene;
  // Both commands run much longer than half a second, after which the test sends Ctrl-C.
  scene.fails(130, {"bench", "--runs", "100000"}, "interrupted", {.interrupt_after = 0.5});
  scene.fails(130, {kPhoto, "-s", kPhoto, "-o", scene.out, "--size", "2600", "-t", "1"},
              "interrupted", {.interrupt_after = 0.5});
}

TEST_CASE("nst-run: a style of another family is refused with both spaces, and painted by force") {
  const Scene scene;
  nst::StyleVector style(100);
  style.space = nst::kMobileSpace;
  const std::string path = scene.folder.file("style.npy");
  style.save(path);
  const std::string message =
      scene.fails(4, {kPhoto, "-s", path, "-o", scene.out}, "do not belong together");
  CHECK(contains(message, path));
  CHECK(contains(message, nst::kInceptionSpace));
  CHECK(contains(message, nst::kMobileSpace));
  nst::test::run_well({kPhoto, "-s", path, "-o", scene.out, "--force"});
  CHECK(file_bytes(scene.out) != scene.old);
  const std::string wide = scene.folder.file("wide.npy");
  nst::StyleVector(768).save(wide);
  run_badly(3, {kPhoto, "-s", wide, "-o", scene.out});
}
