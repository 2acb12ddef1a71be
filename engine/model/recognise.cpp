#include "model/recognise.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "nst/error.hpp"

namespace nst {
namespace {

namespace fs = std::filesystem;

bool has(Bytes bytes, std::uint64_t at, std::string_view text) {
  return bytes.size() >= at + text.size() &&
         std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

bool contains(Bytes bytes, std::string_view text) {
  return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
}

struct Signature {
  std::uint64_t at;
  std::string_view text;
  Content content;
};
using namespace std::string_view_literals;
constexpr Signature kSignatures[] = {
    {4, "TFL3", Content::tflite},
    {0, "\x1f\x8b", Content::gzip},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     Content::xz},
    {0, "BZh", Content::bzip2},
    {0, "\x28\xb5\x2f\xfd", Content::zstd},
    {0, "7z\xbc\xaf\x27\x1c", Content::seven_zip},
    {0, "Rar!\x1a\x07", Content::rar},
    {0, "\x89HDF\r\n\x1a\n", Content::hdf5},
    {0, "GGUF", Content::gguf},
    {0, "\x93NUMPY", Content::numpy},
    {0, "version https://git-lfs", Content::lfs_pointer},
    {0, "model_checkpoint_path:", Content::checkpoint_state},
    {0, "\x89PNG\r\n", Content::picture},
    {0, "\xff\xd8\xff", Content::picture},
    {0, "GIF8", Content::picture},
    {0, "%PDF-", Content::pdf},
    {0, "\x00\x05\x16\x07"sv, Content::apple_double},
    {0, "\x00\x05\x16\x00"sv, Content::apple_double},
};

// Recognises what a zip archive contains by the names of its members. Keras 3 and PyTorch save zip
// archives.
Content recognise_zip(Bytes bytes) {
  // Number of bytes that are searched at the start and at the end of the archive. The start
  // contains the names of the first members, the end contains the directory of all members.
  constexpr std::uint64_t kLooked = 1 << 16;
  const Bytes start = bytes.first(std::min<std::uint64_t>(bytes.size(), kLooked));
  const Bytes end = bytes.last(std::min<std::uint64_t>(bytes.size(), kLooked));
  const auto names = [&](std::string_view name) {
    return contains(start, name) || contains(end, name);
  };
  if (names("model.weights.h5")) return Content::keras;
  if (names("/data.pkl") || names("/constants.pkl")) return Content::pytorch;
  if (names(".npy")) return Content::numpy;
  return Content::zip;
}

// Counts the top-level fields of a protobuf message, by field number. Returns an empty map if
// `bytes` are not a protobuf message.
std::map<std::uint64_t, int> proto_fields(Bytes bytes) {
  std::map<std::uint64_t, int> fields;
  ByteReader reader(bytes, "", ErrorCode::model);
  try {
    while (!reader.at_end()) {
      const std::uint64_t tag = reader.read_varint("");
      switch (tag & 7) {
        case 0:
          reader.read_varint("");
          break;
        case 1:
          reader.skip(8, "");
          break;
        case 2:
          reader.skip(reader.read_varint(""), "");
          break;
        case 5:
          reader.skip(4, "");
          break;
        default:
          return {};
      }
      if (fields.size() > 1000) return {};
      ++fields[tag >> 3];
    }
  } catch (const Error&) {
    // The file is cut off. The fields before the cut are returned.
  }
  return fields;
}

// Recognises protobuf files by the numbers of the fields that they contain:
//
//   TensorFlow's SavedModel   {schema = 1, meta_graphs = 2}
//   TensorFlow's MetaGraphDef {info = 1, graph = 2, saver = 3, ...}
//   TensorFlow's GraphDef     {node = 1, ...}
//   ONNX's ModelProto         {ir_version = 1, graph = 7}
//   Core ML's Model           {version = 1, description = 2, the kind of network from 200 on}
Content recognise_proto(Bytes bytes) {
  if (!has(bytes, 0, "\x08") && !has(bytes, 0, "\x0a")) return Content::unknown;
  const std::map<std::uint64_t, int> fields = proto_fields(bytes);
  if (fields.empty() || fields.count(0) != 0) return Content::unknown;
  if (bytes[0] == 0x08) {
    if (fields.rbegin()->first >= 200) return Content::core_ml;
    if (fields.count(7) != 0) return Content::onnx;
    return fields.count(2) != 0 && fields.size() == 2 ? Content::saved_model : Content::unknown;
  }
  if (fields.rbegin()->first > 10) return Content::unknown;
  const bool is_meta = fields.at(1) == 1 && fields.count(2) != 0;
  // Distinguishes a GraphDef from other files that begin with field 1. A GraphDef begins with a
  // node, and a node begins with its name (field 1, tag 0x0a).
  const bool has_nodes =
      bytes.size() > 4 && contains(bytes.first(std::min<std::size_t>(16, bytes.size())), "\x0a");
  return is_meta ? Content::meta_graph : has_nodes ? Content::frozen_graph : Content::unknown;
}

Content recognise_text(Bytes bytes) {
  constexpr std::size_t kLooked = 1024;
  std::string start;
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), kLooked))) {
    if (byte == 0) return Content::unknown;
    start += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : static_cast<char>(byte);
  }
  if (start.starts_with("\xef\xbb\xbf")) start.erase(0, 3);
  start.erase(0, start.find_first_not_of(" \t\r\n"));
  if (start.starts_with("{") || start.starts_with("[")) return Content::json;
  if (start.starts_with("<!doctype html") || start.starts_with("<html") ||
      start.starts_with("<head") || start.starts_with("<!--")) {
    return Content::web_page;
  }
  if (start.starts_with("<?xml")) {
    return start.find("<html") != std::string::npos ? Content::web_page : Content::xml;
  }
  return Content::unknown;
}

