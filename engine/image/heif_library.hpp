// Loads the library libheif only when the first HEIC or AVIF picture is read, because libheif loads
// five video codecs. If nst-run were linked with libheif, it would start in 12 ms instead of 4. It
// would also need 40 MiB more address space.
#pragma once

#include <libheif/heif.h>

#include "image/codec.hpp"

namespace nst::codec {

// The functions of libheif that NST calls, without their prefix "heif_".
#define NST_HEIF_FUNCTIONS(F)                    \
  F(context_alloc)                               \
  F(context_free)                                \
  F(context_get_primary_image_handle)            \
  F(context_read_from_memory_without_copy)       \
  F(context_set_max_decoding_threads)            \
  F(context_set_maximum_image_size_limit)        \
  F(decode_image)                                \
  F(decoding_options_alloc)                      \
  F(decoding_options_free)                       \
  F(image_get_height)                            \
  F(image_get_plane_readonly)                    \
  F(image_get_width)                             \
  F(image_handle_get_height)                     \
  F(image_handle_get_list_of_metadata_block_IDs) \
  F(image_handle_get_metadata)                   \
  F(image_handle_get_metadata_content_type)      \
  F(image_handle_get_metadata_size)              \
  F(image_handle_get_metadata_type)              \
  F(image_handle_get_nclx_color_profile)         \
  F(image_handle_get_raw_color_profile)          \
  F(image_handle_get_raw_color_profile_size)     \
  F(image_handle_get_width)                      \
  F(image_handle_has_alpha_channel)              \
  F(image_handle_release)                        \
  F(image_release)                               \
  F(nclx_color_profile_free)

struct HeifLibrary {
#define NST_HEIF_POINTER(name) decltype(&heif_##name) name = nullptr;
  NST_HEIF_FUNCTIONS(NST_HEIF_POINTER)
#undef NST_HEIF_POINTER
};

// Returns libheif's functions, or null if libheif cannot be loaded or lacks one of them. Loads the
// library at the first call. May be called by several threads.
const HeifLibrary* heif_library();

}  // namespace nst::codec
