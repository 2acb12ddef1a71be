// Makes the 507 variables of TF Hub's arbitrary-image-stylization-v1-256/2 from a seed. Names and
// shapes come from variables.json, recorded from the published model's index. A Python script in
// the folder of variables.json makes the same values, bit for bit.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "weights_tool/source.hpp"

namespace nst::test {

class HubVariables final : public weights::Source {
 public:
  // Makes the variables listed in the file `record` (variables.json), with values from `seed`.
  HubVariables(const std::string& record, std::uint64_t seed);

  std::string description() const override { return "seeded variables"; }
  std::string sha256() const override { return "0"; }
  std::vector<std::string> files() const override { return {}; }
  const std::vector<weights::SourceTensor>& tensors() const override { return tensors_; }
  std::vector<float> read(const std::string& name) const override;

 private:
  std::uint64_t seed_;
  std::vector<weights::SourceTensor> tensors_;
  std::map<std::string, std::vector<std::int64_t>> shapes_;
};

}  // namespace nst::test
