// Tests nst-run on a folder that contains bad pictures. Some runs are completed, others are killed.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/expect_error.hpp"
#include "cli/process.hpp"
#include "image/pictures.hpp"
#include "nst/nst.hpp"

using nst::test::contains;
using nst::test::file_bytes;
using nst::test::image_fixture;
using nst::test::ProcessResult;
using nst::test::run_nst;
using nst::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

// A folder of 50 entries. Five of them are bad: a text file, a truncated JPEG file, an empty file,
// a folder named like a picture, and a picture of more bytes than the library accepts.
struct Folder {
  static constexpr int kGood = 45;
  // The bad entries that nst-run reports. It ignores the folder.
  static constexpr int kReported = 4;
  TemporaryFolder folder;
  std::string in = folder.file("in"), out = folder.file("out");

  Folder() {
    fs::create_directory(in);
    const char* kinds[] = {"yuv420.jpg", "rgb8.png", "rgb.bmp"};
    for (int i = 0; i < kGood; ++i) {
      const std::string kind = kinds[i % 3];
      const std::string number = std::to_string(100 + i);
      fs::copy_file(image_fixture(kind), in + "/" + number + fs::path(kind).extension().string());
    }
    std::ofstream(in + "/110a.jpg") << "a letter, not a picture\n";
    Bytes cut = file_bytes(image_fixture("yuv444.jpg"));
    cut.resize(cut.size() / 2);
    write(in + "/120a.jpg", cut);
    write(in + "/130a.png", {});
    fs::create_directory(in + "/140a.png");
    Bytes bomb = file_bytes(image_fixture("rgb8.png"));
    // Changes the highest bytes of width and height, which makes both about 2^31 pixels.
    bomb[16] = bomb[20] = 0x7f;
    write(in + "/144a.png", bomb);
  }
  static void write(const std::string& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  ProcessResult paint(const nst::test::ProcessOptions& options = {}) const {
    return run_nst({in, "-s", "@oil", "-o", out + "/", "--skip-existing", "-t", "1"}, options);
  }
  // Returns how many results there are. Checks that each of them is a complete picture.
  int whole_results() const {
    int count = 0;
    if (!fs::exists(out)) return 0;
    for (const auto& entry : fs::directory_iterator(out)) {
      // Skips temporary files, which SIGKILL gives the program no time to remove.
      if (entry.path().filename().string().starts_with('.')) continue;
      CAPTURE(entry.path().string());
      CHECK_NOTHROW(nst::read_image(entry.path().string()));
      ++count;
    }
    return count;
  }
};

}  // namespace

TEST_CASE("nst-run: of a folder of 50 pictures with 5 bad ones, 45 are painted, exit code 7") {
  const Folder f;
  const ProcessResult result = f.paint();
  CHECK(result.exit_code == 7);
  CHECK(f.whole_results() == Folder::kGood);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == Folder::kReported + 1);
  for (const char* bad : {"110a.jpg", "120a.jpg", "130a.png", "144a.png"}) {
    CHECK_MESSAGE(contains(result.err, bad), result.err);
  }
}

// Kills two runs by each signal, at random instants from a fixed seed. If the environment variable
// NST_KILLS is N, kills N runs by each signal, at instants from a random seed.
TEST_CASE("nst-run: killed while it paints a folder, it leaves whole pictures and goes on later") {
  const Folder f;
  const char* asked = std::getenv("NST_KILLS");
  const int count = asked != nullptr ? std::atoi(asked) : 2;
  std::mt19937 random(asked != nullptr ? std::random_device{}() : 1);
  // Brings files and program into memory, so that the run that is timed below is as fast as later
  // runs.
  f.paint();
  fs::remove_all(f.out);
  const auto begin = std::chrono::steady_clock::now();
  f.paint();
  const double whole =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  int killed = 0, finished = 0;
  for (const int signal : {SIGTERM, SIGINT, SIGKILL}) {
    for (int i = 0; i < count; ++i) {
      fs::remove_all(f.out);
      const double instant = std::uniform_real_distribution(0.001, whole)(random);
      const ProcessResult result = f.paint({.interrupt_after = instant, .signal = signal});
      (void)f.whole_results();
      const int code = signal == SIGTERM ? 143 : signal == SIGINT ? 130 : -1;
      CHECK((result.exit_code == code || result.exit_code == 7));
      ++(result.exit_code == code ? killed : finished);
      CHECK(f.paint().exit_code == 7);
      CHECK(f.whole_results() == Folder::kGood);
    }
  }
  MESSAGE("killed " << killed << " times, finished before the signal " << finished << " times");
}
