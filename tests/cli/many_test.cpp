// Tests of nst-run painting many pictures: which files appear, with which bytes, and what it
// reports.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

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

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

// The folder of pictures that the tests paint:
//
//   in/a.jpg  in/b.png  in/notes.txt  in/.hidden.png  in/deep/a.jpg
//
// and two paintings, oil.jpg and ink.png.
struct Folders {
  TemporaryFolder folder;
  std::string in = folder.file("in"), out = folder.file("out");
  std::string oil = folder.file("oil.jpg"), ink = folder.file("ink.png");

  Folders() {
    fs::create_directories(in + "/deep");
    copy("yuv420.jpg", in + "/a.jpg");
    copy("rgb8.png", in + "/b.png");
    copy("rgb8.png", in + "/.hidden.png");
    copy("rgb8.png", in + "/notes.txt");
    copy("yuv422.jpg", in + "/deep/a.jpg");
    copy("yuv444.jpg", oil);
    copy("palette4.png", ink);
  }
  static void copy(const std::string& fixture, const std::string& to) {
    fs::copy_file(image_fixture(fixture), to);
  }
  // Returns the names of all files below `path`, sorted.
  static std::vector<std::string> files_below(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), path).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // Runs nst-run for one content and one style, and returns the bytes that it writes.
  std::vector<std::uint8_t> alone(const std::string& content, Arguments style,
                                  const std::string& extension = ".jpg") const {
    const std::string path = folder.file("alone" + extension);
    Arguments arguments{content, "-o", path};
    arguments.insert(arguments.end(), style.begin(), style.end());
    CHECK(run_well(arguments) == "");
    const auto bytes = file_bytes(path);
    fs::remove(path);
    return bytes;
  }
};

std::vector<nlohmann::json> json_lines(const std::string& text) {
  std::vector<nlohmann::json> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) events.push_back(nlohmann::json::parse(line));
  return events;
}

}  // namespace

TEST_CASE("nst-run: every content in every style, with the bytes that each gets alone") {
  const Folders f;
  for (const char* threads : {"1", "2"}) {
    CAPTURE(threads);
    CHECK(run_well({f.in + "/a.jpg", f.in + "/b.png", "-s", f.oil, "-s", f.ink, "-o", f.out + "/",
                    "-t", threads}) == "");
    CHECK(Folders::files_below(f.out) ==
          Arguments{"a-ink.jpg", "a-oil.jpg", "b-ink.png", "b-oil.png"});
    CHECK(file_bytes(f.out + "/a-ink.jpg") == f.alone(f.in + "/a.jpg", {"-s", f.ink}));
    CHECK(file_bytes(f.out + "/b-oil.png") == f.alone(f.in + "/b.png", {"-s", f.oil}, ".png"));
    fs::remove_all(f.out);
  }
  const Arguments look{"-s", f.oil, "--strength", "0.5", "--size", "50%", "--background", "red"};
  Arguments arguments = look;
  arguments.insert(arguments.end(), {f.in, "-o", f.out, "--format", "jpg"});
  fs::create_directory(f.out);
  CHECK(run_well(arguments) == "");
  CHECK(file_bytes(f.out + "/b-oil.jpg") == f.alone(f.in + "/b.png", look));
}

TEST_CASE("nst-run: a folder stands for its pictures, -r for all below it, folders kept") {
  const Folders f;
  run_well({f.in, "-s", f.oil, "-o", f.out + "/"});
  CHECK(Folders::files_below(f.out) == Arguments{"a-oil.jpg", "b-oil.png"});
  // Tests a second run, which finds the results of the first inside the content folder. It must not
  // take them for contents.
  const std::string inside = f.in + "/out/";
  for (int round = 0; round < 2; ++round) {
    run_well({f.in, "-r", "-s", f.oil, "-o", inside});
    CHECK(Folders::files_below(inside) == Arguments{"a-oil.jpg", "b-oil.png", "deep/a-oil.jpg"});
  }
  fs::create_directory(f.folder.file("empty"));
  CHECK(contains(run_badly(3, {f.folder.file("empty"), "-s", f.oil, "-o", f.out + "/"}),
                 "no pictures"));
}

