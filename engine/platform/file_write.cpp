#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "platform/descriptor.hpp"
#include "platform/file.hpp"
#include "platform/paths.hpp"
#include "platform/unfinished_files.hpp"

namespace nst {
namespace {

namespace fs = std::filesystem;

// Blocks SIGPIPE and SIGXFSZ on the calling thread: these signals would end the process while it
// writes. The destructor discards signals that the writing has caused, so that the host program
// never sees them.
class WriteSignalsHeld {
 public:
  WriteSignalsHeld() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    sigaddset(&set_, SIGXFSZ);
    sigset_t pending;
    sigpending(&pending);
    for (const int s : {SIGPIPE, SIGXFSZ}) {
      // A signal that is pending already is not caused by the writing, so it must stay pending.
      if (sigismember(&pending, s) == 1) sigdelset(&set_, s);
    }
    pthread_sigmask(SIG_BLOCK, &set_, &of_caller_);
  }
  ~WriteSignalsHeld() {
    const int saved = errno;
    const timespec at_once{};
    while (sigtimedwait(&set_, nullptr, &at_once) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &of_caller_, nullptr);
    errno = saved;
  }
  WriteSignalsHeld(const WriteSignalsHeld&) = delete;
  WriteSignalsHeld& operator=(const WriteSignalsHeld&) = delete;

