// Damages a file of every format: cuts it off at some length, or flips a bit. A damaged file must
// either be read without a crash or be refused, with a one-line message and a documented error
// code. If the format has checksums, a file that is read must give the same result as the undamaged
// one. Each file is damaged in about 150 ways; NST_SWEEP=all tries every cut and every bit.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/expect_error.hpp"
#include "base/hash.hpp"
#include "image/codec.hpp"
#include "image/pictures.hpp"
#include "model/model_file.hpp"
#include "nst/nst.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/find_model.hpp"
#include "weights_tool/source_list.hpp"

namespace nst::test {
namespace {

using Buffer = std::vector<std::uint8_t>;
// A function that reads a file and returns a hash of its contents.
using Read = std::function<std::string(Bytes file)>;
enum class Checksums { none, all };

struct Count {
  int tried = 0, refused = 0, other = 0;
  double slowest_ms = 0;
};

// The damages of a file are numbered: first all cuts, then all flipped bits.
std::size_t damages(const Buffer& good) { return good.size() * 9; }
Buffer damaged(const Buffer& good, std::size_t number) {
  Buffer bad = good;
  if (number < good.size()) {
    bad.resize(number);
  } else {
    const std::size_t bit = number - good.size();
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
  return bad;
}

void try_damage(const Buffer& bad, const std::string& meaning, const Read& read,
                Checksums checksums, Count& count) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    const bool same = read(bad) == meaning;
    count.other += same ? 0 : 1;
    if (checksums == Checksums::all) CHECK(same);
  } catch (const Error& error) {
    ++count.refused;
    const std::string message = error.what();
    CHECK_MESSAGE(message.find('\n') == std::string::npos, message);
    const bool documented = error.code() == ErrorCode::input || error.code() == ErrorCode::model ||
                            error.code() == ErrorCode::limit;
    CHECK_MESSAGE(documented, message);
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  count.slowest_ms = std::max(count.slowest_ms, took.count());
}

void sweep(const std::string& name, const Buffer& good, Checksums checksums, const Read& read) {
  constexpr std::size_t kTried = 150;
  const bool all = std::getenv("NST_SWEEP") != nullptr;
  const std::size_t step = all ? 1 : std::max<std::size_t>(damages(good) / kTried, 1);
  const std::string meaning = read(good);
  Count count;
  for (std::size_t number = 0; number < damages(good); number += step) {
    CAPTURE(name);
    CAPTURE(number);
    ++count.tried;
    try_damage(damaged(good, number), meaning, read, checksums, count);
  }
  if (all) {
    std::printf("%-40s %7d damages, %7d refused, %6d read as another, slowest %.0f ms\n",
                name.c_str(), count.tried, count.refused, count.other, count.slowest_ms);
  }
}

// Returns true unless this build lacks the library that reads such a picture.
bool is_read_here(const std::string& path) {
  if (path.ends_with(".tif")) return NST_HAVE_TIFF != 0;
  if (path.ends_with(".webp")) return NST_HAVE_WEBP != 0;
  if (path.ends_with(".heic") || path.ends_with(".avif")) return NST_HAVE_HEIF != 0;
  return true;
}

std::string picture(Bytes file) {
  const LoadedImage loaded = decode_image(file, "file", {std::size_t{64} << 20});
  // A warning counts as a refusal, because it also tells the user that the file is damaged.
  if (!loaded.warnings.empty()) throw Error(ErrorCode::input, loaded.warnings[0]);
  Buffer bytes = loaded.image.bytes;
  for (const int number : {loaded.image.width, loaded.image.height, loaded.image.channels}) {
    bytes.push_back(static_cast<std::uint8_t>(number));
  }
  return sha256_hex(bytes);
}

std::string source(const weights::Source& source) {
  Sha256 hash;
  for (const weights::SourceTensor& tensor : source.tensors()) {
    hash.update({reinterpret_cast<const std::uint8_t*>(tensor.name.data()), tensor.name.size()});
    if (tensor.dtype == "string" || tensor.dtype.starts_with("type ")) continue;
    const std::vector<float> values = source.read(tensor.name);
    hash.update({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * 4});
  }
  return hash.finish_hex();
}

weights::FileSet only(const std::string& name, Bytes file) {
  return weights::FileSet::file(name, {file, std::make_shared<int>()});
}

}  // namespace

TEST_CASE("sweep: pictures of every kind, cut and flipped") {
  for (const auto& entry : std::filesystem::directory_iterator(image_fixture(""))) {
    const std::string path = entry.path().string();
    if (!is_read_here(path)) continue;
    // Skips files such as a.rgba.ppm, which only hold the pixels that another fixture must decode
    // to. Other PNM fixtures are not skipped, so the format is still tested.
    if (entry.path().stem().has_extension() || entry.file_size() > 4096) continue;
    sweep(entry.path().filename().string(), file_bytes(path),
          path.ends_with(".png") ? Checksums::all : Checksums::none, picture);
  }
}

TEST_CASE("sweep: saved styles and model files, cut and flipped") {
  const StyleVector style(100);
  sweep("style.npy", style.encode(), Checksums::none, [](Bytes file) {
    const StyleVector read = StyleVector::decode(file, "file");
    return std::to_string(read.values.size()) + read.space;
  });
  ModelDescription description;
  description.architecture.transformer = "separable";
  description.source = "sweep";
  description.style_space = "a-space";
  const std::vector<NamedTensor> tensors = {
      {"transformer/a/weights", {1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}}, {"b", {2}, {7, 8}}};
  const Buffer model = build_model_file(description, tensors, DType::f32);
  sweep("model.safetensors", model, Checksums::all, [](Bytes file) {
    const ModelFile read = parse_model_file(file, "file");
    return read.source + read.style_space.value_or("") +
           sha256_hex(serialise_safetensors(read.contents));
  });
}

TEST_CASE("sweep: sources of weights, cut and flipped") {
  for (const std::string name : {"transformer_int8.tflite", "foreign/predict_16x8.tflite"}) {
    sweep(name, file_bytes(weight_fixture(name)), Checksums::none, [](Bytes file) {
      return source(*weights::open_tflite(only("f.tflite", file), "f.tflite"));
    });
  }
  // Opens the damaged file together with the undamaged other files of its folder.
  const auto in_folder = [](const std::string& damaged, Bytes file, const auto& open) {
    const std::string path = weight_fixture(damaged);
    return source(*open(weights::FileSet::beside(path, {file, std::make_shared<int>()})));
  };
  sweep("model.json", file_bytes(weight_fixture("tfjs/model.json")), Checksums::none,
        [&](Bytes file) {
          return in_folder("tfjs/model.json", file, [](const weights::FileSet& files) {
            return weights::open_tfjs(files, "model.json");
          });
        });
  for (const std::string name : {"model.ckpt.index", "model.ckpt.data-00000-of-00003"}) {
    sweep(name, file_bytes(weight_fixture("checkpoint/" + name)), Checksums::all, [&](Bytes file) {
      return in_folder("checkpoint/" + name, file, [](const weights::FileSet& files) {
        return weights::open_tensorflow(files, "model.ckpt", "checkpoint");
      });
    });
  }
}

TEST_CASE("sweep: archives, cut and flipped") {
  if (!NST_WEIGHTS_READ_ARCHIVES) {
    MESSAGE("skipped: this build has no libarchive");
    return;
  }
  for (const std::string name : {"tfjs.tar.gz", "tfjs.tar.xz", "tfjs.tar.bz2", "tfjs.zip"}) {
    const Checksums checksums = name == "tfjs.zip" ? Checksums::none : Checksums::all;
    sweep(name, file_bytes(weight_fixture("packed/" + name)), checksums, [](Bytes file) {
      return source(*weights::find_model(weights::FileSet::archive("file", file), "file"));
    });
  }
}

}  // namespace nst::test
