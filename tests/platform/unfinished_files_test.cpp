// Tests that a signal handler removes temporary files.
#include "platform/unfinished_files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "base/temporary_folder.hpp"
#include "nst/nst.hpp"

namespace nst::test {

namespace fs = std::filesystem;

TEST_CASE("A file that is not kept is removed at the end of its scope") {
  const TemporaryFolder folder;
  { const UnfinishedFile file(folder.file("gone", {})); }
  CHECK(!fs::exists(folder.file("gone")));
  {
    UnfinishedFile file(folder.file("kept", {}));
    file.keep();
    remove_unfinished_files();
  }
  CHECK(fs::exists(folder.file("kept")));
}

TEST_CASE("remove_unfinished_files removes every registered file, and no other") {
  const TemporaryFolder folder;
  std::vector<std::unique_ptr<UnfinishedFile>> files;
  for (int i = 0; i < 10; ++i) {
    files.push_back(std::make_unique<UnfinishedFile>(folder.file(std::to_string(i), {})));
  }
  (void)folder.file("other", {});
  remove_unfinished_files();
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  CHECK(fs::exists(folder.file("other")));
}

TEST_CASE("More files than a handler can see are still removed at the end") {
  const TemporaryFolder folder;
  {
    std::vector<std::unique_ptr<UnfinishedFile>> files;
    for (int i = 0; i < 40; ++i) {
      files.push_back(std::make_unique<UnfinishedFile>(folder.file(std::to_string(i), {})));
    }
  }
  CHECK(fs::is_empty(folder.path()));
  { const UnfinishedFile too_long(folder.file(std::string(5000, 'n'))); }
}

}  // namespace nst::test
