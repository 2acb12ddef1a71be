// Converts arrays of little-endian numbers (weights) of several types to float32.
#pragma once

#include <cstring>
#include <vector>

#include "base/byte_reader.hpp"
#include "base/half.hpp"
#include "model/safetensors.hpp"

namespace nst::weights {

enum class Number { f64, f32, f16, bf16, i64, i32, i16, i8, u16, u8 };

constexpr std::uint64_t number_bytes(Number type) {
  switch (type) {
    case Number::f64:
    case Number::i64:
      return 8;
    case Number::f32:
    case Number::i32:
      return 4;
    case Number::f16:
    case Number::bf16:
    case Number::i16:
    case Number::u16:
      return 2;
    case Number::i8:
    case Number::u8:
      break;
  }
  return 1;
}

// Returns true for integer types. The values of such a type are weights only if they are multiplied
// by a scale (quantised).
constexpr bool is_integer(Number type) {
  return type != Number::f64 && type != Number::f32 && type != Number::f16 && type != Number::bf16;
}

namespace detail {

template <typename T, typename Convert>
std::vector<float> widen_as(Bytes bytes, Convert convert) {
  std::vector<float> values(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = convert(value);
  }
  return values;
}

}  // namespace detail

// Returns the numbers in `bytes`, all of `type`, as float32. Integers beyond 2^24 and doubles are
// rounded.
inline std::vector<float> widen(Bytes bytes, Number type) {
  const auto cast = [](auto value) { return static_cast<float>(value); };
  switch (type) {
    case Number::f64:
      return detail::widen_as<double>(bytes, cast);
    case Number::f32:
      return detail::widen_as<float>(bytes, cast);
    case Number::f16:
      return detail::widen_as<std::uint16_t>(bytes, half_to_float);
    case Number::bf16:
      return detail::widen_as<std::uint16_t>(bytes, [](std::uint16_t bits) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
      });
    case Number::i64:
      return detail::widen_as<std::int64_t>(bytes, cast);
    case Number::i32:
      return detail::widen_as<std::int32_t>(bytes, cast);
    case Number::i16:
      return detail::widen_as<std::int16_t>(bytes, cast);
    case Number::i8:
      return detail::widen_as<std::int8_t>(bytes, cast);
    case Number::u16:
      return detail::widen_as<std::uint16_t>(bytes, cast);
    case Number::u8:
      break;
  }
  return detail::widen_as<std::uint8_t>(bytes, cast);
}

// Returns the number of elements of a shape. Throws Error{model} naming `what` for a negative
// dimension or an overflow.
inline std::uint64_t shape_elements(const std::vector<std::int64_t>& shape, std::string_view what) {
  std::uint64_t count = 1;
  for (const std::int64_t dim : shape) {
    if (dim < 0) throw Error(ErrorCode::model, std::string(what) + ": a negative dimension");
    count = checked_mul(count, static_cast<std::uint64_t>(dim), ErrorCode::model, what);
  }
  return count;
}

}  // namespace nst::weights
