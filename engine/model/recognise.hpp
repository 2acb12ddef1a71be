// Recognises the format of a file by its content. If the user gives the wrong kind of file, the
// error message then says what the file is. Examples are a source of weights instead of a model
// file, or a model of a foreign format instead of a source.
#pragma once

#include <string>

#include "base/byte_reader.hpp"

namespace nst {

// The kinds of files that NST can recognise.
enum class Content {
  unknown,
  empty,
  // Kinds that are sources of weights:
  safetensors,
  tflite,
  sstable,           // index of a TensorFlow checkpoint, or a whole checkpoint in format V1
  checkpoint_state,  // the text file "checkpoint", which names the newest checkpoint
  saved_model,
  meta_graph,
  json,
  // Kinds that must be unpacked first, archives and compressed single files:
  zip,
  gzip,
  xz,
  bzip2,
  zstd,
  tar,
  // Kinds that cannot be converted:
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

// Returns the kind of a file, judged only by its bytes. A damaged file counts as the kind that its
// beginning shows.
Content recognise(Bytes bytes);

// Returns true if `bytes` begin with a tar header whose checksum is correct.
bool is_tar(Bytes bytes);

// Returns the name of a kind of file for messages, such as "a TFLite model" or "an HDF5 file (Keras
// weights)".
std::string content_text(Content content);
bool is_archive(Content content);
// Returns true if nst-weights can convert this kind of file, alone or together with files in the
// same folder.
bool is_source(Content content);

// Returns the command "nst-weights convert PATH -o NAME.safetensors". NAME is made from the last
// part of PATH, and the output never equals PATH.
std::string convert_command(const std::string& path);

// Throws Error{model} if `bytes` are recognised as something else than safetensors. The message
// says what the file is and, if possible, how to convert it.
void refuse_other_content(Bytes bytes, const std::string& path);
// Throws Error{model} if the path is not a file: a folder, or the prefix of a checkpoint. The
// message says what the path is and how to convert it.
void refuse_other_path(const std::string& path);

}  // namespace nst
