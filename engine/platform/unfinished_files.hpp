// Temporary files that a signal may leave behind. Their names are stored where a signal handler can
// read them.
#pragma once

#include <string>

namespace nst {

// Registers a file that is about to be created. The destructor removes it unless keep() was called.
// A signal handler (nst::remove_unfinished_files) can reach 16 files at a time, more than any
// program writes.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(std::string path);
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  const std::string& path() const { return path_; }
  // Keeps the file: it now has its final name, or was never created.
  void keep();

 private:
  std::string path_;
  int slot_;  // index of the file's slot; -1: not registered
};

}  // namespace nst
