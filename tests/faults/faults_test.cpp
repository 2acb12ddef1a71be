// Tests what the programs do if a system call or an allocation fails. The k-th open, read, write,
// fsync, rename, close, mmap, allocation or thread creation fails, either alone or with all later
// ones. The program must end with a documented exit code and print one line. The output must be the
// old file or the complete new one. No temporary file may be left.
//
// For calls on files, which are few, every k is tried. For allocations, of which there are
// thousands, every NST_FAULT_STRIDE-th k is tried (script/faults sets it to 1).
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/temporary_folder.hpp"
#include "image/pictures.hpp"
#include "support/wanted_count.hpp"
#include "weights/weight_fixtures.hpp"

namespace fs = std::filesystem;
using nst::test::file_bytes;
using nst::test::TemporaryFolder;

namespace {

using Contents = std::vector<std::uint8_t>;
constexpr const char* kFileKinds[] = {"open",   "read",  "write", "fsync",
                                      "rename", "close", "mmap",  "thread"};

// A command to test, and the names of its output files. The files exist before the command runs, so
// it must replace them.
struct Command {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> outputs;
};

struct Outcome {
  int status = 0;  // status of the ended process, as waitpid() returns it
  std::string message;
  std::vector<Contents> outputs;
  std::size_t files = 0;  // number of files in the output folder after the run
};

class Scene {
 public:
  Command paint() const {
    return {NST_RUN_PROGRAM,
            {content_, "-s", style_, "-o", "o.png", "-q", "-t", "2", "--style-size", "64"},
            {"o.png"}};
  }
  Command batch() const {
    return {NST_RUN_PROGRAM,
            {content_, style_, "-s", style_, "-o", "./", "-q", "-t", "2", "--style-size", "64"},
            {"content-style.png", "style-style.png"}};
  }
  Command encode() const {
    return {NST_RUN_PROGRAM,
            {"encode", style_, "-o", "o.npy", "-q", "-t", "2", "--style-size", "64"},
            {"o.npy"}};
  }
  Command sheet() const {
    return {NST_RUN_PROGRAM,
            {"sheet", content_, "-s", style_, "-s", content_, "--strength", "0.5,1", "--size", "16",
             "-o", "o.png", "-q", "-t", "2", "--style-size", "64"},
            {"o.png"}};
  }
  Command styles() const {
    return {NST_RUN_PROGRAM,
            {"styles", content_, "--size", "16", "-o", "o.png", "-q", "-t", "2"},
            {"o.png"}};
  }
  Command several_styles() const {
    return {
        NST_RUN_PROGRAM,
        {content_, "-s", style_, "-s", content_, "-o", "./", "-q", "-t", "2", "--style-size", "64"},
        {"content-style.png", "content-content.png"}};
  }
  // Returns a command that uses a brush, two styles with a mask, and a configuration file.
  Command look() const {
    return {NST_RUN_PROGRAM,
            {content_, "-s", style_, "--config", config_, "--mask", style_, "--mask-style",
             content_, "-o", "o.png", "-q"},
            {"o.png"}};
  }
  // These functions return commands that read and write pictures of the same format, with a colour
  // profile.
  Command tiff() { return paint_as(nst::OutputFormat::tiff, "content.tif", "o.tif"); }
  Command webp() { return paint_as(nst::OutputFormat::webp, "content.webp", "o.webp"); }
  Command jpeg() { return paint_as(nst::OutputFormat::jpeg, "content.jpg", "o.jpg"); }
  Command convert() const {
    return {
        NST_WEIGHTS_COMMAND,
        {"convert",
         nst::test::weight_fixture(NST_WEIGHTS_READ_ARCHIVES ? "checkpoint.tar.gz" : "checkpoint"),
         "-o", "o.safetensors"},
        {"o.safetensors"}};
  }

