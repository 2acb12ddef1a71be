// A TIFF file in memory, opened by libtiff. libtiff's first error is stored and its warnings are
// ignored; nothing is printed.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::codec {

class TiffHandle {
 public:
  // Opens a file for reading. `bytes` must outlive the handle. No single allocation of libtiff may
  // exceed `most_at_once` bytes.
  TiffHandle(Bytes bytes, std::uint64_t most_at_once);
  // Opens a new file in memory for writing. It is a classic TIFF (not BigTIFF) in little-endian
  // order.
  TiffHandle();
  ~TiffHandle();
  TiffHandle(const TiffHandle&) = delete;
  TiffHandle& operator=(const TiffHandle&) = delete;

  // Returns libtiff's handle; null if opening failed.
  TIFF* get() const { return tiff_; }
  // Returns the first error that libtiff reported; "" if none.
  const std::string& error() const { return state_.error; }
  // Returns true if there was not enough memory to write the file or to store an error.
  bool out_of_memory() const { return state_.out_of_memory; }
  // Ends the writing of a file and returns the file's bytes.
  std::vector<std::uint8_t> finish();

  // Returns the value of a field with one number. If the file lacks the field, returns the default
  // of TIFF 6.0 or, if there is no default, `otherwise`.
  template <typename T>
  T field(std::uint32_t tag, T otherwise) const {
    T value{};
    return TIFFGetFieldDefaulted(tiff_, tag, &value) == 1 ? value : otherwise;
  }

 private:
  struct State {
    Bytes read = {};
    std::vector<std::uint8_t> written = {};
    bool writes = false;
    std::uint64_t at = 0;
    std::string error = {};
    bool out_of_memory = false;
  };
  struct Calls;

  void open(const char* mode, std::uint64_t most_at_once);

  State state_;
  TIFF* tiff_ = nullptr;
};

}  // namespace nst::codec
