// Tests of nst-run with pipes, standard streams and devices instead of files, and of signals that
// end it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

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

const std::string kPhoto = image_fixture("yuv420.jpg");
const std::string kStyle = image_fixture("rgb8.png");

std::string bytes_of(const std::string& path) {
  const std::vector<std::uint8_t> bytes = file_bytes(path);
  return {bytes.begin(), bytes.end()};
}

std::string make_pipe(const std::string& path) {
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  return path;
}

// Runs nst-run while a thread writes the contents of `file` into a pipe, and checks that it
// succeeds. `arguments` contain the pipe's name.
void run_fed(const std::string& pipe, const std::string& file,
             const std::vector<std::string>& arguments) {
  std::thread writer([&] { nst::write_bytes(pipe, nst::read_bytes(file)); });
  run_well(arguments);
  writer.join();
}

}  // namespace

TEST_CASE("nst-run: every input may be a pipe or standard input, which is read once") {
  const TemporaryFolder folder;
  const std::string vector = folder.file("v.npy"), out = folder.file("o.ppm");
  const std::string pipe = make_pipe(folder.file("pipe"));
  run_well({"encode", kStyle, "-o", vector});
  run_well({kPhoto, "-s", kStyle, "-o", out});
  const std::string want = bytes_of(out);
  const auto check = [&] { CHECK(bytes_of(out) == want); };
  run_fed(pipe, kPhoto, {pipe, "-s", kStyle, "-o", out}), check();
  run_fed(pipe, kStyle, {kPhoto, "-s", pipe, "-o", out}), check();
  run_fed(pipe, vector, {kPhoto, "-s", pipe, "-o", out}), check();
  run_fed(pipe, NST_DEFAULT_MODEL_FILE, {kPhoto, "-s", kStyle, "-m", pipe, "-o", out}), check();
  run_well({"-", "-s", kStyle, "-o", out}, {.input = kPhoto}), check();
  run_well({kPhoto, "-s", "-", "-o", out}, {.input = kStyle}), check();
  run_well({kPhoto, "-s", "-", "-o", out}, {.input = vector}), check();
  run_well({kPhoto, "-s", vector, "-m", "-", "-o", out}, {.input = NST_DEFAULT_MODEL_FILE}),
      check();
  run_well({"encode", "-", "-o", folder.file("w.npy")}, {.input = kStyle});
  CHECK(bytes_of(folder.file("w.npy")) == bytes_of(vector));
  CHECK(contains(run_badly(2, {"-", "-s", "-", "-o", out}), "read once"));
  CHECK(contains(run_badly(3, {"-", "-s", kStyle, "-o", out}, {.input = "/dev/null"}),
                 "standard input"));
}

TEST_CASE("nst-run: the result goes to standard output, pipes and devices") {
  const TemporaryFolder folder;
  const std::string vector = folder.file("v.npy"), out = folder.file("o.png");
  run_well({"encode", kStyle, "-o", vector});
  run_well({kPhoto, "-s", vector, "-o", out});
  CHECK(run_well({kPhoto, "-s", vector, "-o", "-", "--format", "png"}) == bytes_of(out));
  CHECK(run_well({kPhoto, "-s", vector, "-o", "/dev/stdout", "--format", "png"}) == bytes_of(out));
  CHECK(run_well({"encode", kStyle, "-o", "-"}) == bytes_of(vector));
  run_well({kPhoto, "-s", vector, "-o", "/dev/null", "--format", "jpg"});
  run_well({kPhoto, "-s", vector, "-o", folder.file("named.png"), "--format", "ppm"});
  CHECK(bytes_of(folder.file("named.png")).starts_with("P6"));

  const std::string pipe = make_pipe(folder.file("pipe.png"));
  std::string got;
  std::thread reader([&] { got = bytes_of(pipe); });
  run_well({kPhoto, "-s", vector, "-o", pipe});
  reader.join();
  CHECK(got == bytes_of(out));

  CHECK(contains(run_badly(2, {kPhoto, "-s", vector, "-o", "-"}), "--format"));
  CHECK(contains(run_badly(2, {kPhoto, "-s", vector, "-o", "/dev/null"}), "--format"));
  run_badly(2, {kPhoto, "-s", vector, "-o", "-", "--format", "gif"});
  run_badly(5, {kPhoto, "-s", vector, "-o", "/dev/full", "--format", "png"});
}

TEST_CASE("nst-run: a pipe that is closed before the end is an output error") {
  const TemporaryFolder folder;
  const std::string pipe = make_pipe(folder.file("pipe.ppm"));
  std::thread reader([&] {
    const int fd = ::open(pipe.c_str(), O_RDONLY);
    char first = 0;
    CHECK(::read(fd, &first, 1) == 1);
    ::close(fd);
  });
  const std::string message = run_badly(5, {kPhoto, "-s", kStyle, "--size", "300", "-o", pipe});
  reader.join();
  CHECK(contains(message, "Broken pipe"));
}

TEST_CASE("nst-run: a signal ends it at once, even while it waits for a pipe") {
  const TemporaryFolder folder;
  const std::string pipe = make_pipe(folder.file("pipe"));
  const std::string out = folder.file("o.png");
  // Keeps the pipe open for writing and sends nothing, so that nst-run waits for its first byte.
  const int silent = ::open(pipe.c_str(), O_RDWR);
  REQUIRE(silent >= 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    run_badly(128 + signal, {pipe, "-s", kStyle, "-o", out},
              {.interrupt_after = 0.2, .signal = signal});
  }
  ::close(silent);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
