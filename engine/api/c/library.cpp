// The C functions of nst.h about the library, the processor and models.
#include <vector>

#include "api/c/support.hpp"

using nst::c::guarded;
using nst::c::required;

const char* nst_version(void) { return nst::version(); }

const char* nst_isa(void) {
  static thread_local std::string name;
  const nst_status status = guarded([] { name = nst::Model::isa(); });
  return status == NST_OK ? name.c_str() : nullptr;
}

const char* nst_supported_isa(size_t index) {
  const char* name = nullptr;
  guarded([&] {
    static const std::vector<std::string> names = nst::Model::supported_isas();
    if (index < names.size()) name = names[index].c_str();
  });
  return name;
}

int nst_available_threads(void) { return nst::available_threads(); }

nst_status nst_start_threads(int threads) {
  return guarded([&] { nst::start_threads(threads); });
}

const char* nst_thread_backend(void) {
  static const std::string name = nst::thread_backend();
  return name.c_str();
}

nst_status nst_model_open(const char* path, nst_model** model) {
  return nst::c::make(model, "model", [&] { return nst::Model::open(&required(path, "path")); });
}

nst_status nst_model_open_memory(const void* data, size_t size, const char* name,
                                 nst_model** model) {
  return nst::c::make(model, "model", [&] {
    if (data == nullptr) throw nst::Error(nst::ErrorCode::usage, "data is null");
    return nst::Model::open_memory(data, size, name != nullptr ? name : "memory");
  });
}

nst_status nst_model_default(nst_model** model) {
  return nst::c::make(model, "model", [] { return nst::Model::default_model(); });
}

void nst_model_free(nst_model* model) { delete model; }

nst_status nst_model_get_info(const nst_model* model, nst_model_info* info) {
  return guarded([&] {
    const nst::ModelInfo& from = required(model, "model").model.info();
    nst_model_info full{};
    full.name = from.name.c_str();
    full.predictor = from.predictor.c_str();
    full.transformer = from.transformer.c_str();
    full.padding = from.padding.c_str();
    full.width = from.width;
    full.style_space = from.style_space.c_str();
    full.style_size = from.style_size;
    full.source = from.source.c_str();
    full.source_sha256 = from.source_sha256.c_str();
    full.tensor_count = from.tensor_count;
    full.parameter_count = from.parameter_count;
    full.file_bytes = from.file_bytes;
    full.residual_blocks = from.residual_blocks;
    nst::c::fill_struct(info, full, "nst_model_info");
  });
}

nst_status nst_model_plan_predictor(const nst_model* model, int width, int height, int threads,
                                    nst_plan_info* plan) {
  return guarded([&] {
    const nst::Model& of = required(model, "model").model;
    nst::c::fill_struct(plan, nst::c::plan_info(of.plan_predictor(width, height, threads)),
                        "nst_plan_info");
  });
}

nst_status nst_model_plan_transformer(const nst_model* model, int width, int height, int threads,
                                      size_t max_memory_bytes, nst_plan_info* plan) {
  return guarded([&] {
    const nst::Model& of = required(model, "model").model;
    nst::c::fill_struct(
        plan, nst::c::plan_info(of.plan_transformer(width, height, threads, max_memory_bytes)),
        "nst_plan_info");
  });
}

nst_status nst_model_check_style(const nst_model* model, const nst_style* style) {
  return guarded(
      [&] { required(model, "model").model.check_style(required(style, "style").vector); });
}

void nst_output_size(int width, int height, int* out_width, int* out_height) {
  const auto side = [](int n) { return n > 0 ? 4 * (((n - 1) / 2 + 2) / 2) : 0; };
  if (out_width != nullptr) *out_width = side(width);
  if (out_height != nullptr) *out_height = side(height);
}
