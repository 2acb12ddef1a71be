// nst-make-samples FOLDER: paints the sample pictures of models/samples and writes them to FOLDER.
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "noise.hpp"

namespace {

struct Sample {
  const char* file;
  nst::Image (*paint)();
  // Quality of the JPEG file. It is chosen so that the content has less than 120 KB and each style
  // less than 100 KB.
  int jpeg_quality;
};

constexpr std::array kSamples{
    Sample{"content.jpg", [] { return nst::samples::paint_landscape(640, 427); }, 92},
    Sample{"style-oil.jpg", [] { return nst::samples::paint_oil(384); }, 88},
    Sample{"style-glass.jpg", [] { return nst::samples::paint_glass(384); }, 90},
    Sample{"style-woodcut.jpg", [] { return nst::samples::paint_woodcut(384); }, 90},
    Sample{"style-watercolour.jpg", [] { return nst::samples::paint_watercolour(256); }, 85},
    Sample{"style-mosaic.jpg", [] { return nst::samples::paint_mosaic(256); }, 85},
    Sample{"style-dots.jpg", [] { return nst::samples::paint_dots(256); }, 85},
    Sample{"style-shards.jpg", [] { return nst::samples::paint_shards(256); }, 85},
    Sample{"style-marble.jpg", [] { return nst::samples::paint_marble(256); }, 85},
    Sample{"style-tiles.jpg", [] { return nst::samples::paint_tiles(256); }, 85},
    Sample{"style-weave.jpg", [] { return nst::samples::paint_weave(256); }, 85},
    Sample{"style-ink.jpg", [] { return nst::samples::paint_ink(256); }, 85},
    Sample{"style-pastel.jpg", [] { return nst::samples::paint_pastel(256); }, 85},
    Sample{"style-night.jpg", [] { return nst::samples::paint_night(256); }, 85}};

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
