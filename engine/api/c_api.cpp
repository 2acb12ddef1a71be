// The C API: every call goes through `guarded`, where exceptions become a status and a line of
// text.
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "image/network_picture.hpp"
#include "image/view.hpp"
#include "model/style_space.hpp"
#include "nst/nst.h"
#include "nst/nst.hpp"

struct nst_model {
  nst::Model model;
};

struct nst_session {
  nst::Session session;
  int width = 0;  // of the content set last; 0: none
  int height = 0;
};

struct nst_style {
  nst::StyleVector vector;
};

namespace {

thread_local std::string last_error;
thread_local std::string last_warnings;

nst_status fail(nst::ErrorCode code, const char* text) noexcept {
  try {
    last_error = text;
  } catch (...) {
    last_error.clear();
  }
  return static_cast<nst_status>(code);
}

template <typename Body>
nst_status guarded(Body&& body) noexcept {
  last_error.clear();
  try {
    body();
    return NST_OK;
  } catch (const nst::Error& e) {
    return fail(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    return fail(nst::ErrorCode::limit, "out of memory; use a smaller picture");
  } catch (const std::exception& e) {
    return fail(nst::ErrorCode::internal, e.what());
  } catch (...) {
    return fail(nst::ErrorCode::internal, "unknown error");
  }
}

template <typename T>
T& required(T* pointer, const char* name) {
  if (!pointer) throw nst::Error(nst::ErrorCode::usage, std::string(name) + " is null");
  return *pointer;
}

nst::SampleType sample_type(nst_sample_type type) {
  if (type != NST_U8 && type != NST_F32) {
    throw nst::Error(nst::ErrorCode::usage, "unknown sample type");
  }
  return type == NST_U8 ? nst::SampleType::u8 : nst::SampleType::f32;
}

nst::ImageView view(const nst_image& image) {
  return {image.data,
          image.width,
          image.height,
          image.channels,
          sample_type(image.type),
          image.row_stride_bytes};
}

nst::Resize resize_method(nst_resize_method method) {
  switch (method) {
    case NST_RESIZE_SMOOTH:
      return nst::Resize::smooth;
    case NST_RESIZE_TF:
      return nst::Resize::tf;
    case NST_RESIZE_TF1:
      return nst::Resize::tf1;
  }
  throw nst::Error(nst::ErrorCode::usage, "unknown resize method");
}

nst::RunOptions run_options(const nst_run_options* options) {
  nst::RunOptions run;
  if (!options) return run;
  run.threads = options->threads;
  run.max_memory_bytes = options->max_memory_bytes;
  if (options->progress) {
    run.progress = [progress = options->progress, user = options->progress_user](double fraction) {
      return progress(fraction, user) != 0;
    };
  }
  return run;
}

// Sets *style to what `maker` returns.
template <typename Maker>
nst_status make_style(nst_style** style, Maker&& maker) noexcept {
  return guarded([&] {
    nst_style*& out = required(style, "style_vector");
    out = new nst_style{maker()};
  });
}

// NST_STYLE_SIZE plain numbers as a style of unknown space, and back.
nst::StyleVector style_of(const float* values) {
  nst::StyleVector style(NST_STYLE_SIZE);
  std::copy_n(&required(values, "style_vector"), NST_STYLE_SIZE, style.values.begin());
  return style;
}
void store(const nst::StyleVector& style, float* values) {
  if (style.size() != NST_STYLE_SIZE) {
    throw nst::Error(nst::ErrorCode::usage,
                     "this model's styles have " + std::to_string(style.size()) +
                         " values instead of NST_STYLE_SIZE; use nst_style_encode");
  }
  std::copy(style.values.begin(), style.values.end(), &required(values, "style_vector"));
}

const nst::StyleVector& vector_of(const nst_style* style) {
  return required(style, "style_vector").vector;
}

// Checks an output before the work: a view of at most the network's output for the content.
void check_output(const nst_image& output, int content_width, int content_height) {
  nst::check_view(view(output), "output picture");
  int width = 0;
  int height = 0;
  nst_output_size(content_width, content_height, &width, &height);
  if (output.width > width || output.height > height) {
    throw nst::Error(nst::ErrorCode::usage, "the output picture is larger than the network's, " +
                                                std::to_string(width) + "×" +
                                                std::to_string(height));
  }
}

void write_output(const nst::Image& image, const nst_image& output) {
  const nst::OutputRows rows{{output.data, output.width, output.height, output.channels,
                              sample_type(output.type), output.row_stride_bytes}};
  nst::write_rows(rows, 0, image.height, image.f32(), image.width);
}

// Sets *model to what `opener` returns.
template <typename Opener>
nst_status open(nst_model** model, Opener&& opener) noexcept {
  return guarded([&] {
    nst_model*& out = required(model, "model");
    out = new nst_model{opener()};
  });
}

// Encoder: a Model or a Session.
template <class Encoder>
nst::StyleVector encode(Encoder& encoder, const nst_image* style, int style_size,
                        nst_resize_method method, const nst_run_options* options) {
  return encoder.encode_style(view(required(style, "style")), {style_size, resize_method(method)},
                              run_options(options));
}

}  // namespace

const char* nst_version(void) { return nst::version(); }

const char* nst_isa(void) {
  static thread_local std::string name;
  const nst_status status = guarded([] { name = nst::Model::isa(); });
  return status == NST_OK ? name.c_str() : nullptr;
}

const char* nst_last_error(void) { return last_error.c_str(); }

nst_status nst_model_open(const char* path, nst_model** model) {
  return open(model, [&] { return nst::Model::open(&required(path, "path")); });
}

nst_status nst_model_open_memory(const void* data, size_t size, const char* name,
                                 nst_model** model) {
  return open(model, [&] {
    if (!data) throw nst::Error(nst::ErrorCode::usage, "data is null");
    return nst::Model::open_memory(data, size, name ? name : "memory");
  });
}

nst_status nst_model_default(nst_model** model) {
  return open(model, [] { return nst::Model::default_model(); });
}

void nst_model_free(nst_model* model) { delete model; }

nst_status nst_style_encode(const nst_model* model, const nst_image* style, int style_size,
                            nst_resize_method method, const nst_run_options* options,
                            nst_style** out) {
  return make_style(out, [&] {
    return encode(required(model, "model").model, style, style_size, method, options);
  });
}

nst_status nst_style_create(const float* values, size_t size, const char* space, nst_style** out) {
  return make_style(out, [&] {
    const float* const first = &required(values, "values");
    if (size == 0) throw nst::Error(nst::ErrorCode::usage, "a style has at least one value");
    nst::StyleVector style;
    style.values.assign(first, first + size);
    if (space != nullptr) style.space = space;
    if (!style.space.empty() && !nst::is_style_space(style.space)) {
      throw nst::Error(nst::ErrorCode::usage, "space is no name of a style space");
    }
    return style;
  });
}

void nst_style_free(nst_style* style) { delete style; }

const float* nst_style_values(const nst_style* style, size_t* size) {
  if (size) *size = style ? style->vector.size() : 0;
  return style ? style->vector.values.data() : nullptr;
}

const char* nst_style_space(const nst_style* style) {
  return style ? style->vector.space.c_str() : "";
}

nst_status nst_style_load(const char* path, nst_style** out) {
  return make_style(out, [&] { return nst::StyleVector::load(&required(path, "path")); });
}

nst_status nst_style_save(const nst_style* style, const char* path) {
  return guarded([&] { vector_of(style).save(&required(path, "path")); });
}

nst_status nst_style_blend(const nst_style* a, const nst_style* b, float weight, nst_style** out) {
  return make_style(out,
                    [&] { return nst::StyleVector::blend(vector_of(a), vector_of(b), weight); });
}

void nst_output_size(int width, int height, int* out_width, int* out_height) {
  const auto side = [](int n) { return n > 0 ? 4 * (((n - 1) / 2 + 2) / 2) : 0; };
  if (out_width) *out_width = side(width);
  if (out_height) *out_height = side(height);
}

nst_status nst_style_paint(const nst_model* model, const nst_image* content, const nst_style* style,
                           const nst_run_options* options, const nst_image* output) {
  return guarded([&] {
    const nst_image& target = required(output, "output");
    const nst_image& source = required(content, "content");
    check_output(target, source.width, source.height);
    const nst::Image image =
        required(model, "model")
            .model.stylize(view(source), vector_of(style), run_options(options));
    write_output(image, target);
  });
}

nst_status nst_session_create(const nst_model* model, nst_session** session) {
  return guarded([&] {
    nst_session*& out = required(session, "session");
    out = new nst_session{nst::Session(required(model, "model").model)};
  });
}

nst_status nst_session_style_encode(nst_session* session, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    nst_style** out) {
  return make_style(out, [&] {
    return encode(required(session, "session").session, style, style_size, method, options);
  });
}

nst_status nst_session_set_content(nst_session* session, const nst_image* content,
                                   const nst_run_options* options) {
  return guarded([&] {
    nst_session& s = required(session, "session");
    const nst_image& source = required(content, "content");
    s.width = s.height = 0;
    s.session.set_content(view(source), run_options(options));
    s.width = source.width;
    s.height = source.height;
  });
}

nst_status nst_session_paint(nst_session* session, const nst_style* style,
                             const nst_run_options* options, const nst_image* output) {
  return guarded([&] {
    nst_session& s = required(session, "session");
    const nst_image& target = required(output, "output");
    // Without a content there is no size to check; render says so.
    if (s.width > 0) check_output(target, s.width, s.height);
    write_output(s.session.render(vector_of(style), run_options(options)), target);
  });
}

void nst_session_free(nst_session* session) { delete session; }

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
  nst_style style;
  const nst_status status = guarded([&] { style.vector = style_of(style_vector); });
  return status == NST_OK ? nst_style_paint(model, content, &style, options, output) : status;
}

