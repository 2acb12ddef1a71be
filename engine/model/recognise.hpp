// Recognition of files by their content. If a source of weights is given as a model file, or
// another program's model as a source, the message names what the file is.
#pragma once

#include <string>

#include "base/byte_reader.hpp"

namespace nst {

// The kinds of files that are recognised.
enum class Content {
  unknown,
  empty,
  // Sources of weights:
  safetensors,
  tflite,
  sstable,           // the index of a checkpoint, or a checkpoint of version 1
  checkpoint_state,  // the text file "checkpoint", which names the newest checkpoint
  saved_model,
  meta_graph,
  json,
  // Archives, and single files in the same compressions:
  zip,
  gzip,
  xz,
  bzip2,
  zstd,
  tar,
  // Files that cannot be converted:
  seven_zip,
  rar,
  frozen_graph,
  hdf5,
  keras,
  pytorch,
  pickle,
  onnx,
  core_ml,
  numpy,
  gguf,
  lfs_pointer,
  web_page,
  xml,
  picture,
  pdf,
  apple_double
};

// Returns the kind of a file, by its bytes only. A damaged file counts as the kind that it begins
// like.
Content recognise(Bytes bytes);

// Returns true if `bytes` begin with the header of a tar member, by its checksum.
bool is_tar(Bytes bytes);

// Returns a kind's name for messages: "a TFLite model", "an HDF5 file (Keras weights)".
std::string content_text(Content content);
bool is_archive(Content content);
// Returns true if nst-weights can convert this kind, alone or with the files beside it.
bool is_source(Content content);

// Returns "nst-weights convert PATH -o NAME.safetensors". NAME follows the last part of PATH, and
// the output never equals PATH.
std::string convert_command(const std::string& path);

// Throws Error{model} if `bytes` are recognised as another kind than safetensors. The message says
// what the file is and, if possible, how to convert it.
void refuse_other_content(Bytes bytes, const std::string& path);
// Throws such an Error for a path that is not one file: a folder, or the prefix of a checkpoint.
void refuse_other_path(const std::string& path);

}  // namespace nst
