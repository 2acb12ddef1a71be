#include "platform/unfinished_files.hpp"

#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstring>
#include <utility>

#include "nst/files.hpp"

namespace nst {
namespace {

struct Slot {
  std::atomic<bool> taken{false};
  // true: `path` contains a whole name, so that remove_unfinished_files may delete this file.
  std::atomic<bool> named{false};
  char path[PATH_MAX] = {};
};

constexpr int kSlots = 16;
constinit Slot slots[kSlots];

// Stores the name in a free slot and returns the slot's index. Returns -1 if all slots are taken or
// the name is too long.
int register_name(const std::string& path) {
  if (path.size() >= sizeof Slot::path) return -1;
  for (int i = 0; i < kSlots; ++i) {
    if (slots[i].taken.exchange(true)) continue;
    std::memcpy(slots[i].path, path.c_str(), path.size() + 1);
    slots[i].named = true;
    return i;
  }
  return -1;
}

void release(int slot) {
  if (slot < 0) return;
  slots[slot].named = false;
  slots[slot].taken = false;
}

}  // namespace

UnfinishedFile::UnfinishedFile(std::string path)
    : path_(std::move(path)), slot_(register_name(path_)) {}

UnfinishedFile::~UnfinishedFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
  release(slot_);
}

void UnfinishedFile::keep() {
  release(std::exchange(slot_, -1));
  path_.clear();
}

void remove_unfinished_files() noexcept {
  for (Slot& slot : slots) {
    if (slot.named) ::unlink(slot.path);
  }
}

}  // namespace nst
