// The C functions of nst.h about styles.
#include <algorithm>
#include <span>
#include <vector>

#include "api/c/support.hpp"
#include "api/named_styles.hpp"
#include "image/view.hpp"
#include "model/style_space.hpp"

using nst::c::guarded;
using nst::c::required;

namespace {

// Sets *style to a new handle of the StyleVector that `maker` returns.
template <typename Maker>
nst_status make_style(nst_style** style, Maker&& maker) noexcept {
  return nst::c::make(style, "style", maker);
}

const nst::StyleVector& vector_of(const nst_style* style) {
  return required(style, "style").vector;
}

}  // namespace

nst_status nst_style_encode(const nst_model* model, const nst_image* painting,
                            const nst_style_options* options, const nst_run_settings* run,
                            nst_style** style) {
  return make_style(style, [&] {
    nst::ImageView seen = nst::c::view(required(painting, "painting"));
    nst::Image composed;
    if (nst::has_alpha(seen)) {
      composed = nst::compose(seen, nst::kWhite);
      seen = composed.view();
    }
    return required(model, "model")
        .model.encode_style(seen, nst::c::style_options(options), nst::c::run_options(run));
  });
}

nst_status nst_style_create(const float* values, size_t size, const char* space,
                            nst_style** style) {
  return make_style(style, [&] {
    const float* const first = &required(values, "values");
    if (size == 0) throw nst::Error(nst::ErrorCode::usage, "a style has at least one value");
    nst::StyleVector vector(size);
    std::copy_n(first, size, vector.values.begin());
    if (space != nullptr) vector.space = space;
    if (!vector.space.empty() && !nst::is_style_space(vector.space)) {
      throw nst::Error(nst::ErrorCode::usage, "space is no name of a style space");
    }
    return vector;
  });
}

void nst_style_free(nst_style* style) { delete style; }

const float* nst_style_values(const nst_style* style, size_t* size) {
  if (size != nullptr) *size = style != nullptr ? style->vector.size() : 0;
  return style != nullptr ? style->vector.values.data() : nullptr;
}

const char* nst_style_space(const nst_style* style) {
  return style != nullptr ? style->vector.space.c_str() : "";
}

nst_status nst_style_load(const char* path, nst_style** style) {
  return make_style(style, [&] { return nst::StyleVector::load(&required(path, "path")); });
}

nst_status nst_style_named(const char* name, nst_style** style) {
  return make_style(style, [&] { return nst::StyleVector::named(&required(name, "name")); });
}

const char* nst_named_style(size_t index, const char** description) {
  const nst::StyleText text = nst::named_style_text(index);
  if (text.name != nullptr && description != nullptr) *description = text.description;
  return text.name;
}

nst_status nst_style_decode(const void* bytes, size_t size, const char* name, nst_style** style) {
  return make_style(style, [&] {
    if (bytes == nullptr) throw nst::Error(nst::ErrorCode::usage, "bytes is null");
    return nst::StyleVector::decode({static_cast<const std::uint8_t*>(bytes), size},
                                    name != nullptr ? name : "style");
  });
}

nst_status nst_style_save(const nst_style* style, const char* path) {
  return guarded([&] { vector_of(style).save(&required(path, "path")); });
}

nst_status nst_style_to_bytes(const nst_style* style, unsigned char** bytes, size_t* size) {
  return guarded([&] { nst::c::give(vector_of(style).encode(), bytes, size); });
}

nst_status nst_style_blend(const nst_style* a, const nst_style* b, float weight,
                           nst_style** style) {
  return make_style(style,
                    [&] { return nst::StyleVector::blend(vector_of(a), vector_of(b), weight); });
}

nst_status nst_style_mix(const nst_style* const* styles, const double* weights, size_t count,
                         nst_style** style) {
  return make_style(style, [&] {
    if (count > 0) {
      required(styles, "styles");
      required(weights, "weights");
    }
    std::vector<nst::StyleVector> vectors;
    for (size_t i = 0; i < count; ++i) vectors.push_back(vector_of(styles[i]));
    return nst::StyleVector::blend(vectors, std::span(weights, count));
  });
}
