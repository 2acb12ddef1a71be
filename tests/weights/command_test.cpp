// Tests of the program nst-weights: exit codes, one line on stderr, and complete output files.
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/expect_error.hpp"
#include "base/temporary_folder.hpp"
#include "model/model_file.hpp"
#include "platform/file.hpp"
#include "weights/weight_fixtures.hpp"
#include "weights_tool/source.hpp"

namespace fs = std::filesystem;
using nst::ErrorCode;
using nst::test::contains;
using nst::test::TemporaryFolder;
using nst::test::weight_fixture;

namespace {

struct Result {
  int code = -1;
  std::string out;
  std::string err;
};

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result run(const TemporaryFolder& folder, const std::vector<std::string>& arguments) {
  std::string command = std::string("'") + NST_WEIGHTS_COMMAND + "'";
  for (const std::string& argument : arguments) command += " '" + argument + "'";
  command += " >'" + folder.file("stdout") + "' 2>'" + folder.file("stderr") + "'";
  const int status = std::system(command.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(folder.file("stdout")),
          slurp(folder.file("stderr"))};
}

void check_failure(const Result& result, int code, const std::string& part) {
  CHECK_MESSAGE(result.code == code, result.err);
  CHECK(result.err.starts_with("nst-weights: "));
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK_MESSAGE(contains(result.err, part), result.err);
}

}  // namespace

TEST_CASE("nst-weights converts, inspects and verifies a checkpoint") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.safetensors");
  for (const std::string dtype : {"f32", "f16"}) {
    CAPTURE(dtype);
    const Result converted =
        run(folder, {"convert", weight_fixture("checkpoint"), "-o", model, "--dtype", dtype});
    CHECK_MESSAGE(converted.code == 0, converted.err);
    CHECK(contains(converted.out, "4 variables not needed: global_step, "));
    const Result verified = run(folder, {"verify", model});
    CHECK_MESSAGE(verified.code == 0, verified.err);
    CHECK(contains(verified.out, "checksums of 213 tensors match"));
    CHECK(contains(verified.out, "complete and finite: predictor inception_v3"));
    CHECK(contains(verified.out, "self-test passed on "));
  }
  const Result listed = run(folder, {"inspect", model});
  CHECK(contains(listed.out, "NST model m.safetensors, 213 tensors"));
  CHECK(contains(listed.out, "transformer/contract/conv1/weights"));
}

TEST_CASE("The models of this repository are whole and know their style spaces") {
  const TemporaryFolder folder;
  const std::map<std::string, std::string> space_of = {{"default", "magenta-inception-100"},
                                                       {"mobile", "magenta-mobile-100"}};
  for (const auto& entry : space_of) {
    const std::string path =
        std::string(NST_SOURCE_FOLDER) + "/models/" + entry.first + ".safetensors";
    CAPTURE(path);
    const Result verified = run(folder, {"verify", path});
    CHECK_MESSAGE(verified.code == 0, verified.err);
    CHECK(contains(verified.out, "checksums of 177 tensors match"));
    CHECK(contains(verified.out, "space " + entry.second));
    CHECK(contains(verified.out, "self-test passed on "));
  }
}

TEST_CASE("nst-weights inspect --json lists every tensor with its figures") {
  const TemporaryFolder folder;
  const Result result = run(folder, {"inspect", "--json", weight_fixture("checkpoint")});
  REQUIRE(result.code == 0);
  const auto json = nlohmann::json::parse(result.out);
  CHECK(json["tensors"].size() == 363);
  CHECK(json["sha256"].get<std::string>().size() == 64);
  for (const auto& tensor : json["tensors"]) {
    if (tensor["name"] != "vgg_16/conv1/conv1_1/biases") continue;
    CHECK(tensor["dtype"] == "float32");
    CHECK(tensor["min"] == 0.0);
    CHECK(tensor["max"] == 3.0);
    CHECK(tensor["rms"].get<double>() == doctest::Approx(std::sqrt(14.0 / 4.0)));
  }
}

