// Paints a photograph in the style of a painting. Usage: stylize CONTENT STYLE OUTPUT
#include <cstdio>
#include <nst/nst.hpp>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: stylize CONTENT STYLE OUTPUT\n");
    return 2;
  }
  try {
    // Takes the model that is built into the library. To take a model from a file instead, call for
    // example nst::Model::open("magenta.safetensors").
    const nst::Model model = nst::Model::default_model();
    const nst::Image painting = nst::read_image(argv[2]);
    const nst::Image picture = nst::paint(model, nst::read_image(argv[1]), painting);
    nst::write_image(argv[3], picture.view());
  } catch (const nst::Error& error) {
    std::fprintf(stderr, "stylize: %s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
