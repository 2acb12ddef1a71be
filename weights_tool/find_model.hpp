// Finds the model among the files of a folder or an archive.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weights_tool/file_set.hpp"
#include "weights_tool/source.hpp"

namespace nst::weights {

// Opens the model among `files`. A model may consist of several sources that fit together. Kinds
// are tried in this order: SavedModel, checkpoint, TF.js, TFLite, safetensors. If there is no
// model, throws Error{model} with what was looked for, or what was found instead. Messages call
// `files` by the name `name`.
std::unique_ptr<Source> find_model(const FileSet& files, const std::string& name);
// Opens the model in a folder. Searches its subfolders if the folder itself has none.
std::unique_ptr<Source> find_model_in_folder(const std::string& path, const std::string& name);

// Returns the file name of the checkpoint that a state file ("checkpoint") names; nullopt if it
// names none. The folder in the state file is left out: it may be a folder of another machine.
std::optional<std::string> checkpoint_named(Bytes state_file);

}  // namespace nst::weights
