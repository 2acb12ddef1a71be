// File descriptors (POSIX), used by the files in this folder.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "nst/error.hpp"

namespace nst {

// Throws Error{code} with the message "<path>: <what>: <the system's text for error_number>". If
// error_number is ENOMEM, throws Error{limit} instead.
[[noreturn]] inline void fail_file(ErrorCode code, const std::string& path, const std::string& what,
                                   int error_number) {
  const bool memory = error_number == ENOMEM;  // ENOMEM: memory is short, the file is not at fault
  throw Error(memory ? ErrorCode::limit : code,
              one_line(path) + ": " + what + ": " + std::generic_category().message(error_number));
}

// A file descriptor that the destructor closes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  // Closes the file. If the system reports a delayed write error, returns false and sets errno.
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

// Calls open(2) with O_CLOEXEC. Repeats the call if a signal interrupts it.
inline int open_retrying(const std::string& path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

}  // namespace nst
