// Names of the variables of an object-based TensorFlow checkpoint (TF2 SavedModel).
#pragma once

#include <map>
#include <string>

#include "base/byte_reader.hpp"

namespace nst::weights {

// Checkpoint key -> variable name. `graph` is the serialised TrackableObjectGraph that the bundle
// holds as _CHECKPOINTABLE_OBJECT_GRAPH; `saved_model` the bytes of saved_model.pb or empty, used
// for variables whose full_name the graph leaves out (their node has the same number in both). A
// variable without a name, or with another's, keeps its key without "/.ATTRIBUTES/VARIABLE_VALUE".
// Throws Error{model} with `name` for malformed protobufs.
std::map<std::string, std::string> object_graph_names(Bytes graph, Bytes saved_model,
                                                      const std::string& name);

}  // namespace nst::weights
