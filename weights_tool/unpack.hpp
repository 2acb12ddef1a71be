// Decompression of files piece by piece. Every checksum of the format is checked.
#pragma once

#include <memory>
#include <string>

#include "base/byte_reader.hpp"
#include "model/recognise.hpp"

struct archive;

namespace nst::weights {

// A compressed file, decompressed piece by piece.
class UnpackingStream {
 public:
  virtual ~UnpackingStream() = default;
  // Returns the next bytes, valid until the next call; empty at the end, after the checksums have
  // been checked. Throws Error{model} for damage.
  virtual Bytes next() = 0;
};

// Opens a compressed file. `content` is its kind (gzip, xz, bzip2 or zstd), `name` its name in
// messages. `packed` must outlive the stream. zlib checks the CRC-32 of gzip, which libarchive
// ignores.
std::unique_ptr<UnpackingStream> unpack(Bytes packed, Content content, const std::string& name);

// Throws Error{model} "<name>: damaged or truncated archive: <reason>". Throws bad_alloc if memory
// ran out: libarchive says so, or errno does, which the caller sets to 0 before it calls
// libarchive.
[[noreturn]] void fail_unpacking(const std::string& name, archive* handle);

}  // namespace nst::weights
