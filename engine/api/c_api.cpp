// The C API: every call goes through `guarded`, where exceptions become a status and a line of
// text.
#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "image/preprocess.hpp"
#include "image/view.hpp"
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

nst::StyleVector style_vector(const float* values) {
  nst::StyleVector style;
  std::copy_n(&required(values, "style_vector"), style.values.size(), style.values.begin());
  return style;
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
  nst::copy_out(image.view(), {output.data, output.width, output.height, output.channels,
                               sample_type(output.type), nst::view_stride(view(output))});
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
void encode(Encoder& encoder, const nst_image* style, int style_size, nst_resize_method method,
            const nst_run_options* options, float* out) {
  float* const values = &required(out, "style_vector");
  const nst::StyleVector vector = encoder.encode_style(
      view(required(style, "style")), {style_size, resize_method(method)}, run_options(options));
  std::copy(vector.values.begin(), vector.values.end(), values);
}

}  // namespace

const char* nst_version(void) { return nst::kVersion; }

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

nst_status nst_encode_style(const nst_model* model, const nst_image* style, int style_size,
                            nst_resize_method method, const nst_run_options* options, float* out) {
  return guarded(
      [&] { encode(required(model, "model").model, style, style_size, method, options, out); });
}

nst_status nst_blend_styles(const float* a, const float* b, float weight, float* out) {
  return guarded([&] {
    float* const values = &required(out, "out");
    const nst::StyleVector blended =
        nst::StyleVector::blend(style_vector(a), style_vector(b), weight);
    std::copy(blended.values.begin(), blended.values.end(), values);
  });
}

void nst_output_size(int width, int height, int* out_width, int* out_height) {
  const auto side = [](int n) { return n > 0 ? 4 * (((n - 1) / 2 + 2) / 2) : 0; };
  if (out_width) *out_width = side(width);
  if (out_height) *out_height = side(height);
}

nst_status nst_stylize(const nst_model* model, const nst_image* content, const float* style,
                       const nst_run_options* options, const nst_image* output) {
  return guarded([&] {
    const nst_image& target = required(output, "output");
    const nst_image& source = required(content, "content");
    check_output(target, source.width, source.height);
    const nst::Image image =
        required(model, "model")
            .model.stylize(view(source), style_vector(style), run_options(options));
    write_output(image, target);
  });
}

nst_status nst_session_create(const nst_model* model, nst_session** session) {
  return guarded([&] {
    nst_session*& out = required(session, "session");
    out = new nst_session{nst::Session(required(model, "model").model)};
  });
}

nst_status nst_session_encode_style(nst_session* session, const nst_image* style, int style_size,
                                    nst_resize_method method, const nst_run_options* options,
                                    float* out) {
  return guarded([&] {
    encode(required(session, "session").session, style, style_size, method, options, out);
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

nst_status nst_session_render(nst_session* session, const float* style,
                              const nst_run_options* options, const nst_image* output) {
  return guarded([&] {
    nst_session& s = required(session, "session");
    const nst_image& target = required(output, "output");
    // Without a content there is no size to check; render says so.
    if (s.width > 0) check_output(target, s.width, s.height);
    write_output(s.session.render(style_vector(style), run_options(options)), target);
  });
}

void nst_session_free(nst_session* session) { delete session; }

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
