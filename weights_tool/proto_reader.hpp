// Reads the wire format of protocol buffers, field by field, without a schema.
#pragma once

#include <cstdint>
#include <string>

#include "base/byte_reader.hpp"

namespace nst::weights {

// One field. `value` is a varint or fixed-width number, `bytes` a string or message.
struct ProtoField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;
  Bytes bytes;
  bool is_bytes = false;
};

// Reads the fields of a message (https://protobuf.dev/programming-guides/encoding). Throws the
// reader's Error for malformed input and for groups, which the messages read here never contain.
class ProtoReader {
 public:
  ProtoReader(Bytes bytes, const std::string& name, ErrorCode code) : reader_(bytes, name, code) {}

  // Reads the next field. Returns false at the end.
  bool next(ProtoField& field);
  // Returns a reader of a message field.
  ProtoReader message(const ProtoField& field) const;
  // Returns the text of a string field.
  std::string text(const ProtoField& field) const;
  [[noreturn]] void fail(const std::string& what) const { reader_.fail(what); }

 private:
  ByteReader reader_;
};

}  // namespace nst::weights
