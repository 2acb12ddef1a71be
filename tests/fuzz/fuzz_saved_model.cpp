// Fuzzes saved_model.pb, from which the variables take their names when the checkpoint's object
// graph has none. The graph is fixed: its nodes 0 to 3 are one variable each, without a name.
#include <map>
#include <string>

#include "fuzz/fuzz.hpp"
#include "support/proto_fields.hpp"
#include "weights_tool/object_graph.hpp"

namespace {

using nst::test::proto_field;

// Returns a TrackableObjectGraph{nodes = 1{attributes = 2{checkpoint_key = 3}}} of four nodes.
std::string nameless_graph() {
  std::string graph;
  for (const char* key : {"a", "b", "c", "d"})
    graph += proto_field(1, proto_field(2, proto_field(3, key)));
  return graph;
}

std::map<std::string, std::string> names_by(nst::Bytes saved_model) {
  static const std::string graph = nameless_graph();
  return nst::weights::object_graph_names(
      {reinterpret_cast<const std::uint8_t*>(graph.data()), graph.size()}, saved_model, "graph");
}

// Aborts unless a good saved_model.pb gives a variable its name. Otherwise this target might try
// nothing, and nobody would notice.
bool names_are_read() {
  // SavedModel{meta_graphs = 2{object_graph_def = 7{nodes = 1{variable = 7{name = 6}}}}}
  const std::string good =
      proto_field(2, proto_field(7, proto_field(1, proto_field(7, proto_field(6, "weights")))));
  const auto names = names_by({reinterpret_cast<const std::uint8_t*>(good.data()), good.size()});
  if (names.at("a") != "weights" || names.at("b") != "b") std::abort();
  return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool checked = names_are_read();
  if (!checked) return 0;
  nst::fuzz::must_answer([&] { names_by({data, size}); });
  return 0;
}
