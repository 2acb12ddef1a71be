#include "platform/file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"

namespace fs = std::filesystem;
using nst::Bytes;
using nst::ErrorCode;
using nst::FileContents;
using nst::write_file_atomically;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::TemporaryFolder;

namespace {

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string content(const std::string& path) {
  const FileContents file(path, ErrorCode::input);
  return {file.bytes().begin(), file.bytes().end()};
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("A file's contents are its bytes, and survive a move and the file's end") {
  const TemporaryFolder folder;
  FileContents file(folder.file("a", as_bytes("hello")), ErrorCode::input);
  const FileContents moved = std::move(file);
  // Empties the file on disk. If the bytes were mapped instead of copied, they could not be read
  // now.
  fs::resize_file(folder.file("a"), 0);
  CHECK(std::string(moved.bytes().begin(), moved.bytes().end()) == "hello");
  CHECK(FileContents(folder.file("empty", {}), ErrorCode::input).bytes().empty());
}

TEST_CASE("Opening what is no readable file names the path and the reason") {
  const TemporaryFolder folder;
  const std::string missing = folder.file("missing");
  const std::string message =
      expect_error(ErrorCode::model, [&] { FileContents(missing, ErrorCode::model); });
  CHECK(message == missing + ": cannot open: No such file or directory");
  CHECK(contains(expect_error(ErrorCode::input,
                              [&] { FileContents(folder.path().string(), ErrorCode::input); }),
                 "Is a directory"));
  const std::string five = folder.file("five", as_bytes("12345"));
  CHECK(contains(expect_error(ErrorCode::input, [&] { FileContents(five, ErrorCode::input, 4); }),
                 "5 bytes, the limit is 4"));
  CHECK(FileContents(five, ErrorCode::input, 5).bytes().size() == 5);
}

TEST_CASE("A pipe is read to its end") {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string text(200'000, 'x');
  std::thread writer([&] { write_file_atomically(pipe, as_bytes(text)); });
  const std::string got = content(pipe);
  writer.join();
  CHECK(got == text);
  CHECK(fs::is_fifo(pipe));  // the pipe must not be replaced by a file
}

TEST_CASE("Writing replaces the whole file, keeps its permissions and leaves nothing behind") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out", as_bytes("old"));
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  write_file_atomically(path, as_bytes("new content"));
  CHECK(content(path) == "new content");
  CHECK((fs::status(path).permissions() & fs::perms::mask) == static_cast<fs::perms>(0640));
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("A new file gets the permissions the umask allows") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out");
  const mode_t before = ::umask(027);
  write_file_atomically(path, as_bytes("x"));
  ::umask(before);
  CHECK((fs::status(path).permissions() & fs::perms::mask) == static_cast<fs::perms>(0640));
}

TEST_CASE("Writing through a link replaces its target and keeps the link") {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "inner");
  const std::string target = folder.file("inner/target", as_bytes("old"));
  const std::string link = folder.file("link");
  fs::create_symlink("inner/target", link);
  write_file_atomically(link, as_bytes("new"));
  CHECK(fs::is_symlink(link));
  CHECK(content(target) == "new");
  const std::string dangling = folder.file("dangling");
  fs::create_symlink("inner/not-yet", dangling);
  write_file_atomically(dangling, as_bytes("made"));
  CHECK(fs::is_symlink(dangling));
  CHECK(content(folder.file("inner/not-yet")) == "made");
  fs::create_symlink("loop", folder.file("loop"));
  expect_error(ErrorCode::output, [&] { write_file_atomically(folder.file("loop"), {}); });
}

TEST_CASE("A device is written in place") {
  const TemporaryFolder folder;
  write_file_atomically("/dev/null", as_bytes("gone"));
  CHECK(fs::is_character_file("/dev/null"));
  if (fs::exists("/dev/full")) {
    CHECK(contains(
        expect_error(ErrorCode::output, [] { write_file_atomically("/dev/full", as_bytes("x")); }),
        "No space left on device"));
  }
}

TEST_CASE("A failed write leaves the old file and no temporary one") {
  const TemporaryFolder folder;
  expect_error(ErrorCode::output,
               [&] { write_file_atomically(folder.file("no/such/folder/out"), {}); });
  expect_error(ErrorCode::output, [&] { write_file_atomically(folder.path().string(), {}); });
  const std::string name(255, 'n');  // the longest file name that Linux allows
  write_file_atomically(folder.file(name), as_bytes("x"));
  CHECK(entries(folder.path()) == 1);
  const std::string too_long(256, 'n');
  expect_error(ErrorCode::output, [&] { write_file_atomically(folder.file(too_long), {}); });
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("A write-protected file is not replaced") {
  if (::geteuid() == 0) {
    MESSAGE("skipped: root may write every file");
    return;
  }
  const TemporaryFolder folder;
  const std::string path = folder.file("out", as_bytes("old"));
  REQUIRE(::chmod(path.c_str(), 0444) == 0);
  expect_error(ErrorCode::output, [&] { write_file_atomically(path, as_bytes("new")); });
  CHECK(content(path) == "old");
}

TEST_CASE("A file that becomes shorter while it is read is an error") {
  const TemporaryFolder folder;
  const std::string path = folder.file("shrinking", as_bytes(std::string(64 << 20, 'x')));
  std::atomic<bool> stop{false};
  std::thread shortener([&] {
    while (!stop) {
      fs::resize_file(path, 10);
      fs::resize_file(path, 64 << 20);
    }
  });
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    try {
      const std::size_t size = FileContents(path, ErrorCode::input).bytes().size();
      CHECK((size == 10 || size == 64 << 20));
    } catch (const nst::Error& error) {
      ++refused;
      CHECK(error.code() == ErrorCode::input);
      CHECK(contains(error.what(), "became shorter while it was read"));
    }
  }
  stop = true;
  shortener.join();
  MESSAGE(refused << " of 30 were caught while they shrank");
}

TEST_CASE("A file whose size the system says to be 0 is read to its end") {
  if (!fs::exists("/proc/self/status")) return;
  CHECK(contains(content("/proc/self/status"), "Name:"));
}

TEST_CASE("A file of another owner keeps owner, group and permissions") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root may give files away");
    return;
  }
  const TemporaryFolder folder;
  const std::string path = folder.file("out", as_bytes("old"));
  REQUIRE(::chown(path.c_str(), 1234, 2345) == 0);
  REQUIRE(::chmod(path.c_str(), 0604) == 0);
  write_file_atomically(path, as_bytes("new"));
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK(status.st_uid == 1234);
  CHECK(status.st_gid == 2345);
  CHECK((status.st_mode & 07777) == 0604);
}

