#include "nst/session.hpp"

#include <optional>
#include <utility>

#include "api/encode.hpp"
#include "api/plan.hpp"
#include "api/transformer_run.hpp"
#include "image/network_picture.hpp"
#include "image/view.hpp"
#include "nst/error.hpp"
#include "platform/float_environment.hpp"

namespace nst {
namespace {

// Returns true if `image` is an f32 RGB picture of this size. The next output can then overwrite
// its memory.
bool is_output_image(const Image& image, Size size) {
  return image.width == size.width && image.height == size.height && image.channels == 3 &&
         image.type == SampleType::f32 &&
         image.bytes.size() == image.sample_count() * sizeof(float);
}

}  // namespace

struct Session::Impl {
  explicit Impl(Model m) : model(std::move(m)) {}

  Model model;
  std::optional<TransformerRun> transformer;
  std::optional<Execution> predictor;
  bool has_content = false;
};

Session::Session(Model model) : impl_(std::make_unique<Impl>(std::move(model))) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

StyleVector Session::encode_style(const ImageView& style, const StyleOptions& options,
                                  const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  return encode(opened(impl_->model), impl_->predictor, style, options, run);
}

void Session::set_content(const ImageView& content, const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  check_picture(content, "content picture");
  Impl& s = *impl_;
  s.has_content = false;
  const Size size{content.width, content.height};
  if (!s.transformer || !s.transformer->serves(size, run)) {
    s.transformer.reset();
    s.transformer.emplace(opened(s.model), size, LoweringOptions{.keep_encoder = true}, run);
  }
  to_network_input(content, s.transformer->input());
  s.transformer->encode(run);
  s.has_content = true;
}

Image Session::render(const StyleVector& style, const RunOptions& run) {
  Image picture;
  render_into(picture, style, run);
  return picture;
}

void Session::render_into(Image& picture, const StyleVector& style, const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  Impl& s = *impl_;
  if (!s.has_content) throw Error(ErrorCode::usage, "render needs set_content first");
  check_style(opened(s.model), style);
  const Size size = s.transformer->output_size();
  if (!is_output_image(picture, size)) {
    picture = Image(size.width, size.height, 3, SampleType::f32);
  }
  s.transformer->render(style, {.picture = picture.f32()}, run);
}

}  // namespace nst
