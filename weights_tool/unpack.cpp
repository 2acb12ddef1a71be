#include "weights_tool/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <vector>

#include "base/text.hpp"

namespace nst::weights {
namespace {

constexpr std::size_t kPieceBytes = 1 << 18;

[[noreturn]] void fail(const std::string& name, const char* reason) {
  throw Error(ErrorCode::model, one_line(name) + ": damaged or truncated archive: " +
                                    one_line(reason != nullptr ? reason : "unknown reason"));
}

class GzipStream : public UnpackingStream {
 public:
  GzipStream(Bytes packed, std::string name)
      : packed_(packed), name_(std::move(name)), piece_(kPieceBytes) {
    constexpr int kGzip = 16;  // zlib.h: expects gzip's header and trailer
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

struct ArchiveCloser {
  void operator()(archive* handle) const { archive_read_free(handle); }
};

class FilterStream : public UnpackingStream {
 public:
  FilterStream(Bytes packed, std::string name)
      : name_(std::move(name)), owner_(archive_read_new()), piece_(kPieceBytes) {
    if (!owner_) throw std::bad_alloc();
    errno = 0;
    // The results of the following calls are ignored. If libarchive was built without a filter, it
    // warns here, and reports an error only if the file needs the filter.
    archive_read_support_filter_xz(owner_.get());
    archive_read_support_filter_bzip2(owner_.get());
    archive_read_support_filter_zstd(owner_.get());
    check(archive_read_support_format_raw(owner_.get()));
    check(archive_read_open_memory(owner_.get(), packed.data(), packed.size()));
    archive_entry* entry = nullptr;
    check(archive_read_next_header(owner_.get(), &entry));
  }

  Bytes next() override {
    errno = 0;
    const la_ssize_t got = archive_read_data(owner_.get(), piece_.data(), piece_.size());
    check(got);
    return Bytes(piece_).first(static_cast<std::size_t>(got));
  }

 private:
  void check(la_ssize_t status) const {
    if (status >= ARCHIVE_OK && status != ARCHIVE_EOF) return;
    fail_unpacking(name_, owner_.get());
  }

  std::string name_;
  std::unique_ptr<archive, ArchiveCloser> owner_;
  std::vector<std::uint8_t> piece_;
};

}  // namespace

std::unique_ptr<UnpackingStream> unpack(Bytes packed, Content content, const std::string& name) {
  if (content == Content::gzip) return std::make_unique<GzipStream>(packed, name);
  return std::make_unique<FilterStream>(packed, name);
}

void fail_unpacking(const std::string& name, archive* handle) {
  if (errno == ENOMEM || archive_errno(handle) == ENOMEM) throw std::bad_alloc();
  fail(name, archive_error_string(handle));
}

}  // namespace nst::weights
