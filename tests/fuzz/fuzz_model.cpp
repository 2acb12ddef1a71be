// Fuzzes whole model files with correct checksums, whose tensors do not fit each other.
//
// The first byte of the input chooses a network. Then follow edits of 4 bytes each:
//
// - two bytes: the number of a tensor
// - one byte: below 8, the dimension of its shape that changes; otherwise the tensor is removed
// - one byte: the new size of that dimension
#include "fuzz/fuzz.hpp"
#include "model/model_file.hpp"
#include "nst/model.hpp"
#include "support/formula_model.hpp"

namespace {

// Returns the side of a tensor's shape for a small network of the same structure. Numbers of
// channels are divided by 32 or, if they are no multiples of 32, by 8. The sides of kernels are no
// multiples of 8, so they stay as they are.
std::int64_t small(std::int64_t side) {
  if (side % 32 == 0) return side / 32;
  return side % 8 == 0 ? side / 8 : side;
}

// Returns the tensors of a network with few channels. The tensors have shapes but no values yet.
std::vector<nst::NamedTensor> small_tensors(const nst::test::FormulaNetwork& network) {
  std::vector<nst::NamedTensor> tensors;
  for (const nst::test::Variable& variable : nst::test::formula_variables(network)) {
    nst::NamedTensor tensor{variable.name, variable.shape, {}};
    for (std::int64_t& side : tensor.shape) side = small(side);
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Gives every tensor as many values as its shape needs. Returns false if that would be too many
// values for one run of the fuzz target.
bool fill(std::vector<nst::NamedTensor>& tensors) {
  constexpr std::size_t kMostOfOne = std::size_t{1} << 16, kMostOfAll = std::size_t{1} << 22;
  std::size_t all = 0;
  for (nst::NamedTensor& tensor : tensors) {
    std::size_t count = 1;
    for (const std::int64_t side : tensor.shape) {
      count *= static_cast<std::size_t>(side);
      if (count > kMostOfOne) return false;
    }
    tensor.values.assign(count, 0.5f);
    all += count;
  }
  return all <= kMostOfAll;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto& networks = nst::test::formula_networks();
  static const std::vector<std::vector<nst::NamedTensor>> tensors_of = [] {
    std::vector<std::vector<nst::NamedTensor>> all;
    for (const auto& network : networks) all.push_back(small_tensors(network));
    return all;
  }();
  const std::size_t chosen = data[0] % networks.size();
  const nst::test::FormulaNetwork& network = networks[chosen];
  std::vector<nst::NamedTensor> tensors = tensors_of[chosen];
  for (std::size_t at = 1; at + 4 <= size && !tensors.empty(); at += 4) {
    const std::size_t number = (data[at] + 256u * data[at + 1]) % tensors.size();
    const std::size_t side = data[at + 2];
    std::vector<std::int64_t>& shape = tensors[number].shape;
    if (side < shape.size()) {
      shape[side] = data[at + 3];
    } else if (side >= 8) {
      tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(number));
    } else {
      shape.resize(side + 1, data[at + 3]);
    }
  }
  if (!fill(tensors)) return 0;
  bool is_open = false;
  nst::fuzz::must_answer([&] {
    const std::vector<std::uint8_t> file =
        nst::build_model_file({network.architecture, "fuzz", "", ""}, tensors, nst::DType::f16);
    nst::Model::open_memory(file.data(), file.size(), "model");
    is_open = true;
  });
  // An input of one byte contains no edits, so the network must open.
  if (size == 1 && !is_open) std::abort();
  return 0;
}
