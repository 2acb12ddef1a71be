// Fuzzes safetensors files: as a container, as a model, and as a source of weights.
#include "fuzz/sources.hpp"
#include "model/model_file.hpp"
#include "nst/model.hpp"

namespace {

// Writes the tensors to a model file with correct metadata and checksums, and opens that file. Does
// nothing if a tensor is not of type f32 or f16, because model files contain only such tensors.
void open_as_model(const nst::SafeTensors& read) {
  const auto stated = [&](const char* key) {
    const auto it = read.metadata.find(key);
    return it == read.metadata.end() ? std::string() : it->second;
  };
  nst::ModelDescription description;
  description.architecture = {stated("predictor"), stated("transformer")};
  description.self_test = stated("self_test");
  if (read.metadata.contains("style_space")) description.style_space = stated("style_space");
  std::vector<nst::NamedTensor> tensors;
  for (const auto& [name, entry] : read.tensors) {
    if (entry.dtype != nst::DType::f32 && entry.dtype != nst::DType::f16) return;
    tensors.push_back({name, entry.shape, nst::to_float(entry)});
  }
  const std::vector<std::uint8_t> file =
      nst::build_model_file(description, tensors, nst::DType::f32);
  nst::Model::open_memory(file.data(), file.size(), "model");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nst;
  const Bytes bytes(data, size);
  fuzz::must_answer([&] {
    // The writer must accept whatever the reader returns. The written file must have the same
    // contents when it is read again.
    const SafeTensors read = parse_safetensors(bytes, "file");
    const std::vector<std::uint8_t> written = serialise_safetensors(read);
    const SafeTensors again = parse_safetensors(written, "file");
    if (again.metadata != read.metadata || again.tensors.size() != read.tensors.size()) {
      std::abort();
    }
    open_as_model(read);
  });
  fuzz::must_answer([&] { Model::open_memory(data, size, "model"); });
  fuzz::open_and_read([&] { return weights::open_safetensors(fuzz::one_file("f", bytes), "f"); });
  return 0;
}

// Changes the input. Then, in three of four cases, corrects the length of the header, which the
// first 8 bytes state.
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 4 == 0 || size < 10) return size;
  const void* end = memrchr(data + 8, '}', size - 8);
  if (end == nullptr) return size;
  const std::uint64_t length =
      static_cast<std::uint64_t>(static_cast<const std::uint8_t*>(end) - (data + 8)) + 1;
  std::memcpy(data, &length, sizeof length);
  return size;
}
