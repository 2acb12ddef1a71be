#include "weights_tool/proto_reader.hpp"

namespace nst::weights {

bool ProtoReader::next(ProtoField& field) {
  if (reader_.at_end()) return false;
  const std::uint64_t tag = reader_.read_varint("a protobuf tag");
  constexpr std::uint64_t kMaxFieldNumber = (1u << 29) - 1;
  if ((tag >> 3) == 0 || (tag >> 3) > kMaxFieldNumber)
    reader_.fail("damaged protobuf field number");
  field = {};
  field.number = static_cast<std::uint32_t>(tag >> 3);
  switch (tag & 7) {
    case 0:
      field.value = reader_.read_varint("a protobuf number");
      break;
    case 1:
      field.value = reader_.read<std::uint64_t>("a protobuf fixed64");
      break;
    case 2:
      field.bytes = reader_.take(reader_.read_varint("a protobuf length"), "a protobuf string");
      field.is_bytes = true;
      break;
    case 5:
      field.value = reader_.read<std::uint32_t>("a protobuf fixed32");
      break;
    default:
      reader_.fail("damaged protobuf: unknown wire type " + std::to_string(tag & 7));
  }
  return true;
}

ProtoReader ProtoReader::message(const ProtoField& field) const {
  if (!field.is_bytes) reader_.fail("damaged protobuf: a number where a message belongs");
  return {field.bytes, reader_.name(), reader_.code()};
}

std::string ProtoReader::text(const ProtoField& field) const {
  if (!field.is_bytes) reader_.fail("damaged protobuf: a number where a string belongs");
  return {field.bytes.begin(), field.bytes.end()};
}

}  // namespace nst::weights