  Outcome run(const Command& command, const std::string& fault, const std::string& count = "") {
    for (const auto& entry : fs::directory_iterator(out_.path())) fs::remove(entry.path());
    for (const std::string& output : command.outputs) out_.file(output, old_);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) become(command, fault, count);
    Outcome outcome;
    REQUIRE(::waitpid(child, &outcome.status, 0) == child);
    std::error_code ignored;
    if (fs::file_size(messages(), ignored) > 0) {
      const Contents text = file_bytes(messages());
      outcome.message.assign(text.begin(), text.end());
    }
    for (const std::string& output : command.outputs) {
      const std::string path = out_.file(output);
      const bool is_empty = fs::file_size(path, ignored) == 0 || ignored;
      outcome.outputs.push_back(is_empty ? Contents{} : file_bytes(path));
    }
    outcome.files = static_cast<std::size_t>(
        std::distance(fs::directory_iterator(out_.path()), fs::directory_iterator{}));
    return outcome;
  }

  // Returns how many calls of this kind, such as "open" or "read", the command makes if none fails.
  long count(const Command& command, const std::string& kind) {
    const std::string path = in_.file("count");
    const Outcome outcome = run(command, kind + " 0 once", path);
    REQUIRE_MESSAGE(outcome.status == 0, outcome.message);
    const Contents text = file_bytes(path);
    return std::atol(std::string(text.begin(), text.end()).c_str());
  }

  // Runs the command twice for every stride-th call of this kind. In the first run only this call
  // fails, in the second run this call and all later ones. Checks the outcome of each run.
  void check(const Command& command, const std::string& kind, long stride) {
    const std::vector<Contents> whole = run(command, "none 0 once").outputs;
    for (const Contents& output : whole) REQUIRE(output.size() > old_.size());
    const long calls = count(command, kind);
    for (const std::string mode : {"once", "ever"}) {
      for (long k = 1; k <= calls; k += stride) {
        const std::string fault = kind + " " + std::to_string(k) + " " + mode;
        const Outcome outcome = run(command, fault);
        CAPTURE(fault);
        CAPTURE(outcome.message);
        check(outcome, whole);
      }
    }
  }

 private:
  // Checks the outcome of a run in which calls failed. A command with one output must print one
  // line and keep the old file. A command with several outputs may print a line for each output and
  // a summary. It may also have written some of the outputs.
  void check(const Outcome& outcome, const std::vector<Contents>& whole) const {
    CHECK(WIFEXITED(outcome.status));  // false for a crash, an abort, or a timeout of 20 seconds
    const int code = WEXITSTATUS(outcome.status);
    const bool is_one = whole.size() == 1;
    // The documented exit codes. 2 may occur because reading the configuration file may fail.
    constexpr std::array kDocumented = {0, 2, 3, 4, 5, 6};
    CHECK((std::find(kDocumented.begin(), kDocumented.end(), code) != kDocumented.end() ||
           (code == 7 && !is_one)));
    const auto lines = std::count(outcome.message.begin(), outcome.message.end(), '\n');
    CHECK(lines >= (code == 0 ? 0 : 1));
    const auto most = static_cast<std::ptrdiff_t>(is_one ? 1 : whole.size() + 1);
    CHECK(lines <= (code == 0 ? 0 : most));
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const bool is_whole = outcome.outputs[i] == whole[i], is_old = outcome.outputs[i] == old_;
      CHECK((code == 0 ? is_whole : is_one ? is_old : is_whole || is_old));
    }
    CHECK(outcome.files == whole.size());
  }

  [[noreturn]] void become(const Command& command, const std::string& fault,
                           const std::string& count) const {
    std::vector<char*> argv = {const_cast<char*>(command.program.c_str())};
    for (const std::string& argument : command.arguments) {
      argv.push_back(const_cast<char*>(argument.c_str()));
    }
    argv.push_back(nullptr);
    ::setenv("LD_PRELOAD", NST_FAULT_SHIM, 1);
    ::setenv("NST_FAULT", fault.c_str(), 1);
    ::unsetenv("NST_FAULT_COUNT");
    if (!count.empty()) ::setenv("NST_FAULT_COUNT", count.c_str(), 1);
    for (const char* name : {"NST_MODEL", "NST_THREADS", "NST_MAX_MEMORY"}) ::unsetenv(name);
    const int null = ::open("/dev/null", O_RDWR);
    const int err = ::open(messages().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    if (::chdir(out_.path().c_str()) != 0) ::_exit(98);
    constexpr unsigned kMostSeconds = 20;
    // The alarm stays active after execv. So it ends a command that hangs.
    ::alarm(kMostSeconds);
    ::execv(argv[0], argv.data());
    ::_exit(97);
  }

  Command paint_as(nst::OutputFormat format, const char* content, const char* output) {
    const std::string path = in_.file(content, picture(24, 20, format));
    return {NST_RUN_PROGRAM,
            {path, "-s", style_, "-o", output, "-q", "-t", "2", "--style-size", "64"},
            {output}};
  }

  std::string messages() const { return in_.file("stderr"); }
  static Contents picture(int width, int height, nst::OutputFormat format) {
    return nst::encode_image(nst::test::random_image(width, height, 3, nst::SampleType::u8).view(),
                             format, 95);
  }
  static Contents png(int width, int height) {
    return picture(width, height, nst::OutputFormat::png);
  }

  static Contents config() {
    const std::string text = "brush = \"32\"\nthreads = 2\nstyle-size = 64\nsize = \"40\"\n";
    return {text.begin(), text.end()};
  }

  TemporaryFolder in_, out_;
  Contents old_ = {'o', 'l', 'd'};
  std::string content_ = in_.file("content.png", png(24, 20));
  std::string style_ = in_.file("style.png", png(48, 48));
  std::string config_ = in_.file("look.toml", config());
};