 private:
  sigset_t set_;
  sigset_t of_caller_;
};

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

// Returns true if the error means that the file system or container does not support an optional
// operation.
bool is_unsupported(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

// Calls fsync(2). Returns true also if the file system does not support fsync.
bool flush(int fd) { return ::fsync(fd) == 0 || is_unsupported(errno); }

// Gives a new file the owner, group and permissions of the file that it replaces, as far as the
// system allows.
void take_over(int fd, const struct stat& from) {
  constexpr mode_t kPermissions = 0777, kAll = 07777;
  struct stat now {};
  const bool same_owner =
      ::fstat(fd, &now) == 0 && now.st_uid == from.st_uid && now.st_gid == from.st_gid;
  bool owner_kept = same_owner || ::fchown(fd, from.st_uid, from.st_gid) == 0;
  if (!owner_kept) (void)!::fchown(fd, static_cast<uid_t>(-1), from.st_gid);
  // Drops the set-user-ID bit if the old owner could not be kept: the bit would let everyone run
  // the file as its new owner.
  (void)!::fchmod(fd, from.st_mode & (owner_kept ? kAll : kPermissions));
}

// Follows a chain of symbolic links and returns the path at its end. So the file there is replaced,
// not the links.
fs::path final_target(fs::path path, ErrorCode code) {
  constexpr int kMaxLinks = 40;  // Linux follows at most as many links (path_resolution(7))
  std::error_code error;
  for (int i = 0; i < kMaxLinks; ++i) {
    if (!fs::is_symlink(path, error)) return path;
    const fs::path next = fs::read_symlink(path, error);
    if (error) fail_file(code, path.string(), "cannot follow the link", error.value());
    path = path_below(path.parent_path().string(), next.string());
  }
  fail_file(code, path.string(), "cannot write", ELOOP);
}

// Returns the path for a temporary file in the target's folder. Its name is hidden, random, and
// short enough for every file system.
std::string temporary_name(const fs::path& target) {
  constexpr std::size_t kMaxStem = 200;
  std::random_device entropy;
  const std::uint64_t tag = (std::uint64_t{entropy()} << 32) | entropy();
  const std::string stem = target.filename().string().substr(0, kMaxStem);
  return path_below(target.parent_path().string(), "." + stem + "." + std::to_string(tag) + ".tmp");
}

// Flushes the folder, so that the file's new name survives a power cut. Some file systems cannot
// flush a folder. Their error is ignored, because the file itself is complete.
void flush_folder(const std::string& folder) {
  const Descriptor directory(open_retrying(folder, O_RDONLY | O_DIRECTORY));
  if (directory.is_open()) ::fsync(directory.get());
}

// Replaces the bytes of an open file. Reserves space first, so that a full disk is noticed before
// any byte changes. Then writes and truncates. On failure returns false and sets errno.
bool overwrite(int fd, Bytes bytes) {
  const auto size = static_cast<off_t>(bytes.size());
  int error = 0;
  do {
    error = ::posix_fallocate(fd, 0, std::max<off_t>(size, 1));
  } while (error == EINTR);
  if (error != 0 && !is_unsupported(error)) {
    errno = error;
    return false;
  }
  return ::lseek(fd, 0, SEEK_SET) == 0 && write_all(fd, bytes) && ::ftruncate(fd, size) == 0 &&
         flush(fd);
}

// Overwrites a file in place, for files that cannot be replaced by a new file. If writing fails,
// restores the old bytes.
void overwrite_in_place(const fs::path& target, const std::string& path, Bytes bytes,
                        ErrorCode code) {
  const FileContents old(target.string(), code);
  Descriptor file(open_retrying(target.string(), O_WRONLY));
  if (!file.is_open()) fail_file(code, path, "cannot write", errno);
  if (overwrite(file.get(), bytes) && file.close()) return;
  const int error = errno;
  if (file.is_open()) overwrite(file.get(), old.bytes());
  fail_file(code, path, "cannot write", error);
}

// Returns true if the error means that the file cannot be replaced by a new file, but may be
// writable. Either the file itself is a mount point (EBUSY, EXDEV), or its folder accepts no new
// files (all other codes).
bool is_fixed_name(int error) {
  return error == EBUSY || error == EXDEV || error == EACCES || error == EPERM || error == EROFS;
}

// Writes a new file in the folder of `target` and renames it to `target`. The new file gets the
// owner and permissions of `old`; null: there is no old file. Returns 0 on success, or errno if
// `target` cannot be replaced by a new file. Throws for every other failure.
int replace(const fs::path& target, const std::string& path, Bytes bytes, const struct stat* old,
            ErrorCode code) {
  // Makes the folder's path first, because an allocation may throw. After rename() the new file has
  // replaced the old one, so nothing may fail any more.
  const std::string folder = target.has_parent_path() ? target.parent_path().string() : ".";
  UnfinishedFile temporary(temporary_name(target));
  Descriptor file(open_retrying(temporary.path(), O_WRONLY | O_CREAT | O_EXCL, 0666));
  if (!file.is_open()) {
    const int error = errno;
    temporary.keep();
    if (is_fixed_name(error)) return error;
    fail_file(code, path, "cannot write", error);
  }
  if (old) take_over(file.get(), *old);
  if (!write_all(file.get(), bytes) || !flush(file.get()) || !file.close()) {
    fail_file(code, path, "cannot write", errno);
  }
  if (::rename(temporary.path().c_str(), target.c_str()) != 0) {
    const int error = errno;
    if (is_fixed_name(error)) return error;
    fail_file(code, path, "cannot write", error);
  }
  temporary.keep();
  flush_folder(folder);
  return 0;
}

void write_device(const std::string& path, Bytes bytes, ErrorCode code) {
  Descriptor device(open_retrying(path, O_WRONLY));
  if (!device.is_open() || !write_all(device.get(), bytes) || !device.close()) {
    fail_file(code, path, "cannot write", errno);
  }
}

}  // namespace

void write_file_atomically(const std::string& path, Bytes bytes, ErrorCode code) {
  const WriteSignalsHeld held;
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail_file(code, path, "cannot write", EISDIR);
  if (exists && !S_ISREG(status.st_mode)) return write_device(path, bytes, code);
  // Refuses a write-protected file. rename() would replace it, against the wish of whoever
  // protected it.
  if (exists && ::access(path.c_str(), W_OK) != 0) fail_file(code, path, "cannot write", errno);

  const fs::path target = final_target(path, code);
  const int error = replace(target, path, bytes, exists ? &status : nullptr, code);
  if (error == 0) return;
  if (!exists) fail_file(code, path, "cannot write", error);
  overwrite_in_place(target, path, bytes, code);
}

void write_standard_output(Bytes bytes, ErrorCode code) {
  const WriteSignalsHeld held;
  if (!write_all(STDOUT_FILENO, bytes)) fail_file(code, "standard output", "cannot write", errno);
}

std::string why_not_writable(const std::string& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    if (fs::is_directory(path, ignored)) return "it is a folder; name a file in it";
    if (::access(path.c_str(), W_OK) != 0)
      return "the file is write-protected; choose another name";
    // The file can be overwritten in place, even if no new file may be created in its folder.
    return {};
  }
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : ".";
  if (!fs::is_directory(folder, ignored)) return "there is no such folder; make it first";
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return "no permission to create files in its folder; choose another folder";
  }
  return {};
}

}  // namespace nst
