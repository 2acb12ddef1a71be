// Tests of models in archives and folders, as people pack them: in subfolders, with several models
// in one folder, with files that macOS adds.
#if NST_WEIGHTS_READ_ARCHIVES
#include <zlib.h>
#endif

#include <filesystem>
#include <fstream>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "platform/file.hpp"
#include "support/tar.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/file_set.hpp"
#include "weights_tool/source.hpp"

namespace fs = std::filesystem;
using nst::ErrorCode;
using nst::test::contains;
using nst::test::expect_error;
using nst::test::TemporaryFolder;
using nst::test::weight_fixture;
using nst::weights::FileSet;
using nst::weights::open_source;

namespace {

using Buffer = std::vector<std::uint8_t>;

Buffer content(const std::string& path) {
  const nst::FileContents file(path, ErrorCode::input);
  return {file.bytes().begin(), file.bytes().end()};
}

std::string refusal(const std::string& path, ErrorCode code = ErrorCode::model) {
  return expect_error(code, [&] { open_source(path); });
}

Buffer tar_of(const std::vector<std::pair<std::string, Buffer>>& files) {
  return nst::test::tar_of({files.begin(), files.end()});
}

#if NST_WEIGHTS_READ_ARCHIVES
Buffer gzip_of(const Buffer& data) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  Buffer packed(deflateBound(&stream, data.size()) + 64);
  stream.next_in = const_cast<Bytef*>(data.data());
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}
#else
Buffer gzip_of(const Buffer& data) { return data; }
#endif

bool reads_archives() {
  if (!NST_WEIGHTS_READ_ARCHIVES) MESSAGE("skipped: this build has no libarchive");
  return NST_WEIGHTS_READ_ARCHIVES;
}

const std::string kTflite = "transformer_int8.tflite";

}  // namespace

TEST_CASE("Every kind of archive gives the tensors of what is packed in it") {
  if (!reads_archives()) return;
  const std::string tflite = open_source(weight_fixture(kTflite))->sha256();
  for (const char* extension : {"tar", "tar.gz", "tar.xz", "tar.bz2", "zip"}) {
    CAPTURE(extension);
    CHECK(open_source(weight_fixture(std::string("packed/tflite.") + extension))->sha256() ==
          tflite);
    for (const std::string name : {"checkpoint", "saved_model", "tfjs"}) {
      CAPTURE(name);
      const auto packed = open_source(weight_fixture("packed/" + name + "." + extension));
      CHECK(packed->sha256() == open_source(weight_fixture(name))->sha256());
      CHECK(packed->files() ==
            std::vector<std::string>(packed->files().size(),
                                     weight_fixture("packed/" + name + "." + extension)));
    }
  }
}

TEST_CASE("A compressed file without an archive in it is that file") {
  if (!reads_archives()) return;
  const TemporaryFolder folder;
  const Buffer data = content(weight_fixture(kTflite));
  const auto source = open_source(folder.file("m.tflite.gz", gzip_of(data)));
  CHECK(source->description() == "TFLite file m.tflite");
  CHECK(source->sha256() == open_source(weight_fixture(kTflite))->sha256());
}

TEST_CASE("gzip's own checksum is checked, also behind the end of a tar") {
  if (!reads_archives()) return;
  const TemporaryFolder folder;
  const Buffer data = content(weight_fixture(kTflite));
  for (const Buffer& inner : {data, tar_of({{"1.tflite", data}})}) {
    Buffer packed = gzip_of(inner);
    CHECK_NOTHROW(open_source(folder.file("m.gz", packed)));
    // Zeros after the end of an archive must be ignored. Programs that write to tapes pad archives
    // with zeros.
    Buffer padded = packed;
    padded.resize(padded.size() + 512);
    CHECK_NOTHROW(open_source(folder.file("m.gz", padded)));
    // Damages the CRC-32. It is in the 4 bytes before the last 4, which hold the length.
    packed[packed.size() - 6] ^= 1;
    CHECK(contains(refusal(folder.file("m.gz", packed)), "damaged or truncated archive"));
    packed[packed.size() - 6] ^= 1;
    packed.resize(packed.size() - 3);
    CHECK(contains(refusal(folder.file("m.gz", packed)), "damaged or truncated archive"));
  }
}