bool is_sstable_end(Bytes bytes) {
  return bytes.size() >= 48 && has(bytes, bytes.size() - 8, "\x57\xfb\x80\x8b\x24\x75\x47\xdb");
}

// Removes the extensions of weight files and archives, such as ".tflite.gz", from a file name.
std::string stem(std::string name) {
  for (bool again = true; again;) {
    again = false;
    const std::size_t shard = name.find(".data-");
    if (shard != std::string::npos && shard > 0) name.resize(shard);
    for (const char* extension :
         {".gz", ".xz", ".bz2", ".zst", ".tgz", ".txz", ".tbz2", ".zip", ".tar", ".tflite",
          ".index", ".meta", ".ckpt", ".json", ".pb", ".safetensors"}) {
      if (name.size() > std::strlen(extension) && name.ends_with(extension)) {
        name.resize(name.size() - std::strlen(extension));
        again = true;
      }
    }
  }
  return name;
}

constexpr std::pair<Content, const char*> kTexts[] = {
    {Content::empty, "an empty file"},
    {Content::safetensors, "a safetensors file"},
    {Content::tflite, "a TFLite model"},
    {Content::sstable, "a file of a TensorFlow checkpoint"},
    {Content::checkpoint_state, "the state file of a TensorFlow checkpoint"},
    {Content::saved_model, "the graph of a TensorFlow SavedModel"},
    {Content::meta_graph, "the graph of a TensorFlow checkpoint (.meta)"},
    {Content::json, "a JSON text"},
    {Content::zip, "a zip archive"},
    {Content::gzip, "a gzip archive"},
    {Content::xz, "an xz archive"},
    {Content::bzip2, "a bzip2 archive"},
    {Content::zstd, "a zstd archive"},
    {Content::tar, "a tar archive"},
    {Content::seven_zip, "a 7-Zip archive"},
    {Content::rar, "a RAR archive"},
    {Content::frozen_graph, "a frozen TensorFlow graph (GraphDef)"},
    {Content::hdf5, "an HDF5 file (Keras weights)"},
    {Content::keras, "a Keras 3 model (.keras)"},
    {Content::pytorch, "a PyTorch file"},
    {Content::pickle, "a Python pickle"},
    {Content::onnx, "an ONNX model"},
    {Content::core_ml, "a Core ML model"},
    {Content::numpy, "a file of NumPy arrays"},
    {Content::gguf, "a GGUF model"},
    {Content::lfs_pointer, "a Git LFS pointer, not the file itself (fetch it with git lfs pull)"},
    {Content::web_page, "a web page (HTML), not a download"},
    {Content::xml, "an XML text"},
    {Content::picture, "a picture"},
    {Content::pdf, "a PDF document"},
    {Content::apple_double, "a resource file of macOS (._ before the name of the real one)"},
};

}  // namespace

