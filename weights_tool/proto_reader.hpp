// Reads the fields of protocol buffers one by one, without a schema.
#pragma once

#include <cstdint>
#include <string>

#include "base/byte_reader.hpp"

namespace nst::weights {

// One field of a message. `value` is a varint or fixed-width number; `bytes` is a string or a
// message.
struct ProtoField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  Bytes bytes;
  bool is_bytes = false;
};

// Reads the fields of a message (https://protobuf.dev/programming-guides/encoding). Throws the
// reader's Error for malformed input, and for groups, which no message of the supported formats
// contains.
class ProtoReader {
 public:
  ProtoReader(Bytes bytes, const std::string& name, ErrorCode code) : reader_(bytes, name, code) {}

  // Reads the next field. Returns false at the end of the message.
  bool next(ProtoField& field);
  // Returns a reader for the nested message that is the value of a field.
  ProtoReader message(const ProtoField& field) const;
  // Returns the string that is the value of a field.
  std::string text(const ProtoField& field) const;
  [[noreturn]] void fail(const std::string& what) const { reader_.fail(what); }

 private:
  ByteReader reader_;
};

}  // namespace nst::weights
