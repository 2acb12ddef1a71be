// Layers that are given on nst-bench's command line.
#pragma once

#include <string>

#include "bench/layers.hpp"

namespace nst::bench {

// Returns the layer that a text describes: "KHxKW,IN,OUT,HxW", then any of the words of
// kLayerWords, separated by commas. "3x3,128,128,64x64,stride2" is a 3x3 convolution of stride 2
// from 128 to 128 channels, whose input has 64x64 pixels. Padding is as for TensorFlow's SAME. The
// layer's name is the text. Throws std::invalid_argument with a message of one line.
Layer parse_layer(const std::string& text);

// The words that may follow the sizes in the argument of --layer, with their meanings, for --help.
extern const char* const kLayerWords;

}  // namespace nst::bench