bool is_tar(Bytes bytes) {
  constexpr std::size_t kBlock = 512;
  if (bytes.size() < kBlock || bytes[0] == 0) return false;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) sum += i >= 148 && i < 156 ? ' ' : bytes[i];
  std::uint64_t stored = 0;
  bool has_digits = false;
  for (std::size_t i = 148; i < 156; ++i) {
    if (bytes[i] < '0' || bytes[i] > '7') {
      if (has_digits) break;
      if (bytes[i] != ' ') return false;
      continue;
    }
    has_digits = true;
    stored = stored * 8 + (bytes[i] - '0');
  }
  return has_digits && stored == sum;
}

Content recognise(Bytes bytes) {
  if (bytes.empty()) return Content::empty;
  // Tests for safetensors first, because the length of its header may look like the signature of
  // another format. The length has 8 bytes, little-endian, so a length below 2^32 ends in four zero
  // bytes. The header's opening brace follows. No other format has four zero bytes and a brace
  // there.
  if (has(bytes, 4, "\0\0\0\0{"sv)) return Content::safetensors;
  for (const Signature& signature : kSignatures) {
    if (has(bytes, signature.at, signature.text)) return signature.content;
  }
  if (has(bytes, 0, "PK\x03\x04") || has(bytes, 0, "PK\x05\x06")) return recognise_zip(bytes);
  if (is_sstable_end(bytes)) return Content::sstable;
  if (is_tar(bytes)) return Content::tar;
  // Recognises Python's pickles of protocol 2 to 5. Old versions of torch.save wrote such pickles,
  // too, with a magic number at the start.
  if (bytes.size() > 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
    const Bytes start = bytes.first(std::min<std::size_t>(bytes.size(), 4096));
    const bool is_torch = has(bytes, 2, "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") ||
                          contains(start, "torch");
    return is_torch ? Content::pytorch : Content::pickle;
  }
  const Content text = recognise_text(bytes);
  return text != Content::unknown ? text : recognise_proto(bytes);
}

std::string content_text(Content content) {
  for (const auto& [known, text] : kTexts) {
    if (content == known) return text;
  }
  return "a file of an unknown kind";
}

bool is_archive(Content content) {
  return content == Content::zip || content == Content::gzip || content == Content::xz ||
         content == Content::bzip2 || content == Content::zstd || content == Content::tar;
}

bool is_source(Content content) {
  switch (content) {
    case Content::safetensors:
    case Content::tflite:
    case Content::sstable:
    case Content::checkpoint_state:
    case Content::saved_model:
    case Content::meta_graph:
    case Content::json:
      return true;
    default:
      return is_archive(content);
  }
}

std::string convert_command(const std::string& path) {
  std::string name = path;
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  name = fs::path(name).filename().string();
  std::string output = stem(name);
  if (output.empty() || output == "." || output == ".." || output == "/") output = "model";
  output += output + ".safetensors" == name ? "-nst.safetensors" : ".safetensors";
  return "nst-weights convert " + shell_word(path) + " -o " + shell_word(output);
}

void refuse_other_content(Bytes bytes, const std::string& path) {
  const Content content = recognise(bytes);
  // Recognises a shard (".data-…") of a checkpoint by its name, because it contains raw numbers
  // without a signature.
  const std::size_t shard = path.rfind(".data-");
  std::error_code ignored;
  const bool is_shard = content == Content::unknown && shard != std::string::npos &&
                        fs::exists(path.substr(0, shard) + ".index", ignored);
  if (content == Content::safetensors || (content == Content::unknown && !is_shard)) return;
  std::string advice = "; it cannot be converted";
  if (content == Content::empty) advice = "; get it again";
  if (is_shard || is_source(content)) advice = "; convert it: " + convert_command(path);
  throw Error(ErrorCode::model,
              one_line(path) + ": not a model file but " +
                  (is_shard ? "a part of a TensorFlow checkpoint" : content_text(content)) +
                  advice);
}

void refuse_other_path(const std::string& path) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(path, ignored);
  if (!is_folder && (fs::exists(path, ignored) || !fs::exists(path + ".index", ignored))) return;
  throw Error(ErrorCode::model, one_line(path) + ": not a model file but " +
                                    (is_folder ? "a folder" : "a TensorFlow checkpoint") +
                                    "; convert it: " + convert_command(path));
}

}  // namespace nst
