// nst-make-samples FOLDER: paints the sample pictures of this folder and writes them to FOLDER.
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "noise.hpp"

namespace {

struct Sample {
  const char* file;
  nst::Image (*paint)();
  int jpeg_quality;  // keeps the content below 120 KB and a style below 100 KB
};

constexpr std::array kSamples{
    Sample{"content.jpg", [] { return nst::samples::paint_landscape(640, 427); }, 92},
    Sample{"style-oil.jpg", [] { return nst::samples::paint_oil(384); }, 88},
    Sample{"style-glass.jpg", [] { return nst::samples::paint_glass(384); }, 90},
    Sample{"style-woodcut.jpg", [] { return nst::samples::paint_woodcut(384); }, 90}};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: nst-make-samples FOLDER\n");
    return 2;
  }
  try {
    for (const Sample& sample : kSamples) {
      const std::string path = std::string(argv[1]) + "/" + sample.file;
      const nst::Image picture = nst::to_u8(sample.paint().view());
      nst::write_image(path, picture.view(), sample.jpeg_quality);
      std::printf("%s\n", path.c_str());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nst-make-samples: %s\n", error.what());
    return 1;
  }
  return 0;
}