TEST_CASE("nst-run: names follow the pattern, and none is written twice or over an input") {
  const Folders f;
  run_well({f.in + "/a.jpg", f.in + "/deep/a.jpg", f.in + "/b.png", "-s", f.oil, "-o", f.out + "/",
            "--name", "{style} of {content}", "--format", "png"});
  CHECK(Folders::files_below(f.out) == Arguments{"oil of a-2.png", "oil of a.png", "oil of b.png"});
  CHECK(file_bytes(f.out + "/oil of a-2.png") ==
        f.alone(f.in + "/deep/a.jpg", {"-s", f.oil}, ".png"));
  const auto before = file_bytes(f.in + "/a.jpg");
  run_well({f.in + "/a.jpg", "-s", f.oil, "-o", f.in, "--name", "{content}"});
  CHECK(file_bytes(f.in + "/a.jpg") == before);
  CHECK(fs::exists(f.in + "/a-2.jpg"));
  for (const char* pattern : {"{contents}", "a/{content}", "{"}) {
    const std::string text = pattern;
    CHECK(contains(run_badly(2, {f.in, "-s", f.oil, "-o", f.out, "--name", text}), "--name"));
  }
}

TEST_CASE("nst-run: one bad picture of many is one line and exit code 7, the rest is painted") {
  const Folders f;
  for (const char* bad : {"/aa.jpg", "/zz.png"}) {
    std::ofstream(f.in + bad) << "not a picture";
  }
  const auto result = run_nst({f.in, "-s", f.oil, "-s", f.ink, "-o", f.out + "/", "--json",
                               "--report", f.folder.file("report.json")});
  CHECK(result.exit_code == 7);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 3);
  CHECK(contains(result.err, "aa.jpg"));
  CHECK(contains(result.err, "zz.png"));
  CHECK(contains(result.err, "4 of 8 pictures could not be painted"));
  CHECK(Folders::files_below(f.out).size() == 4);
  const auto events = json_lines(result.out);
  REQUIRE(events.size() == 9);
  CHECK(events.back()["event"] == "done");
  CHECK(events.back()["painted"] == 4);
  CHECK(events.back()["failed"] == 4);
  const auto bytes = file_bytes(f.folder.file("report.json"));
  const auto report = nlohmann::json::parse(bytes.begin(), bytes.end());
  CHECK(report["done"] == events.back());
  for (std::size_t i = 0; i < 8; ++i) CHECK(report["pictures"][i] == events[i]);
}

TEST_CASE("nst-run: the only picture's failure is the run's own, and is in the report") {
  const Folders f;
  const std::string report = f.folder.file("report.json"), bad = f.folder.file("bad.jpg", {});
  const auto result = run_nst({bad, "-s", f.oil, "-o", f.out + "/", "--json", "--report", report});
  CHECK(result.exit_code == 3);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  const auto events = json_lines(result.out);
  REQUIRE(events.size() == 2);
  CHECK(events[0]["event"] == "failed");
  CHECK(events[1]["event"] == "done");
  const auto bytes = file_bytes(report);
  CHECK(nlohmann::json::parse(bytes.begin(), bytes.end())["done"] == events[1]);
}

TEST_CASE(
    "nst-run: a bad style of several fails alone; bad styles only are the whole run's error") {
  const Folders f;
  const std::string bad = f.folder.file("bad.jpg", {});
  const auto result = run_nst({f.in, "-s", bad, "-s", f.oil, "-o", f.out + "/"});
  CHECK(result.exit_code == 7);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 2);
  CHECK(Folders::files_below(f.out) == Arguments{"a-oil.jpg", "b-oil.png"});
  run_badly(3, {f.in, "-s", bad, "-o", f.out + "/"});
  run_badly(3, {f.in, "-s", bad, "-s", f.oil, "--mix", "-o", f.out + "/"});
}

TEST_CASE("nst-run: --skip-existing leaves alone what is there, --dry-run paints nothing") {
  const Folders f;
  const std::string plan = run_well({f.in, "-s", f.oil, "-o", f.out + "/", "--dry-run"});
  CHECK(contains(plan, "a.jpg, oil: 37x29"));
  CHECK(contains(plan, "MiB: " + f.out + "/a-oil.jpg\n"));
  CHECK(!fs::exists(f.out));
  fs::create_directory(f.out);
  std::ofstream(f.out + "/a-oil.jpg") << "mine";
  const auto events =
      json_lines(run_well({f.in, "-s", f.oil, "-o", f.out, "--skip-existing", "--json"}));
  REQUIRE(events.size() == 3);
  CHECK(events[0]["event"] == "skipped");
  CHECK(events[1]["event"] == "painted");
  CHECK(file_bytes(f.out + "/a-oil.jpg").size() == 4);
}

