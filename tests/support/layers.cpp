#include "support/layers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "platform/file.hpp"
#include "support/inspect.hpp"

namespace nst::test {

nlohmann::json load_json(const std::string& path) {
  const FileContents file(path, ErrorCode::input);
  return nlohmann::json::parse(file.bytes().begin(), file.bytes().end());
}

LayerStatistics statistics_from_json(const nlohmann::json& layer) {
  LayerStatistics s;
  s.shape = layer.at("shape").get<std::vector<std::int64_t>>();
  s.mean = layer.at("mean");
  s.std = layer.at("std");
  s.min = layer.at("min");
  s.max = layer.at("max");
  s.first = layer.at("first").get<std::vector<double>>();
  return s;
}

LayerRecord run_layers(const Model& model, const ImageView* style, const ImageView& content,
                       const StyleVector& vector) {
  LayerRecord record;
  const LayerObserver observer = [&](std::string_view name, const float* data, int h, int w,
                                     int c) {
    if (!name.empty()) record[std::string(name)] = layer_statistics(data, h, w, c);
  };
  if (style) inspect_predictor(model, *style, observer);
  inspect_transformer(model, content, vector, observer);
  return record;
}

std::vector<float> run_style_params(const Model& model, const StyleVector& vector) {
  std::vector<float> params;
  const Image content(8, 8, 3, SampleType::f32);
  inspect_transformer(model, content.view(), vector,
                      [&](std::string_view name, const float* data, int h, int w, int c) {
                        const std::string_view part = name.substr(name.rfind('/') + 1);
                        if (!part.starts_with("SpatialSqueeze")) return;
                        params.insert(params.end(), data,
                                      data + static_cast<std::ptrdiff_t>(h) * w * c);
                      });
  return params;
}

LayerDifference check_layers(const LayerRecord& got, const LayerRecord& want) {
  LayerDifference worst;
  for (const auto& entry : want) {
    const std::string& name = entry.first;
    CAPTURE(name);
    const auto found = got.find(name);
    CHECK(found != got.end());
    if (found == got.end()) continue;
    const LayerDifference d = layer_difference(found->second, entry.second);
    CHECK(d.same_shape);
    CHECK(d.mean <= 1e-4);
    CHECK(d.std <= 1e-4);
    CHECK(d.first <= 1e-4);
    worst.mean = std::max(worst.mean, d.mean);
    worst.std = std::max(worst.std, d.std);
    worst.first = std::max(worst.first, d.first);
  }
  return worst;
}

}  // namespace nst::test
