// Paints a photograph in several styles, and in their mixture.
//
// Usage: styles CONTENT FOLDER STYLE...
//
// Writes FOLDER/1.png, FOLDER/2.png, ... and FOLDER/mixture.png. Work that does not depend on the
// style is done once.
#include <cstdio>
#include <nst/nst.hpp>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: styles CONTENT FOLDER STYLE...\n");
    return 2;
  }
  const std::string folder = argv[2];
  try {
    nst::Painter painter(nst::Model::default_model());
    painter.set_content(nst::read_image(argv[1]).view());
    std::vector<nst::StyleVector> styles;
    for (int i = 3; i < argc; ++i) {
      styles.push_back(painter.encode(nst::read_image(argv[i])));
      const std::string name = folder + "/" + std::to_string(styles.size()) + ".png";
      nst::write_image(name, painter.paint(styles.back()).view());
    }
    const std::vector<double> equal(styles.size(), 1.0);
    const nst::StyleVector mixture = nst::StyleVector::blend(styles, equal);
    nst::write_image(folder + "/mixture.png", painter.paint(mixture).view());
  } catch (const nst::Error& error) {
    std::fprintf(stderr, "styles: %s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