// A function that returns the command to test, such as Scene::paint.
using Maker = std::function<Command(Scene&)>;

void check_files(const Maker& maker) {
  Scene scene;
  const Command command = maker(scene);
  for (const char* kind : kFileKinds) scene.check(command, kind, 1);
}

void check_memory(const Maker& maker) {
  constexpr long kTried = 30;
  Scene scene;
  const Command command = maker(scene);
  const long calls = scene.count(command, "malloc");
  scene.check(command, "malloc", nst::test::wanted_count("NST_FAULT_STRIDE", calls / kTried));
}

}  // namespace

TEST_CASE("faults: painting, where a call on a file or a thread fails") {
  check_files(&Scene::paint);
}
TEST_CASE("faults: painting many, where a call on a file or a thread fails") {
  check_files(&Scene::batch);
}
TEST_CASE("faults: painting in several styles, where a call on a file or a thread fails") {
  check_files(&Scene::several_styles);
}
TEST_CASE("faults: brush, mask and --config, where a call on a file or a thread fails") {
  check_files(&Scene::look);
}
TEST_CASE("faults: sheets, where a call on a file or a thread fails") {
  check_files(&Scene::sheet);
  check_files(&Scene::styles);
}
TEST_CASE("faults: encoding, where a call on a file or a thread fails") {
  check_files(&Scene::encode);
}
TEST_CASE("faults: converting, where a call on a file or a thread fails") {
  check_files(&Scene::convert);
}
TEST_CASE("faults: painting, where memory ends") { check_memory(&Scene::paint); }
TEST_CASE("faults: painting many, where memory ends") { check_memory(&Scene::batch); }
TEST_CASE("faults: painting in several styles, where memory ends") {
  check_memory(&Scene::several_styles);
}
TEST_CASE("faults: brush, mask and --config, where memory ends") { check_memory(&Scene::look); }
TEST_CASE("faults: a sheet, where memory ends") { check_memory(&Scene::sheet); }
TEST_CASE("faults: a sheet of the own styles, where memory ends") { check_memory(&Scene::styles); }
TEST_CASE("faults: encoding, where memory ends") { check_memory(&Scene::encode); }
TEST_CASE("faults: converting, where memory ends") { check_memory(&Scene::convert); }
TEST_CASE("faults: a JPEG, where a call on a file or a thread fails") { check_files(&Scene::jpeg); }
TEST_CASE("faults: a JPEG, where memory ends") { check_memory(&Scene::jpeg); }
#if NST_HAVE_TIFF
TEST_CASE("faults: a TIFF, where a call on a file or a thread fails") { check_files(&Scene::tiff); }
TEST_CASE("faults: a TIFF, where memory ends") { check_memory(&Scene::tiff); }
#endif
#if NST_HAVE_WEBP
TEST_CASE("faults: a WebP, where a call on a file or a thread fails") { check_files(&Scene::webp); }
TEST_CASE("faults: a WebP, where memory ends") { check_memory(&Scene::webp); }
#endif
