// Helpers of the C functions. Every function runs in `guarded`, which turns exceptions into a
// status and a line of text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "nst/nst.h"
#include "nst/nst.hpp"

struct nst_model {
  nst::Model model;
};

struct nst_style {
  nst::StyleVector vector;
};

struct nst_metadata {
  nst::Metadata metadata;
};

namespace nst::c {

// Clears the message that nst_last_error() returns to the calling thread.
void clear_failure() noexcept;
// Stores `text` as the calling thread's last failure and returns the code as a status.
nst_status fail(ErrorCode code, const char* text) noexcept;

// Runs `body` and returns NST_OK, or the status of the exception that it throws.
template <typename Body>
nst_status guarded(Body&& body) noexcept {
  clear_failure();
  try {
    body();
    return NST_OK;
  } catch (const Error& e) {
    return fail(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::limit, "out of memory; use a smaller picture");
  } catch (const std::exception& e) {
    return fail(ErrorCode::internal, e.what());
  } catch (...) {
    return fail(ErrorCode::internal, "unknown error");
  }
}

// Returns the object that an argument points to. Throws Error{usage} "<name> is null".
template <typename T>
T& required(T* pointer, const char* name) {
  if (pointer == nullptr) throw Error(ErrorCode::usage, std::string(name) + " is null");
  return *pointer;
}

// Throws Error{usage} if `size` is impossible for every version of a struct: the caller has then
// forgotten to set struct_size. `name` is the struct's name in the message.
void check_struct_size(std::size_t size, const char* name);
// Throws Error{usage} if one of the `count` bytes is not 0. `bytes` are the members of the caller's
// struct that this library does not know. A caller that sets one of them needs a newer library.
void check_unknown_members(const unsigned char* bytes, std::size_t count, const char* name);

// Returns the options struct that the caller has given, which may be of an older or newer version.
// Members that the caller's version does not have get the values of `defaults`. A null pointer
// gives `defaults`. Throws as check_struct_size and check_unknown_members do.
template <typename T>
T read_options(const T* given, const T& defaults, const char* name) {
  if (given == nullptr) return defaults;
  const std::size_t size = given->struct_size;
  check_struct_size(size, name);
  T options = defaults;
  std::memcpy(&options, given, std::min(size, sizeof(T)));
  if (size > sizeof(T)) {
    check_unknown_members(reinterpret_cast<const unsigned char*>(given) + sizeof(T),
                          size - sizeof(T), name);
  }
  return options;
}

// Fills the caller's struct, of any version, with the members of `full` that the caller's version
// has. Members that only the caller's version has become zero.
template <typename T>
void fill_struct(T* given, T full, const char* name) {
  const std::size_t size = required(given, name).struct_size;
  check_struct_size(size, name);
  full.struct_size = size;
  std::memcpy(given, &full, std::min(size, sizeof(T)));
  if (size > sizeof(T)) {
    std::memset(reinterpret_cast<unsigned char*>(given) + sizeof(T), 0, size - sizeof(T));
  }
}

// Return the C++ form of a C value. Throw Error{usage} for a number that the enum does not have.
SampleType sample_type(nst_sample_type type);
Resize resize_method(nst_resize_method method);
Quantise quantise(nst_quantise method);
AlphaOutput alpha_output(nst_alpha_output alpha);
KeepColour keep_colour(nst_keep_colour keep);
OutputFormat output_format(nst_output_format format);
EncodeOptions encode_options(const nst_encode_options* options);
ImageView view(const nst_image& image);
MutableImageView target(const nst_image& image);
RunOptions run_options(const nst_run_settings* settings);
StyleOptions style_options(const nst_style_options* options);

// Returns the plan as a struct of the C interface. fill_struct copies it to the caller.
nst_plan_info plan_info(const PlanInfo& plan);

// Sets *out to a copy of the picture, which nst_image_free frees.
void give(const Image& picture, nst_image* out);
// Sets *out and *size to a copy of the bytes, which nst_bytes_free frees.
void give(std::span<const std::uint8_t> bytes, unsigned char** out, std::size_t* size);

// Sets *out to a new handle of the object that `maker` returns.
template <typename Handle, typename Maker>
nst_status make(Handle** out, const char* name, Maker&& maker) noexcept {
  return guarded([&] {
    Handle*& place = required(out, name);
    place = new Handle{maker()};
  });
}

}  // namespace nst::c
