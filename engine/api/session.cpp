#include <optional>
#include <utility>

#include "api/runs.hpp"
#include "graph/threads.hpp"
#include "image/samples.hpp"
#include "image/view.hpp"
#include "nst/nst.hpp"
#include "platform/float_environment.hpp"

namespace nst {
namespace {

// Can the program's output be written over `image`?
bool is_output_image(const Image& image, const Program& program) {
  return image.width == program.output_shape.w && image.height == program.output_shape.h &&
         image.channels == 3 && image.type == SampleType::f32 &&
         image.bytes.size() == image.sample_count() * sizeof(float);
}

}  // namespace

struct Session::Impl {
  explicit Impl(Model m) : model(std::move(m)) {}

  // The same size again, planned no larger than it may be now?
  bool can_reuse(const ImageView& content, const RunOptions& run) const {
    if (!execution) return false;
    const Program& program = execution->program();
    const int team = threads_for_work(run.threads, program.mac);
    return program.input.shape == Shape{content.height, content.width, 3} &&
           (run.max_memory_bytes == 0 ||
            Execution::needed_bytes(program, team) <= run.max_memory_bytes);
  }

  Model model;
  StyleLayout layout;
  std::optional<Execution> execution;  // of the transformer
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
  return encode(impl_->model.impl(), impl_->predictor, style, options, run);
}

void Session::set_content(const ImageView& content, const RunOptions& run) {
  const DefaultFloatEnvironment environment;
  check_view(content, "content picture");
  Impl& s = *impl_;
  s.has_content = false;
  if (!s.can_reuse(content, run)) {
    s.execution.reset();
    StyleLayout layout;
    Program program =
        lower_transformer_within(s.model.impl(), content.width, content.height, layout,
                                 {.keep_encoder = true}, run.threads, run.max_memory_bytes);
    s.execution.emplace(make_execution(std::move(program), run));
    s.layout = std::move(layout);
  }
  Execution& execution = *s.execution;
  const Program& program = execution.program();
  execution.prepare(threads_for_work(run.threads, program.mac), run.max_memory_bytes);
  set_input(execution, content, "content picture");
  execution.run({.last_step = program.first_style_step, .progress = &run.progress});
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
  check_style(s.model.impl(), style);
  Execution& execution = *s.execution;
  const Program& program = execution.program();
  execution.prepare(threads_for_work(run.threads, program.mac), run.max_memory_bytes);
  const std::vector<float> params = style_params(s.model.impl().layers, s.layout, style);
  if (!is_output_image(picture, program)) picture = output_image(program);
  execution.run({.first_step = program.first_style_step,
                 .last_step = step_count(program),
                 .style_params = params.data(),
                 .output = picture.f32(),
                 .progress = &run.progress});
}

}  // namespace nst
