// Tests of the limits that control groups set for a process. Folders of files imitate those that
// Linux shows.
#include "platform/control_groups.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/temporary_folder.hpp"

namespace nst::test {
namespace {

namespace fs = std::filesystem;

// A folder used as "/", with /proc/self and the files of control groups.
class Tree {
 public:
  void write(const std::string& path, const std::string& text) const {
    const fs::path file = folder_.path() / path;
    fs::create_directories(file.parent_path());
    (void)folder_.file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  const fs::path& root() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

constexpr const char* kMountV2 =
    "22 1 0:20 / / rw - ext4 /dev/sda rw\n"
    "30 22 0:27 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* kMountV1 =
    "31 22 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

}  // namespace

TEST_CASE("Without control groups nothing is limited") {
  const Tree tree;
  CHECK(processor_quota(tree.root()) == 0);
  CHECK(!group_memory_left(tree.root()));
}

TEST_CASE("cgroup v2: the least quota and memory from the process's own group upwards") {
  const Tree tree;
  tree.write("proc/self/mountinfo", kMountV2);
  tree.write("proc/self/cgroup", "0::/user.slice/app.scope\n");
  const std::string groups = "sys/fs/cgroup/";
  tree.write(groups + "user.slice/app.scope/cpu.max", "max 100000\n");
  tree.write(groups + "user.slice/cpu.max", "150000 100000\n");
  tree.write(groups + "user.slice/app.scope/memory.max", "1000000\n");
  tree.write(groups + "user.slice/app.scope/memory.stat", "anon 400000\nfile 300000\n");
  tree.write(groups + "user.slice/memory.max", "max\n");
  CHECK(processor_quota(tree.root()) == doctest::Approx(1.5));
  REQUIRE(group_memory_left(tree.root()));
  CHECK(*group_memory_left(tree.root()) == 600000);
  // Limits of a cgroup that does not contain this process must be ignored.
  tree.write(groups + "other/cpu.max", "10000 100000\n");
  CHECK(processor_quota(tree.root()) == doctest::Approx(1.5));
}

TEST_CASE("cgroup v1: quota and memory of nested groups in hierarchies of their own") {
  const Tree tree;
  tree.write("proc/self/mountinfo", kMountV1);
  tree.write("proc/self/cgroup", "5:memory:/box\n4:cpu,cpuacct:/box/inner\n1:name=systemd:/\n");
  const std::string cpu = "sys/fs/cgroup/cpu,cpuacct/";
  tree.write(cpu + "cpu.cfs_quota_us", "-1\n");
  tree.write(cpu + "box/cpu.cfs_quota_us", "200000\n");
  tree.write(cpu + "box/cpu.cfs_period_us", "100000\n");
  tree.write(cpu + "box/inner/cpu.cfs_quota_us", "50000\n");
  tree.write(cpu + "box/inner/cpu.cfs_period_us", "100000\n");
  CHECK(processor_quota(tree.root()) == doctest::Approx(0.5));
  CHECK(!group_memory_left(tree.root()));
  const std::string memory = "sys/fs/cgroup/memory/";
  tree.write(memory + "memory.limit_in_bytes", "9223372036854771712\n");
  tree.write(memory + "box/memory.limit_in_bytes", "5000\n");
  tree.write(memory + "box/memory.stat", "cache 1\nrss 1\ntotal_rss 7000\n");
  REQUIRE(group_memory_left(tree.root()));
  CHECK(*group_memory_left(tree.root()) == 0);
}

TEST_CASE("A container whose own group is mounted as the root of the tree") {
  const Tree tree;
  tree.write("proc/self/mountinfo",
             "30 22 0:27 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n");
  tree.write("proc/self/cgroup", "0::/docker/abc\n");
  tree.write("sys/fs/cgroup/cpu.max", "100000 100000\n");
  CHECK(processor_quota(tree.root()) == doctest::Approx(1.0));
  // The group's name leads out of the mounted folder ("/.."). So its limits cannot be read, and
  // those of the mounted folder itself must be used.
  tree.write("proc/self/cgroup", "0::/../elsewhere\n");
  CHECK(processor_quota(tree.root()) == doctest::Approx(1.0));
}

TEST_CASE("Files that are not as expected limit nothing") {
  const Tree tree;
  tree.write("proc/self/mountinfo", std::string("garbage\n - \n1 2 3\n") + kMountV2);
  tree.write("proc/self/cgroup", "no colons\n0::/\n");
  tree.write("sys/fs/cgroup/cpu.max", "many 100000\n");
  tree.write("sys/fs/cgroup/memory.max", "-5x\n");
  CHECK(processor_quota(tree.root()) == 0);
  CHECK(!group_memory_left(tree.root()));
  tree.write("sys/fs/cgroup/cpu.max", "100000 0\n");
  CHECK(processor_quota(tree.root()) == 0);
}

}  // namespace nst::test