TEST_CASE("nst-run: names of contents come from a list, by lines or by NUL") {
  const Folders f;
  std::ofstream(f.folder.file("lines")) << f.in << "/a.jpg\r\n\n" << f.in << "/b.png";
  run_well({"--files-from", f.folder.file("lines"), "-s", f.oil, "-o", f.out + "/"});
  CHECK(Folders::files_below(f.out) == Arguments{"a-oil.jpg", "b-oil.png"});
  fs::copy_file(f.in + "/a.jpg", f.in + "/line\nbreak.jpg");
  std::ofstream(f.folder.file("nul")) << f.in << "/line\nbreak.jpg" << '\0';
  run_well({"-0", "--files-from", "-", "-s", f.oil, "-o", f.out + "/"},
           {.input = f.folder.file("nul")});
  CHECK(fs::exists(f.out + "/line\nbreak-oil.jpg"));
  std::ofstream(f.folder.file("none")) << "\n";
  run_badly(2, {"--files-from", f.folder.file("none"), "-s", f.oil, "-o", f.out + "/"});
}

TEST_CASE("nst-run: --mix paints in the mixture of the styles' vectors, weighted") {
  const Folders f;
  const auto mixed = f.alone(f.in + "/a.jpg", {"-s", f.oil + ":3", "-s", f.ink, "--mix"}, ".png");
  const nst::Model model = nst::Model::default_model();
  const auto vector = [&](const std::string& path) {
    return model.encode_style(nst::read_image(path).view());
  };
  const std::vector<nst::StyleVector> vectors{vector(f.oil), vector(f.ink)};
  const std::vector<double> weights{3.0, 1.0};
  nst::StyleVector::blend(vectors, weights).save(f.folder.file("blend.npy"));
  CHECK(mixed == f.alone(f.in + "/a.jpg", {"-s", f.folder.file("blend.npy")}, ".png"));
  CHECK(f.alone(f.in + "/a.jpg", {"-s", f.oil, "--mix"}) ==
        f.alone(f.in + "/a.jpg", {"-s", f.oil}));
  run_well({f.in, "-s", f.oil, "-s", f.ink, "--mix", "-o", f.out + "/"});
  CHECK(Folders::files_below(f.out) == Arguments{"a-oil+ink.jpg", "b-oil+ink.png"});
  CHECK(contains(run_badly(2, {f.in, "-s", f.oil + ":0", "--mix", "-o", f.out}), "--style"));
  CHECK(contains(run_badly(2, {f.in, "-s", f.oil + ":2", "-o", f.out}), "--mix"));
}

TEST_CASE("nst-run: many pictures need a folder, and say so") {
  const Folders f;
  CHECK(contains(
      run_badly(2, {f.in + "/a.jpg", f.in + "/b.png", "-s", f.oil, "-o", f.folder.file("x.png")}),
      "need a folder"));
  CHECK(contains(run_badly(3, {f.in, "-s", f.oil, "-o", f.folder.file("x.png")}), "is a folder"));
  CHECK(contains(run_badly(2, {f.in + "/a.jpg", "-s", f.oil, "-s", f.ink, "-o", "-"}),
                 "need a folder"));
}

TEST_CASE("nst-run: --size takes a percentage, and < only shrinks") {
  const Folders f;
  // Returns the size of the result with --size `text`. The content has 37×29 pixels.
  const auto size = [&](const std::string& text) {
    const std::string path = f.folder.file("size.png");
    run_well({f.in + "/a.jpg", "-s", f.oil, "-o", path, "--size", text});
    const nst::Image image = nst::read_image(path);
    return std::pair{image.width, image.height};
  };
  CHECK(size("50%") == std::pair{19, 15});
  CHECK(size("200%") == std::pair{74, 58});
  CHECK(size("<20") == size("20"));
  CHECK(size("<64") == std::pair{37, 29});
  CHECK(size("<30x30") == std::pair{30, 30});
  CHECK(size("<40x40") == std::pair{37, 29});
}