TEST_CASE("The padding asked for is stored, and changes what the self-test expects") {
  const TemporaryFolder folder;
  std::string tests[2];
  for (const int i : {0, 1}) {
    const std::string padding = i == 0 ? "reflect" : "zero";
    const std::string model = folder.file("m.safetensors");
    REQUIRE(
        run(folder, {"convert", weight_fixture("tfjs"), "-o", model, "--padding", padding}).code ==
        0);
    const nst::FileContents file(model, ErrorCode::model);
    const nst::ModelFile parsed = nst::parse_model_file(file.bytes(), model);
    CHECK(nst::to_string(parsed.architecture.padding) == padding);
    tests[i] = parsed.self_test;
  }
  CHECK_FALSE(tests[0].empty());
  CHECK(tests[0] != tests[1]);
}

TEST_CASE("nst-weights verify refuses a model whose weights are not those of its self-test") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.safetensors");
  REQUIRE(run(folder, {"convert", weight_fixture("tfjs"), "-o", model}).code == 0);
  const nst::FileContents file(model, ErrorCode::model);
  const nst::ModelFile parsed = nst::parse_model_file(file.bytes(), model);
  std::vector<nst::NamedTensor> tensors;
  for (const auto& [name, entry] : parsed.contents.tensors) {
    tensors.push_back({name, entry.shape, nst::to_float(entry)});
    if (name == "style_params/transformer/expand/conv3/conv/StyleNorm/Conv/biases") {
      tensors.back().values[1] += 0.1f;
    }
  }
  // All checksums are correct, so only the self-test can detect the change.
  const std::string changed = folder.file(
      "changed.safetensors", nst::build_model_file({parsed.architecture, parsed.source,
                                                    parsed.source_sha256, parsed.self_test},
                                                   tensors, nst::DType::f32));
  check_failure(run(folder, {"verify", changed}), 4, "the self-test fails");
}

TEST_CASE("nst-weights says what went wrong in one line and by exit code") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.safetensors");
  check_failure(run(folder, {}), 2, "--help");
  check_failure(run(folder, {"convert", "x"}), 2, "--output");
  check_failure(run(folder, {"convert", "x", "-o", "y", "--dtype", "f8"}), 2, "f8");
  check_failure(run(folder, {"frobnicate"}), 2, "--help");
  check_failure(run(folder, {"inspect", folder.file("missing")}), 4, "cannot open");
  check_failure(run(folder, {"convert", weight_fixture("missing"), "-o", model}), 4,
                "2 variables are missing");
  check_failure(run(folder, {"convert", weight_fixture("corrupt"), "-o", model}), 4,
                "checksum mismatch");
  check_failure(run(folder, {"convert", weight_fixture("tfjs"), "-o", folder.file("no/m")}), 5,
                "cannot write");
  CHECK_FALSE(fs::exists(model));
}

TEST_CASE("nst-weights verify takes a source as well: complete, finite, published or not") {
  const TemporaryFolder folder;
  const Result result = run(folder, {"verify", weight_fixture("tfjs/model.json")});
  CHECK(result.code == 0);
  CHECK(contains(result.out, "complete and finite: predictor none, transformer separable"));
  CHECK(contains(result.out, "no published model of known checksums"));
  check_failure(run(folder, {"verify", weight_fixture("corrupt")}), 4, "checksum mismatch");
  check_failure(run(folder, {"verify", weight_fixture("missing")}), 4, "variables are missing");
}