TEST_CASE("gzip files that were appended to each other are one, other bytes behind them are not") {
  if (!reads_archives()) return;
  const TemporaryFolder folder;
  const Buffer tar = tar_of({{"1.tflite", content(weight_fixture(kTflite))}});
  const Buffer half(tar.begin(), tar.begin() + 5000), rest(tar.begin() + 5000, tar.end());
  Buffer joined = gzip_of(half);
  const Buffer second = gzip_of(rest);
  joined.insert(joined.end(), second.begin(), second.end());
  CHECK(open_source(folder.file("m.tar.gz", joined))->sha256() ==
        open_source(weight_fixture(kTflite))->sha256());
  for (const std::string behind : {"\x1f", "\x1f\x8a", "garbage"}) {
    Buffer file = gzip_of(tar);
    file.insert(file.end(), behind.begin(), behind.end());
    CHECK_NOTHROW(open_source(folder.file("m.tar.gz", file)));
  }
}

TEST_CASE("What macOS adds to an archive or folder is passed over") {
  const Buffer extra = {0x00, 0x05, 0x16, 0x07, 0, 2, 0, 0};
  const TemporaryFolder folder;
  fs::copy(weight_fixture("missing"), folder.path());
  for (const char* name : {"._model.ckpt.index", "._model.ckpt.data-00000-of-00001"}) {
    folder.file(name, extra);
  }
  CHECK(open_source(folder.path().string())->tensors().size() > 0);
  if (!reads_archives()) return;
  const Buffer tar = tar_of({{"./._1.tflite", extra},
                             {"./1.tflite", content(weight_fixture(kTflite))},
                             {"__MACOSX/._1.tflite", extra},
                             {"__MACOSX/2.tflite", extra}});
  CHECK(open_source(folder.file("mac.tar", tar))->description() == "TFLite file 1.tflite");
}

TEST_CASE("A model below a folder is found, and two parts in one folder are one source") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "a/b");
  fs::copy(weight_fixture("checkpoint"), folder.path() / "a/b/2");
  CHECK(open_source(folder.path().string())->tensors().size() == 363);

  const TemporaryFolder pair;
  fs::copy(weight_fixture("foreign/predict_f32.tflite"), pair.path() / "p.tflite");
  fs::copy(weight_fixture(kTflite), pair.path() / "t.tflite");
  const auto both = open_source(pair.path().string());
  CHECK(both->description() == "TFLite file p.tflite + TFLite file t.tflite");
  CHECK(both->parts().size() == 2);
  CHECK(both->files().size() == 2);
  CHECK_FALSE(both->read("mobilenet_conv/Conv/biases").empty());
  CHECK_FALSE(both->read("transformer/contract/conv1/weights").empty());

  fs::copy(weight_fixture("transformer_f16.tflite"), pair.path() / "u.tflite");
  const std::string several = refusal(pair.path().string());
  CHECK(contains(several, "p.tflite, t.tflite, u.tflite"));
}

TEST_CASE("An archive of very many names or of very little that unpacks to much is refused") {
  if (!reads_archives()) return;
  std::vector<std::pair<std::string, Buffer>> files;
  for (int i = 0; i < 3000; ++i) files.push_back({std::to_string(i) + std::string(80, 'n'), {}});
  const Buffer many = tar_of(files);
  CHECK(contains(expect_error(ErrorCode::limit,
                              [&] { FileSet::archive("m", many, {.max_names_bytes = 1 << 16}); }),
                 "too many files"));
  const Buffer zeros = gzip_of(tar_of({{"m.data-00000-of-00001", Buffer(4 << 20)}}));
  CHECK(contains(expect_error(ErrorCode::limit,
                              [&] { FileSet::archive("m", zeros, {.always_bytes = 1 << 20}); }),
                 "unpacks to more than"));
  CHECK_NOTHROW(FileSet::archive("m", zeros));
}

