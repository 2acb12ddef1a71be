// How JPEG and PNG files describe their colours. Used by the decoders with libjpeg and libpng, and
// by those with stb_image.
#pragma once

#include "image/jpeg_segments.hpp"
#include "image/png_chunks.hpp"
#include "image/profile.hpp"

namespace nst::codec {

// Returns the conversion from the colours of a JPEG's ICC profile to sRGB. `layout` describes the
// decoded samples.
SrgbConversion jpeg_conversion(const Input& input, const JpegSegments& segments,
                               SampleLayout layout);

// Returns the conversion from a PNG's colours to sRGB. The colours are those of the cICP chunk or,
// if there is none, those of the ICC profile. The samples are decoded to RGB or RGBA, of 16 bits if
// `wide` is true and of 8 bits otherwise.
SrgbConversion png_conversion(const Input& input, const PngChunks& chunks, bool wide);

}  // namespace nst::codec
