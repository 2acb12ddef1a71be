// Finds the model among the files of a folder or archive.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weights_tool/file_set.hpp"
#include "weights_tool/source.hpp"

namespace nst::weights {

// Opens the model among `files`, or several parts that fit together. The order: SavedModel,
// checkpoint, TF.js, TFLite, safetensors. `name` is the name of the set. Throws Error{model} with
// what was looked for, or what is there instead.
std::unique_ptr<Source> find_model(const FileSet& files, const std::string& name);
// Opens the model in a folder. Searches its subfolders if the folder itself has none.
std::unique_ptr<Source> find_model_in_folder(const std::string& path, const std::string& name);

// Returns the file name of the checkpoint that a state file ("checkpoint") names, without its
// folder, which may be of another machine; nullopt if it names none.
std::optional<std::string> checkpoint_named(Bytes state_file);

}  // namespace nst::weights
