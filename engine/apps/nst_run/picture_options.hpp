// The options about picture files: how they are read, and how results are written.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "nst/nst.hpp"

namespace nst::run {

struct PictureOptions {
  int quality = 95;
  int depth = 8;
  std::string subsampling = "auto";
  bool progressive = false;
  std::string metadata = "safe";
  bool damaged = false;

  // Adds the options to a command, under a heading of their own in --help.
  void add_to(CLI::App& app);
  // Throws Error{usage} if a picture of this format cannot have the chosen depth.
  void check(OutputFormat format) const;
  // Returns the options for writing a picture on `threads` threads. `found` is the content's
  // metadata. It must outlive the result, which points to it.
  EncodeOptions writing(const Metadata& found, int threads = 1) const;
};

// The names of the formats that can be written, for --format.
inline constexpr const char* kFormatNames[] = {"png",  "jpg",  "jpeg", "tif",
                                               "tiff", "webp", "ppm",  "npy"};

}  // namespace nst::run
