// Implements FileSet::archive: reads archives with libarchive, if CMake found it.
#include <locale.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>

#include "base/text.hpp"
#include "model/recognise.hpp"
#include "weights_tool/file_set.hpp"

#if NST_HAVE_LIBARCHIVE
#include "weights_tool/archive_library.hpp"
#include "weights_tool/unpack.hpp"
#endif

namespace nst::weights {

#if NST_HAVE_LIBARCHIVE
namespace {

using Buffer = std::vector<std::uint8_t>;

// Returns true for files that no model needs. An archive may also contain training logs, pictures
// and programs of any size.
bool is_needless(const std::string& name) {
  if (name.find(".tfevents.") != std::string::npos) return true;
  for (const char* extension : {".meta", ".png", ".jpg", ".jpeg", ".gif", ".mp4", ".pdf", ".ipynb",
                                ".py", ".md", ".html"}) {
    if (name.ends_with(extension)) return true;
  }
  return false;
}

// Returns the name without a leading "./", because "./a/b" and "a/b" are the same file.
std::string clean_name(std::string name) {
  while (name.starts_with("./")) name.erase(0, 2);
  return name;
}

// Counts the bytes and names that an archive unpacks to. Throws Error{limit} if there are too many.
class Budget {
 public:
  Budget(const std::string& path, std::uint64_t packed_bytes, const ArchiveLimits& limits)
      : path_(path),
        limits_(limits),
        max_bytes_(std::min(
            limits.max_bytes,
            std::max(limits.always_bytes,
                     packed_bytes * std::min(limits.max_ratio, UINT64_MAX / (packed_bytes + 1))))) {
  }

  void take(std::size_t bytes) {
    bytes_ += bytes;
    if (bytes_ > max_bytes_) {
      throw Error(ErrorCode::limit, one_line(path_) + ": unpacks to more than " +
                                        std::to_string(max_bytes_ >> 20) +
                                        " MiB; unpack it yourself and give the folder");
    }
  }
  void take_name(const std::string& name) {
    // Counted for each name in addition to its length, so that very many short names are refused.
    constexpr std::uint64_t kHeaderBytes = 64;
    names_bytes_ += name.size() + kHeaderBytes;
    if (names_bytes_ > limits_.max_names_bytes) {
      throw Error(ErrorCode::limit, one_line(path_) +
                                        ": holds too many files for a model; unpack " +
                                        "it yourself and give the model's folder");
    }
  }

 private:
  const std::string& path_;
  ArchiveLimits limits_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  std::uint64_t names_bytes_ = 0;
};

// Sets a UTF-8 locale for the current thread; the destructor restores the previous one. Zip
// archives store names in UTF-8, and libarchive drops names that the current locale cannot
// represent.
class Utf8Locale {
 public:
  Utf8Locale() : own_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (own_ != nullptr) before_ = ::uselocale(own_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    if (own_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(own_);
  }

 private:
  locale_t own_;
  locale_t before_ = nullptr;
};

// Reads the members of an archive: a tar or zip in memory, or a tar that a decompressing stream
// delivers.
class MemberReader {
 public:
  MemberReader(const std::string& path, Bytes bytes, UnpackingStream* rest)
      : path_(path),
        head_(bytes),
        rest_(rest),
        library_(archive_library(path)),
        owner_(new_reader(library_)) {
    archive* const handle = owner_.get();
    errno = 0;
    check(library_.archive_read_support_format_tar(handle));
    check(library_.archive_read_support_format_zip_seekable(handle));
    // With this option, libarchive returns the bytes of the members' names unchanged, whatever the
    // locale is.
    library_.archive_read_set_options(handle, "hdrcharset=BINARY");
    check(rest == nullptr
              ? library_.archive_read_open_memory(handle, bytes.data(), bytes.size())
              : library_.archive_read_open(handle, this, nullptr, &MemberReader::read, nullptr));
  }

  // Returns the header of the archive's next member, or null after the last member.
  archive_entry* next() {
    for (;;) {
      archive_entry* entry = nullptr;
      errno = 0;
      const int status = library_.archive_read_next_header(owner_.get(), &entry);
      if (status == ARCHIVE_EOF) return nullptr;
      // Ignores warnings: they concern header fields that do not matter here, such as times.
      if (status < ARCHIVE_WARN) check(status);
      if (entry != nullptr) return entry;
    }
  }

  const ArchiveLibrary& library() const { return library_; }

  Bytes data() {
    buffer_.resize(1 << 16);
    errno = 0;
    const la_ssize_t got = library_.archive_read_data(owner_.get(), buffer_.data(), buffer_.size());
    check(got);
    return Bytes(buffer_).first(static_cast<std::size_t>(got));
  }

