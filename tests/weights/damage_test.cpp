// Tests with damaged files. Whatever is cut off or flipped, the result must be an error of one line
// and never a crash. The sanitizer builds run these tests, too.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "platform/file.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/convert.hpp"
#include "weights_tool/file_set.hpp"
#include "weights_tool/sstable.hpp"

namespace fs = std::filesystem;
using nst::Bytes;
using nst::DType;
using nst::ErrorCode;
using nst::test::expect_error;
using nst::test::TemporaryFolder;
using nst::test::weight_fixture;

namespace {

constexpr std::uint64_t kSeed = 5;
constexpr int kRounds = 1000;

std::vector<std::uint8_t> content(const std::string& path) {
  const nst::FileContents file(path, ErrorCode::input);
  return {file.bytes().begin(), file.bytes().end()};
}

// Returns `good` with one damage, chosen by the round's number. Even rounds flip one bit, odd
// rounds cut off the end.
std::vector<std::uint8_t> damaged(const std::vector<std::uint8_t>& good, int round) {
  const std::uint64_t random = nst::splitmix64(kSeed + static_cast<std::uint64_t>(round));
  std::vector<std::uint8_t> bad = good;
  if (round % 2 == 0) {
    bad[random / 8 % bad.size()] ^= static_cast<std::uint8_t>(1u << (random % 8));
  } else {
    bad.resize(random % bad.size());
  }
  return bad;
}

// Damages a file whose format has no checksums, in many rounds. Returns the number of rounds in
// which the file is refused. In all other rounds the file must be readable without a crash.
template <typename Read>
int count_refusals(const std::vector<std::uint8_t>& good, Read&& read) {
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto bad = damaged(good, round);
    CAPTURE(round);
    try {
      read(bad);
    } catch (const nst::Error& error) {
      REQUIRE(error.code() == ErrorCode::model);
      REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
      ++refused;
    }
  }
  return refused;
}

void read_everything(const std::string& path) {
  const auto source = nst::weights::open_source(path);
  for (const auto& tensor : source->tensors()) source->read(tensor.name);
}

}  // namespace

TEST_CASE("2,000 damaged model files are all refused") {
  INFO("seed " << kSeed);
  const auto conversion = nst::weights::convert_sources({weight_fixture("checkpoint")});
  const auto good = nst::build_model_file(conversion.description, conversion.tensors, DType::f32);
  CHECK_NOTHROW(nst::parse_model_file(good, "m"));
  for (int round = 0; round < 2 * kRounds; ++round) {
    const auto bad = damaged(good, round);
    CAPTURE(round);
    expect_error(ErrorCode::model, [&] { nst::parse_model_file(bad, "m"); });
  }
}

TEST_CASE("2,000 damaged checkpoint indexes are all refused") {
  INFO("seed " << kSeed);
  const auto good = content(weight_fixture("checkpoint/model.ckpt.index"));
  CHECK_NOTHROW(nst::weights::read_sstable(good, "i"));
  for (int round = 0; round < 2 * kRounds; ++round) {
    const auto bad = damaged(good, round);
    CAPTURE(round);
    expect_error(ErrorCode::model, [&] { nst::weights::read_sstable(bad, "i"); });
  }
}

TEST_CASE("A damaged index is refused through the front door, too") {
  const TemporaryFolder folder;
  fs::copy(weight_fixture("missing"), folder.path());
  const auto good = content(folder.file("model.ckpt.index"));
  for (int round = 0; round < 100; ++round) {
    folder.file("model.ckpt.index", damaged(good, round));
    CAPTURE(round);
    expect_error(ErrorCode::model, [&] { read_everything(folder.file("model.ckpt")); });
  }
}

TEST_CASE("Every flipped bit of a tensor in a checkpoint's shard is noticed") {
  const TemporaryFolder folder;
  fs::copy(weight_fixture("missing"), folder.path());
  const auto good = content(folder.file("model.ckpt.data-00000-of-00001"));
  for (int round = 0; round < 200; round += 2) {
    folder.file("model.ckpt.data-00000-of-00001", damaged(good, round));
    CAPTURE(round);
    expect_error(ErrorCode::model, [&] { read_everything(folder.file("model.ckpt")); });
  }
}

TEST_CASE("Damaged TFLite files are refused or read, never more") {
  INFO("seed " << kSeed);
  const TemporaryFolder folder;
  const auto good = content(weight_fixture("transformer_int8.tflite"));
  const int refused = count_refusals(good, [&](const std::vector<std::uint8_t>& bad) {
    read_everything(folder.file("m.tflite", bad));
  });
  // Every second round truncates the file, and every truncated file must be refused.
  CHECK(refused >= kRounds / 2);
}

TEST_CASE("Damaged TF.js manifests are refused or read, never more") {
  INFO("seed " << kSeed);
  const TemporaryFolder folder;
  fs::copy(weight_fixture("tfjs"), folder.path());
  const auto good = content(folder.file("model.json"));
  const int refused = count_refusals(good, [&](const std::vector<std::uint8_t>& bad) {
    read_everything(folder.file("model.json", bad));
  });
  CHECK(refused >= kRounds / 2);
}

TEST_CASE("Damaged saved_model.pb files are refused or read, never more") {
  INFO("seed " << kSeed);
  const TemporaryFolder folder;
  fs::copy(weight_fixture("saved_model_unnamed"), folder.path(), fs::copy_options::recursive);
  const auto good = content(folder.file("saved_model.pb"));
  count_refusals(good, [&](const std::vector<std::uint8_t>& bad) {
    folder.file("saved_model.pb", bad);
    read_everything(folder.path().string());
  });
}

TEST_CASE("Damaged archives are refused or read, never more") {
  if (!NST_WEIGHTS_READ_ARCHIVES) {
    MESSAGE("skipped: this build has no libarchive");
    return;
  }
  const TemporaryFolder folder;
  const auto good = content(weight_fixture("missing.tar.gz"));
  for (int round = 0; round < 100; ++round) {
    const std::string path = folder.file("m.tar.gz", damaged(good, round));
    CAPTURE(round);
    try {
      read_everything(path);
    } catch (const nst::Error& error) {
      REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
}

#if NST_WEIGHTS_READ_ARCHIVES
TEST_CASE("A zip whose list of members runs past its end is damaged, not out of memory") {
  std::vector<std::uint8_t> zip = content(weight_fixture("packed/tfjs.zip"));
  const std::uint8_t kEntry[] = {'P', 'K', 1, 2};
  const auto last = std::find_end(zip.begin(), zip.end(), std::begin(kEntry), std::end(kEntry));
  REQUIRE(last != zip.end());
  // The last member's entry now states a comment of 65535 bytes, which ends after the file's end.
  last[32] = 255;
  last[33] = 255;
  const std::string message =
      expect_error(ErrorCode::model, [&] { nst::weights::FileSet::archive("a.zip", zip); });
  CHECK_MESSAGE(nst::test::contains(message, "damaged or truncated archive"), message);
}
#endif
