#include "platform/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <vector>

#include "base/text.hpp"

namespace nst {
namespace {

[[noreturn]] void fail(ErrorCode code, const std::string& path, const std::string& what,
                       int error_number) {
  throw Error(code,
              one_line(path) + ": " + what + ": " + std::generic_category().message(error_number));
}

// A file descriptor closed on scope exit.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  // Closes now; false with errno set if the system reports a delayed write error.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path, flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

bool write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

// Where a chain of symbolic links ends, so that the link stays a link and its target is replaced.
std::filesystem::path final_target(std::filesystem::path path, ErrorCode code) {
  constexpr int kMaxLinks = 40;  // Linux's own limit, path_resolution(7)
  std::error_code error;
  for (int i = 0; i < kMaxLinks; ++i) {
    if (!std::filesystem::is_symlink(path, error)) return path;
    const std::filesystem::path next = std::filesystem::read_symlink(path, error);
    if (error) fail(code, path.string(), "cannot follow the link", error.value());
    path = path.parent_path() / next;
  }
  fail(code, path.string(), "cannot write", ELOOP);
}

// Removes the file on scope exit unless it was given away.
struct TemporaryFile {
  std::string path;
  ~TemporaryFile() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

// A name that is new in the folder: hidden, short enough for every file system, told apart by
// chance.
std::string temporary_name(const std::filesystem::path& target) {
  constexpr std::size_t kMaxStem = 200;
  std::random_device entropy;
  const std::uint64_t tag = (std::uint64_t{entropy()} << 32) | entropy();
  const std::string stem = target.filename().string().substr(0, kMaxStem);
  return (target.parent_path() / ("." + stem + "." + std::to_string(tag) + ".tmp")).string();
}

}  // namespace

struct FileContents::Mapping {
  void* address = nullptr;
  std::size_t size = 0;
  std::vector<std::uint8_t> copy;  // instead of a mapping, for what cannot be mapped (pipes)

  Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (address != nullptr) ::munmap(address, size);
  }

  void read_stream(int fd, const std::string& path, ErrorCode code, std::uint64_t max_bytes) {
    constexpr std::size_t kChunkBytes = 1 << 16;
    for (;;) {
      const std::size_t have = copy.size();
      copy.resize(have + kChunkBytes);
      const ssize_t got = ::read(fd, copy.data() + have, kChunkBytes);
      if (got < 0 && errno != EINTR) fail(code, path, "cannot read", errno);
      copy.resize(have + static_cast<std::size_t>(got > 0 ? got : 0));
      if (got == 0) return;
      if (max_bytes != 0 && copy.size() > max_bytes) fail(code, path, "cannot open", EFBIG);
    }
  }
};

FileContents::FileContents(const std::string& path, ErrorCode code, std::uint64_t max_bytes) {
  auto mapping = std::make_shared<Mapping>();
  const Descriptor file(open_retrying(path.c_str(), O_RDONLY));
  if (file.get() < 0) fail(code, path, "cannot open", errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail(code, path, "cannot open", errno);
  if (S_ISDIR(status.st_mode)) fail(code, path, "cannot open", EISDIR);
  if (!S_ISREG(status.st_mode)) {
    mapping->read_stream(file.get(), path, code, max_bytes);
  } else if (status.st_size > 0) {
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (max_bytes != 0 && size > max_bytes) {
      throw Error(code, one_line(path) + ": cannot open: " + std::to_string(size) +
                            " bytes, the limit is " + std::to_string(max_bytes));
    }
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED) fail(code, path, "cannot open", errno);
    mapping->address = address;
    mapping->size = size;
  }
  mapping_ = std::move(mapping);
}

Bytes FileContents::bytes() const {
  if (mapping_->address == nullptr) return mapping_->copy;
  return {static_cast<const std::uint8_t*>(mapping_->address), mapping_->size};
}

void write_file_atomically(const std::string& path, Bytes bytes, ErrorCode code) {
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail(code, path, "cannot write", EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {  // a pipe or device: there is nothing to replace
    Descriptor device(open_retrying(path.c_str(), O_WRONLY));
    if (device.get() < 0 || !write_all(device.get(), bytes) || !device.close()) {
      fail(code, path, "cannot write", errno);
    }
    return;
  }
  // rename() would replace a write-protected file; whoever protected it did not want that.
  if (exists && ::access(path.c_str(), W_OK) != 0) fail(code, path, "cannot write", errno);

  const std::filesystem::path target = final_target(path, code);
  TemporaryFile temporary;
  const std::string name = temporary_name(target);
  Descriptor file(open_retrying(name.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666));
  if (file.get() < 0) fail(code, path, "cannot write", errno);
  temporary.path = name;
  if (exists && ::fchmod(file.get(), status.st_mode & 07777) != 0) {
    fail(code, path, "cannot keep the permissions", errno);
  }
  if (!write_all(file.get(), bytes) || ::fsync(file.get()) != 0 || !file.close()) {
    fail(code, path, "cannot write", errno);
  }
  if (::rename(name.c_str(), target.c_str()) != 0) fail(code, path, "cannot write", errno);
  temporary.path.clear();
  // The new name survives a power cut only once its folder is flushed. Some file systems refuse
  // that; the file itself is complete, so it is no error.
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
  const Descriptor directory(open_retrying(folder.c_str(), O_RDONLY | O_DIRECTORY));
  if (directory.get() >= 0) ::fsync(directory.get());
}

}  // namespace nst
