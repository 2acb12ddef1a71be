// Protocol buffers wire format, read field by field without a schema.
#pragma once

#include <cstdint>
#include <string>

#include "base/byte_reader.hpp"

namespace nst::weights {

// One field: `value` for varints and fixed-width numbers, `bytes` for strings and messages.
struct ProtoField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  Bytes bytes;
  bool is_bytes = false;
};

// https://protobuf.dev/programming-guides/encoding. Throws the reader's Error for malformed input
// and for groups, which the messages read here never hold.
class ProtoReader {
 public:
  ProtoReader(Bytes bytes, const std::string& name, ErrorCode code) : reader_(bytes, name, code) {}

  // The next field, or false at the end.
  bool next(ProtoField& field);
  // A reader over a message field.
  ProtoReader message(const ProtoField& field) const;
  // A string field.
  std::string text(const ProtoField& field) const;
  [[noreturn]] void fail(const std::string& what) const { reader_.fail(what); }

 private:
  ByteReader reader_;
};

}  // namespace nst::weights
