// Which model the files of a folder or archive are.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weights_tool/file_set.hpp"
#include "weights_tool/source.hpp"

namespace nst::weights {

// Opens the one model among `files`, or several parts that fit together: a SavedModel before a
// checkpoint, then TF.js, TFLite, safetensors. `name` is what the set is called. Throws
// Error{model} naming what was looked for or what there is instead.
std::unique_ptr<Source> find_model(const FileSet& files, const std::string& name);
// The same for a folder: looks below it where nothing lies in it.
std::unique_ptr<Source> find_model_in_folder(const std::string& path, const std::string& name);

// The file name of the checkpoint that a state file ("checkpoint") names, whatever folder of
// whatever machine it names with it; nullopt if it names none.
std::optional<std::string> checkpoint_named(Bytes state_file);

}  // namespace nst::weights