TEST_CASE("nst-weights never writes over a source, whatever name leads to it") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.safetensors");
  REQUIRE(run(folder, {"convert", weight_fixture("tfjs"), "-o", model}).code == 0);
  const std::string before = slurp(model);
  const std::string symbolic = folder.file("symbolic"), hard = folder.file("hard");
  fs::create_symlink("m.safetensors", symbolic);
  fs::create_hard_link(model, hard);
  const std::string dotted = (folder.path() / "." / "m.safetensors").string();
  for (const std::string& source : {model, symbolic, hard, dotted}) {
    for (const std::string& output : {model, symbolic, hard, dotted}) {
      check_failure(run(folder, {"convert", source, "-o", output}), 2, "same file as the source");
    }
  }
  check_failure(
      run(folder, {"convert", weight_fixture("foreign/predict_f32.tflite"), model, "-o", model}), 2,
      "same file as the source");
  CHECK(slurp(model) == before);

  fs::copy(weight_fixture("checkpoint"), folder.path() / "c");
  for (const char* name : {"model.ckpt.index", "model.ckpt.data-00002-of-00003"}) {
    const std::string member = (folder.path() / "c" / name).string();
    check_failure(run(folder, {"convert", (folder.path() / "c").string(), "-o", member}), 2,
                  "same file as the source");
    CHECK(slurp(member) == slurp(weight_fixture(std::string("checkpoint/") + name)));
  }
  // Tests that a second conversion to the same file works, although the file lies in the folder of
  // its sources.
  const std::string beside = (folder.path() / "c" / "m.safetensors").string();
  for (int i = 0; i < 2; ++i) {
    CHECK(run(folder, {"convert", (folder.path() / "c").string(), "-o", beside}).code == 0);
  }
}

TEST_CASE("nst-weights convert prints the sources' SHA-256, before the file appears") {
  const TemporaryFolder folder;
  const std::string model = folder.file("m.safetensors");
  const Result result = run(folder, {"convert", weight_fixture("tfjs"), "-o", model});
  CHECK(contains(result.out,
                 "sha256 " + nst::weights::open_source(weight_fixture("tfjs"))->sha256()));
  CHECK(contains(result.out, "space unknown"));
  fs::remove(model);
  const std::string command = std::string("'") + NST_WEIGHTS_COMMAND + "' convert '" +
                              weight_fixture("tfjs") + "' -o '" + model + "' >/dev/full 2>&1";
  CHECK(WEXITSTATUS(std::system(command.c_str())) == 5);
  CHECK_FALSE(fs::exists(model));
}

TEST_CASE("Names that are not UTF-8 work, in JSON and in the model file with replacements") {
  const TemporaryFolder folder;
  const std::string source = folder.file("caf\xe9\xff.safetensors");
  const std::string model = folder.file("m\xfe.safetensors");
  REQUIRE(run(folder, {"convert", weight_fixture("tfjs"), "-o", source}).code == 0);
  REQUIRE(run(folder, {"convert", source, "-o", model}).code == 0);
  CHECK(run(folder, {"verify", model}).code == 0);
  const auto json = nlohmann::json::parse(run(folder, {"inspect", "--json", source}).out);
  CHECK(json["source"] == "NST model caf\xef\xbf\xbd\xef\xbf\xbd.safetensors");
  const nst::FileContents file(model, ErrorCode::model);
  CHECK(nst::parse_model_file(file.bytes(), model).source == json["source"]);
}

TEST_CASE("nst-weights inspect lists what it can and then says what is missing") {
  const TemporaryFolder folder;
  fs::copy(weight_fixture("checkpoint"), folder.path() / "c");
  fs::remove(folder.path() / "c/model.ckpt.data-00001-of-00003");
  const std::string source = (folder.path() / "c").string();
  const Result listed = run(folder, {"inspect", source});
  check_failure(listed, 4, "this shard of the checkpoint is missing");
  CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 2 + 363);
  const Result json = run(folder, {"inspect", "--json", source});
  CHECK(json.code == 4);
  CHECK(nlohmann::json::parse(json.out)["tensors"].size() == 363);
  CHECK(nlohmann::json::parse(json.out)["sha256"].is_null());
}

TEST_CASE("nst-weights --help says what it does, then examples; --version tells the version") {
  const TemporaryFolder folder;
  const Result help = run(folder, {"--help"});
  CHECK(help.code == 0);
  CHECK(help.out.starts_with("nst-weights converts"));
  CHECK(help.out.find("\nExamples:\n") < help.out.find("Usage:"));
  const Result version = run(folder, {"--version"});
  CHECK(version.out == std::string("nst-weights ") + nst::kVersion + "\n");
}
