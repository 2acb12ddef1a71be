// The deprecated C functions of c_transitional.h. They take styles as plain numbers, and options in
// structs that do not state their own size.
#include <algorithm>

#include "api/c/support.hpp"
#include "image/network_picture.hpp"

using nst::c::guarded;
using nst::c::required;

struct nst_session {
  nst::Session session;
  int width = 0;  // in pixels, of the content set last; 0: none was set
  int height = 0;
};

namespace {

nst::RunOptions run_options(const nst_run_options* options) {
  if (options == nullptr) return {};
  const nst_run_settings settings{sizeof(nst_run_settings), options->threads,
                                  options->max_memory_bytes, options->progress,
                                  options->progress_user};
  return nst::c::run_options(&settings);
}

// Returns NST_STYLE_SIZE plain numbers as a style vector whose space is unknown.
nst::StyleVector style_of(const float* values) {
  nst::StyleVector style(NST_STYLE_SIZE);
  std::copy_n(&required(values, "style_vector"), NST_STYLE_SIZE, style.values.begin());
  return style;
}

// Copies the values of a style to an array of NST_STYLE_SIZE floats.
void store(const nst::StyleVector& style, float* values) {
  if (style.size() != NST_STYLE_SIZE) {
    throw nst::Error(nst::ErrorCode::usage,
                     "this model's styles have " + std::to_string(style.size()) +
                         " values instead of NST_STYLE_SIZE; use nst_style_encode");
  }
  std::copy(style.values.begin(), style.values.end(), &required(values, "style_vector"));
}

// Checks the caller's output picture before the network runs. The picture must not be larger than
// the network's output.
void check_output(const nst_image& output, int content_width, int content_height) {
  nst::Size most;
  nst_output_size(content_width, content_height, &most.width, &most.height);
  nst::check_target(nst::c::target(output), most);
}

void write_output(const nst::Image& image, const nst_image& output) {
  const nst::OutputRows rows{nst::c::target(output)};
  nst::write_rows(rows, 0, image.height, image.f32(), image.width);
}

// Encodes a picture as a style vector. `Encoder` is either Model or Session.
template <class Encoder>
nst::StyleVector encode(Encoder& encoder, const nst_image* style, int style_size,
                        nst_resize_method method, const nst_run_options* options) {
  return encoder.encode_style(nst::c::view(required(style, "style")),
                              {style_size, nst::c::resize_method(method)}, run_options(options));
}

}  // namespace

nst_status nst_encode_style(const nst_model* model, const nst_image* style, int style_size,
                            nst_resize_method method, const nst_run_options* options,
                            float* style_vector) {
  return guarded([&] {
    store(encode(required(model, "model").model, style, style_size, method, options), style_vector);
  });
}

nst_status nst_blend_styles(const float* a, const float* b, float weight, float* out) {
  return guarded([&] { store(nst::StyleVector::blend(style_of(a), style_of(b), weight), out); });
}

nst_status nst_stylize(const nst_model* model, const nst_image* content, const float* style_vector,
                       const nst_run_options* options, const nst_image* output) {
  return guarded([&] {
    const nst::StyleVector style = style_of(style_vector);
    const nst_image& picture = required(output, "output");
    const nst_image& source = required(content, "content");
    check_output(picture, source.width, source.height);
    write_output(
        required(model, "model").model.stylize(nst::c::view(source), style, run_options(options)),
        picture);
  });
}

nst_status nst_session_create(const nst_model* model, nst_session** session) {
  return nst::c::make(session, "session",
                      [&] { return nst::Session(required(model, "model").model); });
}

void nst_session_free(nst_session* session) { delete session; }

nst_status nst_session_encode_style(nst_session* session, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    float* style_vector) {
  return guarded([&] {
    store(encode(required(session, "session").session, style, style_size, method, options),
          style_vector);
  });
}

nst_status nst_session_set_content(nst_session* session, const nst_image* content,
                                   const nst_run_options* options) {
  return guarded([&] {
    nst_session& s = required(session, "session");
    const nst_image& source = required(content, "content");
    s.width = s.height = 0;
    s.session.set_content(nst::c::view(source), run_options(options));
    s.width = source.width;
    s.height = source.height;
  });
}

nst_status nst_session_render(nst_session* session, const float* style_vector,
                              const nst_run_options* options, const nst_image* output) {
  return guarded([&] {
    const nst::StyleVector style = style_of(style_vector);
    nst_session& s = required(session, "session");
    const nst_image& picture = required(output, "output");
    // Without a content, the size of the output is unknown and cannot be checked. render() then
    // reports that no content was set.
    if (s.width > 0) check_output(picture, s.width, s.height);
    write_output(s.session.render(style, run_options(options)), picture);
  });
}
