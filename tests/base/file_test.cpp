#include "platform/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

TEST_CASE("A mapped file shows the file's bytes, and survives a move") {
  const TemporaryFolder folder;
  FileContents file(folder.file("a", as_bytes("hello")), ErrorCode::input);
  const FileContents moved = std::move(file);
  CHECK(std::string(moved.bytes().begin(), moved.bytes().end()) == "hello");
  CHECK(FileContents(folder.file("empty", {}), ErrorCode::input).bytes().empty());
}

TEST_CASE("Opening what is no readable file names the path and the reason") {
  const TemporaryFolder folder;
  const std::string missing = folder.file("missing");
  const std::string message =
      expect_error(ErrorCode::model, [&] { FileContents(missing, ErrorCode::model); });
  CHECK(message == missing + ": cannot open: No such file or directory");
  CHECK(contains(
      expect_error(ErrorCode::input, [&] { FileContents(folder.path().string(), ErrorCode::input); }),
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
  CHECK(fs::is_fifo(pipe));  // written in place, not replaced by a file
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
  const std::string name(255, 'n');  // the longest name Linux allows still finds a temporary one
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
