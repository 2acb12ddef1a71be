#include "weights_tool/unpack.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <vector>

#include "base/text.hpp"

namespace nst::weights {
namespace {

constexpr std::size_t kPieceBytes = 1 << 16;

[[noreturn]] void fail(const std::string& name, const char* reason) {
  throw Error(ErrorCode::model, one_line(name) + ": damaged or truncated archive: " +
                                    one_line(reason != nullptr ? reason : "unknown reason"));
}

class GzipStream : public UnpackingStream {
 public:
  GzipStream(Bytes packed, std::string name)
      : packed_(packed), name_(std::move(name)), piece_(kPieceBytes) {
    // inflateInit2 expects gzip's header and trailer if this is added to windowBits (zlib.h).
    constexpr int kGzip = 16;
    const int status = inflateInit2(&stream_, MAX_WBITS + kGzip);
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK) fail(name_, stream_.msg);
  }
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;
  ~GzipStream() override { inflateEnd(&stream_); }

  Bytes next() override {
    stream_.next_out = piece_.data();
    stream_.avail_out = static_cast<uInt>(piece_.size());
    while (stream_.avail_out > 0 && !is_done_) {
      if (stream_.avail_in == 0) {
        const Bytes part = packed_.first(std::min<std::size_t>(packed_.size(), UINT_MAX));
        stream_.next_in = const_cast<Bytef*>(part.data());
        stream_.avail_in = static_cast<uInt>(part.size());
        packed_ = packed_.subspan(part.size());
      }
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status == Z_STREAM_END) {
        finish_member();
      } else if (status != Z_OK) {
        fail(name_, status == Z_BUF_ERROR ? "it ends early" : stream_.msg);
      }
    }
    return Bytes(piece_).first(piece_.size() - stream_.avail_out);
  }

 private:
  // Ends a member of a gzip file and begins the next one, if there is one. Zeros or foreign bytes
  // after the last member are ignored, as gzip does.
  void finish_member() {
    const Bytes rest = Bytes(stream_.next_in, stream_.avail_in);
    is_done_ = rest.size() < 2 || rest[0] != 0x1f || rest[1] != 0x8b;
    if (!is_done_) inflateReset(&stream_);
  }

  Bytes packed_;
  std::string name_;
  std::vector<std::uint8_t> piece_;
  z_stream stream_{};
  bool is_done_ = false;
};

class FilterStream : public UnpackingStream {
 public:
  FilterStream(Bytes packed, std::string name)
      : name_(std::move(name)),
        library_(archive_library(name_)),
        owner_(new_reader(library_)),
        piece_(kPieceBytes) {
    errno = 0;
    // The results of these three calls are ignored: if libarchive was built without a filter, it
    // warns here. It still reports an error later if the file needs that filter.
    library_.archive_read_support_filter_xz(owner_.get());
    library_.archive_read_support_filter_bzip2(owner_.get());
    library_.archive_read_support_filter_zstd(owner_.get());
    check(library_.archive_read_support_format_raw(owner_.get()));
    check(library_.archive_read_open_memory(owner_.get(), packed.data(), packed.size()));
    archive_entry* entry = nullptr;
    check(library_.archive_read_next_header(owner_.get(), &entry));
  }

  Bytes next() override {
    errno = 0;
    const la_ssize_t got = library_.archive_read_data(owner_.get(), piece_.data(), piece_.size());
    check(got);
    return Bytes(piece_).first(static_cast<std::size_t>(got));
  }

 private:
  void check(la_ssize_t status) const {
    if (status >= ARCHIVE_OK && status != ARCHIVE_EOF) return;
    fail_unpacking(name_, library_, owner_.get());
  }

  std::string name_;
  const ArchiveLibrary& library_;
  ArchiveReader owner_;
  std::vector<std::uint8_t> piece_;
};

}  // namespace

std::unique_ptr<UnpackingStream> unpack(Bytes packed, Content content, const std::string& name) {
  if (content == Content::gzip) return std::make_unique<GzipStream>(packed, name);
  return std::make_unique<FilterStream>(packed, name);
}

void fail_unpacking(const std::string& name, const ArchiveLibrary& library, archive* handle) {
  if (errno == ENOMEM || library.archive_errno(handle) == ENOMEM) throw std::bad_alloc();
  fail(name, library.archive_error_string(handle));
}

ArchiveReader new_reader(const ArchiveLibrary& library) {
  ArchiveReader reader(library.archive_read_new(), {&library});
  if (!reader) throw std::bad_alloc();
  return reader;
}

}  // namespace nst::weights
