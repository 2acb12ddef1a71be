// libarchive, loaded when the first archive is read. If nst-weights were linked with it, every
// start would load libxml2 and ICU, which libarchive needs for kinds of archives that NST does not
// read.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>

namespace nst::weights {

// The functions of libarchive that NST calls, without their prefix "archive_".
#define NST_ARCHIVE_FUNCTIONS(F)      \
  F(entry_filetype)                   \
  F(entry_hardlink)                   \
  F(entry_pathname)                   \
  F(entry_pathname_utf8)              \
  F(errno)                            \
  F(error_string)                     \
  F(read_data)                        \
  F(read_free)                        \
  F(read_new)                         \
  F(read_next_header)                 \
  F(read_open)                        \
  F(read_open_memory)                 \
  F(read_set_options)                 \
  F(read_support_filter_bzip2)        \
  F(read_support_filter_xz)           \
  F(read_support_filter_zstd)         \
  F(read_support_format_raw)          \
  F(read_support_format_tar)          \
  F(read_support_format_zip_seekable) \
  F(set_error)

struct ArchiveLibrary {
#define NST_ARCHIVE_POINTER(name) decltype(&::archive_##name) archive_##name = nullptr;
  NST_ARCHIVE_FUNCTIONS(NST_ARCHIVE_POINTER)
#undef NST_ARCHIVE_POINTER
};

// Returns libarchive's functions. Loads the library at the first call. Throws Error{model} if the
// library cannot be loaded or lacks one of the functions. `path` is the archive's name in the
// message. May be called by several threads.
const ArchiveLibrary& archive_library(const std::string& path);

}  // namespace nst::weights
