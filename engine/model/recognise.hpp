// What a file is, by its content: so that a source of weights given for a model file, or another
// program's model given for a source, is called by its name.
#pragma once

#include <string>

#include "base/byte_reader.hpp"

namespace nst {

enum class Content {
  unknown,
  empty,
  // sources of weights
  safetensors,
  tflite,
  sstable,           // a checkpoint's index, or a whole checkpoint of version 1
  checkpoint_state,  // the text file "checkpoint"
  saved_model,
  meta_graph,
  json,
  // archives, and single files under the same compressions
  zip,
  gzip,
  xz,
  bzip2,
  zstd,
  tar,
  // what cannot be converted
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

// Looks at the bytes only; a damaged file counts as what it begins like.
Content recognise(Bytes bytes);

// Whether `bytes` begin with the header of a tar member: its checksum holds.
bool is_tar(Bytes bytes);

// "a TFLite model", "an HDF5 file (Keras saves such)".
std::string content_text(Content content);
bool is_archive(Content content);
// Whether nst-weights can make a model file of it, alone or with the files beside it.
bool is_source(Content content);

// "nst-weights convert PATH -o NAME.safetensors", NAME after the path's last part and never the
// path itself.
std::string convert_command(const std::string& path);

// Throws Error{model} if `bytes` are recognised as something other than safetensors: what it is,
// and how to convert it where that is possible.
void refuse_other_content(Bytes bytes, const std::string& path);
// The same for what cannot be opened as one file: a folder, or the prefix of a checkpoint.
void refuse_other_path(const std::string& path);

}  // namespace nst
