#include "picture_report.hpp"

#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "../program.hpp"

namespace nst::run {
namespace {

using Json = nlohmann::ordered_json;

// File names may contain bytes that are not UTF-8, which JSON forbids. Such bytes are replaced.
std::string line_of(const Json& event) {
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

double milliseconds_only(double seconds) { return std::round(seconds * 1e3) / 1e3; }

}  // namespace

struct PictureReport::Events {
  bool prints;
  Json all = Json::array();

  void add(const char* kind, const PictureNames& names, Json more) {
    Json event{{"event", kind}, {"content", names.content}, {"style", names.style}};
    if (!names.output.empty()) event["output"] = names.output;
    event.update(more);
    // std::endl flushes the output, so that a program which reads it through a pipe gets each event
    // at once.
    if (prints) std::cout << line_of(event) << std::endl;
    all.push_back(std::move(event));
  }
};

PictureReport::PictureReport(bool json, std::size_t count)
    : events_(std::make_unique<Events>(Events{json})), count_(count) {}
PictureReport::~PictureReport() = default;

double PictureReport::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void PictureReport::painted(const PictureNames& names, Size size, double seconds) {
  ++painted_;
  events_->add(
      "painted", names,
      {{"width", size.width}, {"height", size.height}, {"seconds", milliseconds_only(seconds)}});
}

void PictureReport::skipped(const PictureNames& names) {
  ++skipped_;
  events_->add("skipped", names, Json::object());
}

void PictureReport::failed(const PictureNames& names, const Error& error, bool says) {
  ++failed_;
  events_->add("failed", names,
               {{"code", static_cast<int>(error.code())}, {"error", error.what()}});
  if (!first_error_) first_error_ = error;
  if (says && count_ > 1) program::print_line(error.what());
}

std::optional<Error> PictureReport::only_error() const {
  return count_ == 1 ? first_error_ : std::nullopt;
}

void PictureReport::done(const std::string& path) {
  const Json event{{"event", "done"},
                   {"painted", painted_},
                   {"skipped", skipped_},
                   {"failed", failed_},
                   {"seconds", milliseconds_only(seconds())}};
  if (events_->prints) std::cout << line_of(event) << std::endl;
  if (failed_ > 0 && count_ > 1) {
    program::print_line(std::to_string(failed_) + " of " + std::to_string(finished()) +
                        " pictures could not be painted");
  }
  if (path.empty()) return;
  const std::string text = Json{{"pictures", events_->all}, {"done", event}}.dump(
                               1, ' ', false, Json::error_handler_t::replace) +
                           '\n';
  write_bytes(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace nst::run