TEST_CASE("Limit: names and bytes of an archive, to the byte") {
  if (!reads_archives()) return;
  const Buffer tar = tar_of({{"a", {1}}, {"bc", {2, 3}}});
  // max_names_bytes limits the sum of all names' lengths, plus 64 bytes for each name.
  constexpr std::uint64_t kNames = 1 + 2 + 2 * 64;
  CHECK_NOTHROW(FileSet::archive("m", tar, {.max_names_bytes = kNames}));
  expect_error(ErrorCode::limit,
               [&] { FileSet::archive("m", tar, {.max_names_bytes = kNames - 1}); });
  const Buffer large = tar_of({{"a", Buffer(300'000)}, {"b", Buffer(99)}});
  constexpr std::uint64_t kBytes = 300'099;
  CHECK_NOTHROW(FileSet::archive("m", large, {.max_bytes = kBytes}));
  expect_error(ErrorCode::limit, [&] { FileSet::archive("m", large, {.max_bytes = kBytes - 1}); });
}

TEST_CASE("Limit: 8 levels of folders below the one that is opened") {
  const TemporaryFolder folder;
  fs::path path = folder.path();
  for (int level = 1; level <= 9; ++level) {
    path /= std::to_string(level);
    fs::create_directory(path);
    std::ofstream(path / "file") << level;
  }
  const FileSet files = FileSet::folder(folder.path().string(), FileSet::Depth::deep);
  CHECK(files.names().size() == 8);
  CHECK(files.names().front() == "1/2/3/4/5/6/7/8/file");
}

TEST_CASE("Limit: 20,000 files of a folder and those below it") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  for (int i = 0; i < 20'000; ++i) std::ofstream(folder.path() / std::to_string(i));
  CHECK(FileSet::folder(path, FileSet::Depth::deep).names().size() == 20'000);
  std::ofstream(folder.path() / "one more");
  expect_error(ErrorCode::limit, [&] { FileSet::folder(path, FileSet::Depth::deep); });
}

TEST_CASE("Of two members of one name the last one counts") {
  if (!reads_archives()) return;
  const Buffer tar = tar_of({{"a", {1, 2, 3}}, {"b", {4}}, {"a", {5, 6}}});
  const FileSet set = FileSet::archive("m.tar", tar);
  CHECK(set.names() == std::vector<std::string>{"a", "b"});
  CHECK(Buffer(set.bytes("a").begin(), set.bytes("a").end()) == Buffer{5, 6});
}

TEST_CASE("A pipe is read once") {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  REQUIRE(std::system(
              ("mkfifo '" + pipe + "' && cat '" + weight_fixture(kTflite) + "' > '" + pipe + "' &")
                  .c_str()) == 0);
  while (!fs::exists(pipe)) {
  }
  const auto source = open_source(pipe);
  CHECK(source->sha256() == open_source(weight_fixture(kTflite))->sha256());
}

TEST_CASE("The files of a checkpoint that are not its index lead to it") {
  const TemporaryFolder folder;
  fs::copy(weight_fixture("missing"), folder.path());
  const std::uint8_t meta_graph[] = {0x0a, 2, 0x2a, 0, 0x12, 0};
  folder.file("model.ckpt.meta", Buffer(meta_graph, meta_graph + 6));
  std::ofstream(folder.file("checkpoint"))
      << "model_checkpoint_path: \"C:\\\\train\\\\model.ckpt\"\n";
  for (const char* name : {"model.ckpt.meta", "checkpoint"}) {
    CAPTURE(name);
    CHECK(open_source(folder.file(name))->description() == "TensorFlow checkpoint model.ckpt");
  }
  fs::remove(folder.file("model.ckpt.index"));
  CHECK(contains(refusal(folder.file("model.ckpt.meta")), "no model.ckpt.index is beside it"));
  CHECK(contains(refusal(folder.file("checkpoint")), "model.ckpt.index is not beside it"));
}
