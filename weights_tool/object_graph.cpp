#include "weights_tool/object_graph.hpp"

#include <vector>

#include "weights_tool/proto_reader.hpp"

namespace nst::weights {
namespace {

struct Variable {
  std::size_t node = 0;
  std::string name;  // full name of the variable; empty if the graph states none
  std::string key;
};

// Calls visit(reader) for each message in field `number` of the message that `reader` reads.
template <typename Visit>
void for_each_message(ProtoReader reader, std::uint32_t number, Visit&& visit) {
  ProtoField field;
  while (reader.next(field)) {
    if (field.number == number) visit(reader.message(field));
  }
}

// Parses the messages of trackable_object_graph.proto, which have these fields:
// TrackableObjectGraph{nodes = 1}, TrackableObject{attributes = 2}, SerializedTensor{name = 1,
// full_name = 2, checkpoint_key = 3}.
std::vector<Variable> parse_graph(Bytes graph, const std::string& name) {
  std::vector<Variable> variables;
  std::size_t node = 0;
  for_each_message(ProtoReader(graph, name, ErrorCode::model), 1, [&](ProtoReader object) {
    for_each_message(object, 2, [&](ProtoReader attribute) {
      Variable variable;
      variable.node = node;
      ProtoField field;
      while (attribute.next(field)) {
        if (field.number == 2) variable.name = attribute.text(field);
        if (field.number == 3) variable.key = attribute.text(field);
      }
      variables.push_back(std::move(variable));
    });
    ++node;
  });
  return variables;
}

// Returns the names of the variables by node number. The messages of saved_model.proto,
// meta_graph.proto and saved_object_graph.proto have these fields: SavedModel{meta_graphs = 2},
// MetaGraphDef{object_graph_def = 7}, SavedObjectGraph{nodes = 1}, SavedObject{variable = 7},
// SavedVariable{name = 6}.
std::map<std::size_t, std::string> parse_saved_model(Bytes saved_model, const std::string& name) {
  std::map<std::size_t, std::string> names;
  for_each_message(ProtoReader(saved_model, name, ErrorCode::model), 2, [&](ProtoReader meta) {
    for_each_message(meta, 7, [&](ProtoReader objects) {
      std::size_t node = 0;
      for_each_message(objects, 1, [&](ProtoReader object) {
        for_each_message(object, 7, [&](ProtoReader variable) {
          ProtoField field;
          while (variable.next(field)) {
            if (field.number == 6) names.emplace(node, variable.text(field));
          }
        });
        ++node;
      });
    });
  });
  return names;
}

std::string key_name(const std::string& key) {
  return key.substr(0, key.find("/.ATTRIBUTES/VARIABLE_VALUE"));
}

}  // namespace

std::map<std::string, std::string> object_graph_names(Bytes graph, Bytes saved_model,
                                                      const std::string& name) {
  std::vector<Variable> variables = parse_graph(graph, name + " object graph");
  std::map<std::size_t, std::string> fallback;
  bool fallback_read = false;
  std::map<std::string, int> uses;
  for (Variable& variable : variables) {
    if (variable.name.empty() && !saved_model.empty()) {
      if (!fallback_read) fallback = parse_saved_model(saved_model, name + " saved_model.pb");
      fallback_read = true;
      const auto it = fallback.find(variable.node);
      if (it != fallback.end()) variable.name = it->second;
    }
    if (variable.name.ends_with(":0")) variable.name.resize(variable.name.size() - 2);
    ++uses[variable.name];
  }
  std::map<std::string, std::string> names;
  for (const Variable& variable : variables) {
    const bool is_proper = !variable.name.empty() && uses[variable.name] == 1;
    names[variable.key] = is_proper ? variable.name : key_name(variable.key);
  }
  return names;
}

}  // namespace nst::weights
