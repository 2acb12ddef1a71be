// Temporary files that a signal may leave behind: their names where a signal handler can read them.
#pragma once

#include <string>

namespace nst {

// Registers a file that is about to be created; on scope exit removes it, unless keep() was called.
// A handful at a time are within reach of a signal handler (nst::remove_unfinished_files), which is
// more than the threads of any program write.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(std::string path);
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  const std::string& path() const { return path_; }
  // The file now has its own name, or was never made: it is not removed.
  void keep();

 private:
  std::string path_;
  int slot_;  // -1: not registered
};

}  // namespace nst
