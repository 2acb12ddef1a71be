#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "nst/error.hpp"
#include "platform/descriptor.hpp"
#include "platform/file.hpp"

namespace nst {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

// A buffer that grows while a stream of unknown length is read.
class Growing {
 public:
  explicit Growing(std::string name) : name_(std::move(name)) {}

  // Makes the buffer large enough for `bytes` bytes in total.
  void reserve(std::uint64_t bytes) {
    if (buffer_ && bytes <= capacity()) return;
    constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
    if (bytes > kMost) throw Error(ErrorCode::limit, one_line(name_) + ": no memory for it");
    const std::uint64_t wanted = std::max<std::uint64_t>(bytes, 2 * capacity());
    auto larger = std::make_shared<AlignedBuffer>((wanted + sizeof(float) - 1) / sizeof(float),
                                                  one_line(name_));
    if (size_ > 0) std::memcpy(larger->data(), buffer_->data(), size_);
    buffer_ = std::move(larger);
  }
  std::uint8_t* end() { return reinterpret_cast<std::uint8_t*>(buffer_->data()) + size_; }
  std::size_t capacity() const { return buffer_ ? buffer_->size() * sizeof(float) : 0; }
  std::size_t size() const { return size_; }
  std::size_t room() const { return capacity() - size_; }
  void grew_by(std::size_t bytes) { size_ += bytes; }
  std::shared_ptr<AlignedBuffer> take() { return std::move(buffer_); }

 private:
  std::string name_;
  std::shared_ptr<AlignedBuffer> buffer_;
  std::size_t size_ = 0;
};

// Smallest file, in bytes, whose memory can be given back. Smaller files stay in memory.
constexpr std::size_t kWorthGivingBack = std::size_t{16} << 20;

// Size and modification time of a file, which tell whether its bytes have changed.
struct Version {
  std::uint64_t size;
  std::int64_t seconds, nanoseconds;
  bool operator==(const Version&) const = default;
};

Version version_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec};
}

}  // namespace

struct FileContents::Source {
  Descriptor descriptor;
  std::string name;
  Version version;
};

FileContents::FileContents(const std::string& path, ErrorCode code, std::uint64_t max_bytes) {
  Descriptor file(open_retrying(path, O_RDONLY));
  if (!file.is_open()) fail_file(code, path, "cannot open", errno);
  read_all(file.get(), path, code, max_bytes);
  struct stat status {};
  if (size_ < kWorthGivingBack || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::uint64_t>(status.st_size) != size_) {
    return;
  }
  source_.reset(new Source{std::move(file), path, version_of(status)});
}

FileContents::FileContents(int descriptor, const std::string& name, ErrorCode code,
                           std::uint64_t max_bytes) {
  read_all(descriptor, name, code, max_bytes);
}

FileContents FileContents::standard_input(const std::string& name, ErrorCode code,
                                          std::uint64_t max_bytes) {
  return FileContents(STDIN_FILENO, name, code, max_bytes);
}

void FileContents::read_all(int descriptor, const std::string& name, ErrorCode code,
                            std::uint64_t max_bytes) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) fail_file(code, name, "cannot open", errno);
  if (S_ISDIR(status.st_mode)) fail_file(code, name, "cannot open", EISDIR);
  // Reads as many bytes as a regular file states. If it states 0 bytes, reads to its end instead:
  // the system may generate the file while it is read, as in /proc.
  const std::uint64_t expected =
      S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
  const auto check_limit = [&](std::uint64_t size) {
    if (max_bytes == 0 || size <= max_bytes) return;
    throw Error(code, one_line(name) + ": cannot open: " + std::to_string(size) +
                          " bytes, the limit is " + std::to_string(max_bytes));
  };
  check_limit(expected);
  Growing bytes(name);
  bytes.reserve(expected > 0 ? expected : kChunkBytes);
  for (;;) {
    if (expected > 0 && bytes.size() == expected) break;
    if (bytes.room() == 0) bytes.reserve(bytes.size() + kChunkBytes);
    const std::size_t most = expected > 0 ? expected - bytes.size() : bytes.room();
    const ssize_t got = ::read(descriptor, bytes.end(), most);
    if (got < 0) {
      if (errno == EINTR) continue;
      fail_file(code, name, "cannot read", errno);
    }
    if (got == 0) break;
    bytes.grew_by(static_cast<std::size_t>(got));
    check_limit(bytes.size());
  }
  if (bytes.size() < expected) {
    throw Error(code, one_line(name) + ": became shorter while it was read (" +
                          std::to_string(bytes.size()) + " of " + std::to_string(expected) +
                          " bytes); try again when it is whole");
  }
  size_ = bytes.size();
  buffer_ = bytes.take();
}

Bytes FileContents::bytes() const {
  return {reinterpret_cast<const std::uint8_t*>(buffer_->data()), size_};
}

void FileContents::give_back() const { discard_pages(buffer_->data(), size_); }

void FileContents::read_again(Bytes part, std::uint8_t* to) const {
  const int file = source_->descriptor.get();
  struct stat status {};
  bool is_same = ::fstat(file, &status) == 0 && version_of(status) == source_->version;
  auto offset = static_cast<off_t>(part.data() - bytes().data());
  for (std::size_t left = part.size(); is_same && left > 0;) {
    const ssize_t got = ::pread(file, to, left, offset);
    if (got < 0 && errno == EINTR) continue;
    is_same = got > 0;
    if (!is_same) break;
    to += got;
    offset += got;
    left -= static_cast<std::size_t>(got);
  }
  if (is_same) return;
  throw Error(ErrorCode::model,
              one_line(source_->name) + ": has changed since it was opened; open it again");
}

}  // namespace nst