TEST_CASE("A file size limit is an error: no signal, no temporary file, the old bytes") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out", as_bytes("old"));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{1000, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const std::string message = expect_error(
      ErrorCode::output, [&] { write_file_atomically(path, as_bytes(std::string(5000, 'x'))); });
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(contains(message, "File too large"));
  CHECK(content(path) == "old");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("A pipe that nobody reads any more is an error, not a signal") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[1]);
  CHECK(
      contains(expect_error(ErrorCode::output, [&] { write_file_atomically(path, as_bytes("x")); }),
               "Broken pipe"));
  ::close(ends[1]);
}

TEST_CASE("A large file's memory is given back and read again, unless the file has changed") {
  const TemporaryFolder folder;
  std::string text(std::size_t{20} << 20, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 2654435761u >> 13);
  const std::string path = folder.file("large", as_bytes(text));
  const FileContents file(path, ErrorCode::model);
  REQUIRE(file.can_give_back());
  const Bytes all = file.bytes();
  const Bytes part = all.subspan(5'000'001, 3'000'000);
  CHECK(std::equal(all.begin(), all.end(), as_bytes(text).begin()));
  file.give_back();
  CHECK(part[1'500'000] == 0);  // give_back() freed the memory, so it reads as zero
  std::vector<std::uint8_t> again(part.size());
  file.read_again(part, again.data());
  CHECK(std::equal(again.begin(), again.end(), as_bytes(text).begin() + 5'000'001));
  again.resize(all.size());
  file.read_again(all, again.data());
  CHECK(std::equal(again.begin(), again.end(), as_bytes(text).begin()));

  fs::resize_file(path, 4'000'000);
  CHECK(contains(expect_error(ErrorCode::model, [&] { file.read_again(part, again.data()); }),
                 "has changed since it was opened"));
}

TEST_CASE("A small file stays in memory") {
  const TemporaryFolder folder;
  const std::string path = folder.file("small", as_bytes(std::string(100'000, 'x')));
  const FileContents file(path, ErrorCode::model);
  CHECK_FALSE(file.can_give_back());
  fs::remove(path);
  CHECK(file.bytes()[50'000] == 'x');
}

TEST_CASE("A writable file in a folder that takes no new files is overwritten in place") {
  const TemporaryFolder folder;
  const std::string path = folder.file("out", as_bytes("old and longer than the new one"));
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    // Root may create files in every folder. So a child process of root becomes another user.
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) ::_exit(2);
    try {
      write_file_atomically(path, as_bytes("new"));
    } catch (const nst::Error&) {
      ::_exit(1);
    }
    ::_exit(nst::why_not_writable(path).empty() ? 0 : 3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(content(path) == "new");
  REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  CHECK(entries(folder.path()) == 1);
}
