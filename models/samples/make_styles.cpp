// nst-make-styles MODELS FILE: encodes the sample styles of MODELS/samples with the default model,
// MODELS/default.safetensors, and writes the table of named styles, engine/api/named_styles.inc, to
// FILE. Run it again whenever the default model or a sample style changes.
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <string>

#include "base/hash.hpp"
#include "nst/nst.hpp"
#include "platform/file.hpp"

namespace {

struct Named {
  const char* name;
  const char* description;
};

// The named styles, in the order in which nst-run lists them.
constexpr std::array kStyles{Named{"oil", "thick brush strokes along a whirling night sky"},
                             Named{"glass", "a stained-glass rosette"},
                             Named{"woodcut", "striped waves under a red sun"},
                             Named{"watercolour", "pale washes with darker rims"},
                             Named{"mosaic", "a star of small stones"},
                             Named{"dots", "a landscape of dots of pure colour"},
                             Named{"shards", "overlapping planes in browns and greys"},
                             Named{"marble", "combed marbled paper"},
                             Named{"tiles", "blue and white glazed tiles"},
                             Named{"weave", "a woven carpet of diamonds"},
                             Named{"ink", "an ink wash of misty hills"},
                             Named{"pastel", "soft chalk on grey paper"},
                             Named{"night", "glowing tubes in the dark"}};

std::string shortest(float value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  return std::string(text, end) + "f";
}

std::string table(const std::string& models) {
  const std::string file = models + "/default.safetensors";
  const nst::FileContents bytes(file, nst::ErrorCode::model);
  const nst::Model model = nst::Model::open(file);
  std::string text =
      "// Made by nst-make-styles (models/samples/make_styles.cpp); not to be edited. The style\n"
      "// vectors of the sample pictures by the default model.\n"
      "constexpr const char* kModelSha256 =\n    \"" +
      nst::sha256_hex(bytes.bytes()) + "\";\nconstexpr const char* kSpace = \"" +
      model.info().style_space +
      "\";\nconstexpr std::size_t kValues = " + std::to_string(model.info().style_size) +
      ";\nconstexpr NamedVector<kValues> kStyles[] = {\n";
  for (const Named& style : kStyles) {
    const nst::Image painting = nst::read_image(models + "/samples/style-" + style.name + ".jpg");
    const nst::StyleVector vector = model.encode_style(painting.view());
    text += std::string("    {\"") + style.name + "\", \"" + style.description + "\", {";
    for (std::size_t i = 0; i < vector.size(); ++i) {
      text += (i % 6 == 0 ? "\n        " : " ") + shortest(vector.values[i]) + ",";
    }
    text += "}},\n";
  }
  return text + "};\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: nst-make-styles MODELS FILE\n");
    return 2;
  }
  try {
    const std::string text = table(argv[1]);
    nst::write_bytes(argv[2], {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nst-make-styles: %s\n", error.what());
    return 1;
  }
  return 0;
}
