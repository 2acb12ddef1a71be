// The report of a run that paints many pictures: lines for people, JSON for programs.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "nst/nst.hpp"

namespace nst::run {

// The names of a picture's content, style and output in the report.
struct PictureNames {
  std::string content, style, output;
};

// Collects what happened to each picture. Prints failures on standard error, one line each, and
// with `json` one line of JSON for every event on standard output:
//
//   {"event":"painted","content":…,"style":…,"output":…,"width":…,"height":…,"seconds":…}
//   {"event":"skipped","content":…,"style":…,"output":…}
//   {"event":"failed","content":…,"style":…,"output":…,"code":…,"error":…}
//   {"event":"done","painted":…,"skipped":…,"failed":…,"seconds":…}
class PictureReport {
 public:
  // `json`: print an event line for every picture. `count`: number of pictures in the run.
  PictureReport(bool json, std::size_t count);
  ~PictureReport();
  PictureReport(const PictureReport&) = delete;
  PictureReport& operator=(const PictureReport&) = delete;

  void painted(const PictureNames& names, Size size, double seconds);
  void skipped(const PictureNames& names);
  // Records a picture that failed, and prints the error's message if `says` is true. If one error
  // makes several pictures fail, `says` is true for the first one only, so that the message is
  // printed once.
  void failed(const PictureNames& names, const Error& error, bool says = true);
  // Returns the Error if the run had a single picture and that picture failed. The Error's message
  // has not been printed: the program ends with this Error and prints it then.
  std::optional<Error> only_error() const;
  // Ends the report. Writes {"pictures": [events], "done": event} to the file `path`, unless `path`
  // is "". Throws Error{output}.
  void done(const std::string& path);

  std::size_t count() const { return count_; }
  std::size_t finished() const { return painted_ + skipped_ + failed_; }
  std::size_t failures() const { return failed_; }
  // Returns the number of seconds since this object was made.
  double seconds() const;

 private:
  struct Events;
  std::unique_ptr<Events> events_;
  const std::size_t count_;
  std::optional<Error> first_error_;
  std::size_t painted_ = 0, skipped_ = 0, failed_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace nst::run
