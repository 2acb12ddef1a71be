// Converts the tests' C++ pictures to pictures of the C interface.
#pragma once

#include "nst/nst.h"
#include "nst/nst.hpp"

namespace nst::test {

// Returns a C view of `image`, which owns the samples. No test writes through the view.
inline nst_image c_image(const Image& image) {
  nst_image view{};
  view.data = const_cast<std::uint8_t*>(image.bytes.data());
  view.width = image.width;
  view.height = image.height;
  view.channels = image.channels;
  view.type = image.type == SampleType::u8 ? NST_U8 : NST_F32;
  view.format = image.channels == 1 ? NST_GREY : NST_RGB;
  return view;
}

}  // namespace nst::test
