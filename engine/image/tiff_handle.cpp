#include "image/tiff_handle.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <exception>

namespace nst::codec {

// The functions that libtiff calls to read, write and report errors. None of them throws.
struct TiffHandle::Calls {
  static State& state(thandle_t handle) { return *static_cast<State*>(handle); }

  static std::uint64_t end_of(const State& s) {
    return s.writes ? s.written.size() : s.read.size();
  }

  static tmsize_t read(thandle_t handle, void* to, tmsize_t size) {
    State& s = state(handle);
    const std::uint64_t end = end_of(s);
    if (size <= 0 || s.at >= end) return 0;
    const std::uint64_t count =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(size), end - s.at);
    std::memcpy(to, (s.writes ? s.written.data() : s.read.data()) + s.at, count);
    s.at += count;
    return static_cast<tmsize_t>(count);
  }

  static tmsize_t write(thandle_t handle, void* from, tmsize_t size) {
    State& s = state(handle);
    if (!s.writes || size <= 0) return 0;
    const auto count = static_cast<std::uint64_t>(size);
    try {
      if (s.at + count > s.written.size()) s.written.resize(s.at + count);
    } catch (const std::exception&) {
      s.out_of_memory = true;
      return 0;
    }
    std::memcpy(s.written.data() + s.at, from, count);
    s.at += count;
    return size;
  }

  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    State& s = state(handle);
    if (whence == SEEK_SET) s.at = offset;
    if (whence == SEEK_CUR) s.at += offset;
    if (whence == SEEK_END) s.at = end_of(s) + offset;
    return s.at;
  }

  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return end_of(state(handle)); }

  // Gives libtiff the address of the file's bytes, so that it can read them without copying.
  static int map(thandle_t handle, void** base, toff_t* size) {
    const State& s = state(handle);
    if (s.writes) return 0;
    *base = const_cast<std::uint8_t*>(s.read.data());
    *size = s.read.size();
    return 1;
  }
  static void unmap(thandle_t, void*, toff_t) {}

  static int on_error(TIFF*, void* user, const char*, const char* format, std::va_list arguments) {
    State& s = state(user);
    if (!s.error.empty()) return 1;
    char text[200];
    std::vsnprintf(text, sizeof text, format, arguments);
    for (char* c = text; *c != '\0'; ++c) {
      if (*c < ' ') *c = ' ';
    }
    try {
      s.error = text;
    } catch (const std::exception&) {
      s.out_of_memory = true;
    }
    return 1;
  }

  // Ignores libtiff's warnings. They report only unknown tags, and values that libtiff repairs.
  static int on_warning(TIFF*, void*, const char*, const char*, std::va_list) { return 1; }
};

TiffHandle::TiffHandle(Bytes bytes, std::uint64_t most_at_once) {
  state_.read = bytes;
  open("r", most_at_once);
}

TiffHandle::TiffHandle() {
  state_.writes = true;
  open("wl", 0);
}

void TiffHandle::open(const char* mode, std::uint64_t most_at_once) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr) return;
  TIFFOpenOptionsSetErrorHandlerExtR(options, Calls::on_error, &state_);
  TIFFOpenOptionsSetWarningHandlerExtR(options, Calls::on_warning, &state_);
  TIFFOpenOptionsSetMaxSingleMemAlloc(
      options, static_cast<tmsize_t>(std::min<std::uint64_t>(most_at_once, PTRDIFF_MAX)));
  tiff_ = TIFFClientOpenExt("picture", mode, &state_, Calls::read, Calls::write, Calls::seek,
                            Calls::close, Calls::size, Calls::map, Calls::unmap, options);
  TIFFOpenOptionsFree(options);
}

TiffHandle::~TiffHandle() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
}

std::vector<std::uint8_t> TiffHandle::finish() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
  tiff_ = nullptr;
  return std::move(state_.written);
}

}  // namespace nst::codec
