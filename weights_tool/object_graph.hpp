// Finds the variable names of an object-based TensorFlow checkpoint (TF2 SavedModel).
#pragma once

#include <map>
#include <string>

#include "base/byte_reader.hpp"

namespace nst::weights {

// Returns a map from checkpoint key to variable name.
//
// - `graph` is the serialised TrackableObjectGraph, which the checkpoint stores under the key
//   _CHECKPOINTABLE_OBJECT_GRAPH.
// - `saved_model` is the bytes of saved_model.pb, or empty. It has the names of variables whose
//   full_name is empty in `graph`. A variable's node has the same number in both.
//
// A variable without a name, or with a name that is used twice, gets its key without
// "/.ATTRIBUTES/VARIABLE_VALUE". Throws Error{model} with `name` for malformed protobufs.
std::map<std::string, std::string> object_graph_names(Bytes graph, Bytes saved_model,
                                                      const std::string& name);

}  // namespace nst::weights
