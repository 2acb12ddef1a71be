// Decompresses files piece by piece. Checks every checksum of the format.
#pragma once

#include <memory>
#include <string>

#include "base/byte_reader.hpp"
#include "model/recognise.hpp"
#include "weights_tool/archive_library.hpp"

namespace nst::weights {

// A compressed file that is decompressed piece by piece.
class UnpackingStream {
 public:
  virtual ~UnpackingStream() = default;
  // Returns the next unpacked bytes, valid until the next call. At the end, checks the checksums
  // and returns no bytes. Throws Error{model} for damage.
  virtual Bytes next() = 0;
};

// Opens a compressed file. `content` is its compression (gzip, xz, bzip2 or zstd), `name` its name
// in messages. `packed` must outlive the stream. gzip is unpacked by zlib, because libarchive
// ignores its CRC-32.
std::unique_ptr<UnpackingStream> unpack(Bytes packed, Content content, const std::string& name);

// Throws Error{model} "<name>: damaged or truncated archive: <reason>". The reason is libarchive's
// message. If libarchive's error number or errno is ENOMEM, throws bad_alloc instead. The caller
// must set errno to 0 before it calls libarchive.
[[noreturn]] void fail_unpacking(const std::string& name, const ArchiveLibrary& library,
                                 archive* handle);

// Frees an object with which libarchive reads an archive.
struct ArchiveCloser {
  const ArchiveLibrary* library;
  void operator()(archive* handle) const { library->archive_read_free(handle); }
};
using ArchiveReader = std::unique_ptr<archive, ArchiveCloser>;
// Makes an object with which libarchive reads an archive. Throws bad_alloc if memory runs out.
ArchiveReader new_reader(const ArchiveLibrary& library);

}  // namespace nst::weights
