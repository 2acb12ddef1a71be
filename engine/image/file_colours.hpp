// How JPEG and PNG files describe their colours. Shared by the decoders of both builds, with
// libjpeg and libpng or with stb_image.
#pragma once

#include "image/jpeg_segments.hpp"
#include "image/png_chunks.hpp"
#include "image/profile.hpp"

namespace nst::codec {

// Returns the conversion to sRGB of a JPEG's decoded samples, from its ICC profile. `layout` is how
// they are decoded.
SrgbConversion jpeg_conversion(const Input& input, const JpegSegments& segments,
                               SampleLayout layout);

// Returns the conversion to sRGB of a PNG's samples, decoded to RGB or RGBA; `wide`: to 16 bits. By
// the code points in its cICP chunk, else by its ICC profile.
SrgbConversion png_conversion(const Input& input, const PngChunks& chunks, bool wide);

}  // namespace nst::codec
