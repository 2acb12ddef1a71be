// Tests of commands that people try first. Each command works, or fails with one line that says
// which command to type instead.
#include <filesystem>

#include "base/expect_error.hpp"
#include "cli/process.hpp"
#include "image/pictures.hpp"

using nst::test::contains;
using nst::test::file_bytes;
using nst::test::image_fixture;
using nst::test::run_badly;
using nst::test::run_nst;
using nst::test::run_well;
using nst::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

// The working folder of a new user, with a.jpg, b.jpg, style.jpg and photos/a.jpg.
struct Newcomer {
  TemporaryFolder folder;

  Newcomer() {
    fs::create_directory(folder.file("photos"));
    for (const char* name : {"a.jpg", "photos/a.jpg"}) {
      fs::copy_file(image_fixture("yuv420.jpg"), folder.file(name));
    }
    fs::copy_file(image_fixture("yuv422.jpg"), folder.file("b.jpg"));
    fs::copy_file(image_fixture("yuv444.jpg"), folder.file("style.jpg"));
  }
  nst::test::ProcessOptions here() const { return {.folder = folder.path()}; }
  void works(const std::vector<std::string>& arguments, const std::string& result) const {
    run_well(arguments, here());
    CHECK_MESSAGE(fs::exists(folder.file(result)), result);
  }
  // Checks that the command fails with one line, which contains `line` and says what to type
  // instead.
  void says(int code, const std::string& line, const std::vector<std::string>& arguments) const {
    const std::string said = run_badly(code, arguments, here());
    CHECK_MESSAGE(contains(said, line), said);
  }
};

}  // namespace

TEST_CASE("nst-run: the eight first things people type work, or say in one line what does") {
  const Newcomer n;
  // Tests commands with two photos.
  n.works({"a.jpg", "b.jpg", "-s", "style.jpg", "-o", "two/"}, "two/b-style.jpg");
  n.says(2, "-o out/", {"a.jpg", "b.jpg", "-s", "style.jpg", "-o", "out.png"});
  // Tests commands with a folder of photos.
  n.works({"photos", "-s", "style.jpg", "-o", "whole/"}, "whole/a-style.jpg");
  n.says(3, "-o DIR/", {"photos", "-s", "style.jpg", "-o", "out.png"});
  // Tests a file pattern in quotes, which the shell does not expand.
  n.says(3, "without quotes", {"*.jpg", "-s", "style.jpg", "-o", "out/"});
  // Tests standard input and output.
  auto piped = n.here();
  piped.input = n.folder.file("a.jpg");
  const auto result = run_nst({"-", "-s", "style.jpg", "-o", "-", "--format", "png"}, piped);
  CHECK(result.exit_code == 0);
  CHECK(result.out.starts_with("\x89PNG"));
  n.says(2, "--format", {"a.jpg", "-s", "style.jpg", "-o", "-"});
  // Tests commands with two styles.
  n.works({"a.jpg", "-s", "style.jpg", "-s", "b.jpg", "-o", "styles/"}, "styles/a-b.jpg");
  n.says(2, "-o out/", {"a.jpg", "-s", "style.jpg", "-s", "b.jpg", "-o", "out.png"});
  // Tests a strength above 1, and a size in percent.
  n.works({"a.jpg", "-s", "style.jpg", "-o", "strong.png", "--strength", "1.5"}, "strong.png");
  n.works({"a.jpg", "-s", "style.jpg", "-o", "half.png", "--size", "50%"}, "half.png");
  // Tests commands with a folder for the result.
  n.works({"a.jpg", "-s", "style.jpg", "-o", "new/"}, "new/a-style.jpg");
  n.says(2, "in / for a folder", {"a.jpg", "-s", "style.jpg", "-o", "none"});
}

TEST_CASE("nst-run: own styles without their mark, and other programs' habits, get one line") {
  const Newcomer n;
  n.says(3, "-s @oil", {"a.jpg", "-s", "oil", "-o", "out.png"});
  n.works({"a.jpg", "-s", "@oil", "-o", "oil.png"}, "oil.png");
  n.says(2, "--style is required", {"a.jpg", "style.jpg", "out.png"});
  n.says(2, "--output is required", {"a.jpg", "-s", "style.jpg"});
  n.says(2, "--help", {"--content", "a.jpg", "-s", "style.jpg", "-o", "out.png"});
  n.says(2, ".png", {"a.jpg", "-s", "style.jpg", "-o", "out.gif"});
  CHECK(run_well({}, n.here()) == run_well({"--help"}, n.here()));
  CHECK(!fs::exists(n.folder.file("out.png")));
}