nst_status nst_session_encode_style(nst_session* session, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    float* style_vector) {
  return guarded([&] {
    store(encode(required(session, "session").session, style, style_size, method, options),
          style_vector);
  });
}

nst_status nst_session_render(nst_session* session, const float* style_vector,
                              const nst_run_options* options, const nst_image* output) {
  nst_style style;
  const nst_status status = guarded([&] { style.vector = style_of(style_vector); });
  return status == NST_OK ? nst_session_paint(session, &style, options, output) : status;
}

nst_status nst_image_read(const char* path, nst_image* image) {
  return nst_image_read_within(path, 0, image);
}

nst_status nst_image_read_within(const char* path, size_t max_memory_bytes, nst_image* image) {
  return guarded([&] {
    last_warnings.clear();
    nst_image& out = required(image, "image");
    const nst::LoadedImage loaded =
        nst::load_image(&required(path, "path"), {.max_memory_bytes = max_memory_bytes});
    for (const std::string& warning : loaded.warnings) {
      last_warnings += (last_warnings.empty() ? "" : "\n") + warning;
    }
    const nst::Image& read = loaded.image;
    auto data = std::make_unique_for_overwrite<unsigned char[]>(read.bytes.size());
    std::memcpy(data.get(), read.bytes.data(), read.bytes.size());
    const nst_sample_type type = read.type == nst::SampleType::u8 ? NST_U8 : NST_F32;
    out = {data.release(), read.width, read.height, read.channels, type, 0};
  });
}

const char* nst_last_warnings(void) { return last_warnings.c_str(); }

void nst_image_free(nst_image* image) {
  if (!image) return;
  delete[] static_cast<unsigned char*>(image->data);
  *image = {};
}

nst_status nst_image_compose(nst_image* image, unsigned char red, unsigned char green,
                             unsigned char blue) {
  return guarded([&] {
    nst_image& target = required(image, "image");
    nst::check_view(view(target));
    if (target.channels == 3) return;
    if (target.row_stride_bytes < 0) {
      throw nst::Error(nst::ErrorCode::usage, "the picture's rows must follow each other");
    }
    const nst::Image seen = nst::compose(view(target), {red, green, blue});
    std::memcpy(target.data, seen.bytes.data(), seen.bytes.size());
    target.channels = 3;
    target.row_stride_bytes = 0;
  });
}

nst_status nst_image_write(const char* path, const nst_image* image, int jpeg_quality) {
  return guarded([&] {
    nst::write_image(&required(path, "path"), view(required(image, "image")), jpeg_quality);
  });
}
