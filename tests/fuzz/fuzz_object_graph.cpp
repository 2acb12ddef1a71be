// Fuzzes the object graph of a checkpoint together with its saved_model.pb. The input is cut into
// these two files. Its first byte decides where it is cut.
#include "fuzz/fuzz.hpp"
#include "weights_tool/object_graph.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const nst::Bytes bytes(data, size);
  const std::size_t cut = size > 0 ? size * data[0] / 255 : 0;
  nst::fuzz::must_answer(
      [&] { nst::weights::object_graph_names(bytes.first(cut), bytes.subspan(cut), "graph"); });
  return 0;
}
