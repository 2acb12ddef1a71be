// Tests of options that come from a file or from the environment.
#include <string>
#include <utility>
#include <vector>

#include "base/expect_error.hpp"
#include "cli/process.hpp"
#include "image/pictures.hpp"

using nst::test::contains;
using nst::test::file_bytes;
using nst::test::image_fixture;
using nst::test::run_badly;
using nst::test::run_well;
using nst::test::TemporaryFolder;

namespace {

const std::string kPhoto = image_fixture("yuv420.jpg");

std::vector<std::uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

}  // namespace

TEST_CASE("nst-run: --config gives options by their long names; the command line comes first") {
  const TemporaryFolder folder;
  const std::string config = folder.file(
      "look.ini", bytes_of("# a comment\nsize = 48\nstrength = 0.5\nstyle = \"@ink\"\n"));
  const std::string by_file = folder.file("file.png");
  const std::string by_hand = folder.file("hand.png");
  run_well({kPhoto, "--config", config, "-o", by_file});
  run_well({kPhoto, "-s", "@ink", "--size", "48", "--strength", "0.5", "-o", by_hand});
  CHECK(file_bytes(by_file) == file_bytes(by_hand));

  run_well({kPhoto, "--config", config, "-o", by_file, "--strength", "1"});
  run_well({kPhoto, "-s", "@ink", "--size", "48", "-o", by_hand});
  CHECK(file_bytes(by_file) == file_bytes(by_hand));
}

TEST_CASE("nst-run: a config file that cannot be used is a usage error and names the fault") {
  const TemporaryFolder folder;
  const std::string out = folder.file("out.png");
  const std::string unknown = folder.file("unknown.ini", bytes_of("colour = 3\n"));
  const std::string wrong = folder.file("wrong.ini", bytes_of("strength = 7\n"));
  for (const auto& [file, word] : std::vector<std::pair<std::string, std::string>>{
           {folder.file("missing.ini"), "missing.ini"}, {unknown, "colour"}, {wrong, "strength"}}) {
    const std::string line = run_badly(2, {kPhoto, "-s", "@ink", "-o", out, "--config", file});
    CHECK_MESSAGE(contains(line, word), line);
  }
}

TEST_CASE("nst-run: threads and memory come from the environment, and the options before it") {
  const TemporaryFolder folder;
  const std::string out = folder.file("out.png");
  const std::vector<std::string> paint{kPhoto, "-s", "@ink", "--size", "48", "-o", out};
  run_badly(6, paint, {.environment = {{"NST_MAX_MEMORY", "1K"}}});
  run_badly(2, paint, {.environment = {{"NST_THREADS", "many"}}});
  std::vector<std::string> more = paint;
  more.insert(more.end(), {"--max-memory", "1G", "-t", "1"});
  run_well(more, {.environment = {{"NST_MAX_MEMORY", "1K"}, {"NST_THREADS", "many"}}});
}
