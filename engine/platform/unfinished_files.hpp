// Removes temporary files when a signal ends the process. Their names are stored where a signal
// handler can read them.
#pragma once

#include <string>

namespace nst {

// Registers a file that is about to be created. The destructor removes the file unless keep() was
// called. A signal handler (nst::remove_unfinished_files) can remove up to 16 files; the programs
// of NST write fewer files at a time.
class UnfinishedFile {
 public:
  explicit UnfinishedFile(std::string path);
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  const std::string& path() const { return path_; }
  // Makes the destructor and the signal handler leave the file alone. Called when the file has been
  // renamed to its final name, or could not be created.
  void keep();

 private:
  std::string path_;
  // Index of the slot in which the signal handler finds the file's name; -1 if there is none.
  int slot_;
};

}  // namespace nst
