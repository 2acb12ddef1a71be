// A TIFF file in memory, opened by libtiff. Errors and warnings of libtiff stay here.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.hpp"

namespace nst::codec {

class TiffHandle {
 public:
  // Opens a file for reading. `bytes` must outlive the handle. `most_at_once` bounds each single
  // allocation of libtiff.
  TiffHandle(Bytes bytes, std::uint64_t most_at_once);
  // Opens a new file for writing, a classic little-endian one.
  TiffHandle();
  ~TiffHandle();
  TiffHandle(const TiffHandle&) = delete;
  TiffHandle& operator=(const TiffHandle&) = delete;

  // Returns libtiff's handle; null if opening failed.
  TIFF* get() const { return tiff_; }
  // Returns the first error that libtiff reported; "" if none.
  const std::string& error() const { return state_.error; }
  // Returns true if memory ran out while writing.
  bool out_of_memory() const { return state_.out_of_memory; }
  // Closes a file that was written and returns its bytes.
  std::vector<std::uint8_t> finish();

  // Returns a field of one number, or the default that TIFF 6.0 gives it.
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