 private:
  static la_ssize_t read(archive* handle, void* self, const void** piece) {
    auto& reader = *static_cast<MemberReader*>(self);
    try {
      const Bytes bytes = reader.head_.empty() ? reader.rest_->next() : reader.head_;
      reader.head_ = {};
      *piece = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      reader.error_ = std::current_exception();
      reader.library_.archive_set_error(handle, EIO, "cannot unpack");
      return ARCHIVE_FATAL;
    }
  }

  void check(la_ssize_t status) const {
    if (error_) std::rethrow_exception(error_);
    if (status >= ARCHIVE_OK) return;
    fail_unpacking(path_, library_, owner_.get());
  }

  // Must be declared before owner_, because libarchive uses the locale that the thread has when
  // the reader is made.
  Utf8Locale locale_;
  const std::string& path_;
  Bytes head_;
  UnpackingStream* rest_;
  std::exception_ptr error_;
  const ArchiveLibrary& library_;
  ArchiveReader owner_;
  Buffer buffer_;
};

// Returns a member's name in the bytes that the archive stores. If libarchive has the name only in
// UTF-8, returns that.
std::string member_name(const ArchiveLibrary& library, archive_entry* entry) {
  const char* name = library.archive_entry_pathname(entry);
  if (name == nullptr) name = library.archive_entry_pathname_utf8(entry);
  return name == nullptr ? "" : clean_name(name);
}

using Members = std::map<std::string, std::shared_ptr<const Buffer>>;

Members read_members(MemberReader& reader, Budget& budget) {
  const ArchiveLibrary& library = reader.library();
  Members members;
  while (archive_entry* entry = reader.next()) {
    std::string name = member_name(library, entry);
    if (name.empty()) name = "member " + std::to_string(members.size() + 1);
    budget.take_name(name);
    if (const char* link = library.archive_entry_hardlink(entry)) {
      const auto it = members.find(clean_name(link));
      if (it != members.end()) members[name] = it->second;
      continue;
    }
    if (library.archive_entry_filetype(entry) != AE_IFREG) continue;
    const bool is_kept = !is_needless(name);
    auto buffer = std::make_shared<Buffer>();
    // Lets the buffer grow with the bytes that really arrive, because the size in the header may be
    // wrong or hostile.
    for (Bytes piece = reader.data(); !piece.empty(); piece = reader.data()) {
      budget.take(piece.size());
      if (is_kept) buffer->insert(buffer->end(), piece.begin(), piece.end());
    }
    // If two members have the same name, the last one is used, as by tar.
    if (is_kept) members[name] = std::move(buffer);
  }
  return members;
}

// Returns the file name without its last extension; "1.tflite.gz" gives "1.tflite".
std::string unpacked_name(const std::string& path) {
  const std::filesystem::path name = std::filesystem::path(path).filename();
  return name.has_extension() ? name.stem().string() : name.string();
}

Members read_compressed(const std::string& path, Bytes packed, Content content, Budget& budget) {
  const std::unique_ptr<UnpackingStream> stream = unpack(packed, content, path);
  constexpr std::size_t kTarBlock = 512;
  Buffer head;
  bool is_more = true;
  const auto grow = [&] {
    const Bytes piece = stream->next();
    is_more = !piece.empty();
    budget.take(piece.size());
    head.insert(head.end(), piece.begin(), piece.end());
  };
  while (is_more && head.size() < kTarBlock) grow();
  if (!is_tar(head)) {
    while (is_more) grow();
    return {{unpacked_name(path), std::make_shared<const Buffer>(std::move(head))}};
  }
  MemberReader reader(path, head, stream.get());
  Members members = read_members(reader, budget);
  // Reads the compressed stream to its end. The tar ends earlier, but the stream's checksum is at
  // the end.
  for (Bytes piece = stream->next(); !piece.empty(); piece = stream->next()) {
    budget.take(piece.size());
  }
  return members;
}

}  // namespace

FileSet FileSet::archive(const std::string& path, Bytes packed, const ArchiveLimits& limits) {
  Budget budget(path, packed.size(), limits);
  const Content content = recognise(packed);
  Members members;
  if (content == Content::tar || content == Content::zip) {
    MemberReader reader(path, packed, nullptr);
    members = read_members(reader, budget);
  } else {
    members = read_compressed(path, packed, content, budget);
  }
  std::map<std::string, FileData> unpacked;
  for (auto& [name, buffer] : members) unpacked[name] = {*buffer, buffer};
  return FileSet::members(path, unpacked);
}

#else

FileSet FileSet::archive(const std::string& path, Bytes, const ArchiveLimits&) {
  throw Error(ErrorCode::model, one_line(path) +
                                    ": this build has no libarchive; unpack it and give the "
                                    "folder");
}

#endif

}  // namespace nst::weights
