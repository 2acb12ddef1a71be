// Paints a photograph in the style of a painting: stylize CONTENT STYLE OUTPUT
#include <cstdio>
#include <nst/nst.hpp>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: stylize CONTENT STYLE OUTPUT\n");
    return 2;
  }
  try {
    const nst::Model model = nst::Model::default_model();  // or Model::open("magenta.safetensors")
    // Transparent pixels are painted as they look on white.
    const nst::Image content = nst::compose(nst::read_image(argv[1]).view());
    const nst::Image painting = nst::compose(nst::read_image(argv[2]).view());

    const nst::StyleVector style = model.encode_style(painting.view());
    const nst::Image painted = model.stylize(content.view(), style);

    nst::ImageView cropped = painted.view();  // sides are rounded up to a multiple of 4
    cropped.width = content.width;
    cropped.height = content.height;
    cropped.row_stride_bytes =
        static_cast<std::ptrdiff_t>(sizeof(float)) * painted.width * painted.channels;
    nst::write_image(argv[3], nst::to_u8(cropped).view());
  } catch (const nst::Error& error) {
    std::fprintf(stderr, "stylize: %s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
