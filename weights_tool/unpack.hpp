// Compressed files, unpacked piece by piece, every checksum of the format checked.
#pragma once

#include <memory>
#include <string>

#include "base/byte_reader.hpp"
#include "model/recognise.hpp"

struct archive;

namespace nst::weights {

class UnpackingStream {
 public:
  virtual ~UnpackingStream() = default;
  // The next bytes, valid until the next call; none at the end, once the checksums have been
  // compared. Throws Error{model} for damage.
  virtual Bytes next() = 0;
};

// `packed` is of the kind `content` (gzip, xz, bzip2 or zstd) and must outlive the stream; `name`
// is the file's in messages. gzip's CRC-32 is checked by zlib: libarchive ignores it.
std::unique_ptr<UnpackingStream> unpack(Bytes packed, Content content, const std::string& name);

// Throws Error{model} "<name>: damaged or truncated archive: <reason>", or bad_alloc if memory was
// the reason, which libarchive may leave unsaid.
[[noreturn]] void fail_unpacking(const std::string& name, archive* handle);

}  // namespace nst::weights
