// What painting many pictures says: lines for people, JSON for programs.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "nst/nst.hpp"

namespace nst::run {

// One picture of many, as reports name it.
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
  // `count` is the number of pictures.
  PictureReport(bool json, std::size_t count);
  ~PictureReport();
  PictureReport(const PictureReport&) = delete;
  PictureReport& operator=(const PictureReport&) = delete;

  void painted(const PictureNames& names, Size size, double seconds);
  void skipped(const PictureNames& names);
  // A picture that failed. The line of an error that concerns several is printed once: `says` is
  // false for the others.
  void failed(const PictureNames& names, const Error& error, bool says = true);
  // Returns the only picture's Error if there was one picture and it failed: the program's own
  // then, which done() would not say better. Nothing of it has been printed.
  std::optional<Error> only_error() const;
  // The end of the run. Writes {"pictures": [events], "done": event} to `path` unless that is "".
  // Throws Error{output}.
  void done(const std::string& path);

  std::size_t finished() const { return painted_ + skipped_ + failed_; }
  std::size_t failures() const { return failed_; }
  // Seconds since this object was made.
  double seconds() const;

 private:
  struct Events;
  std::unique_ptr<Events> events_;
  const bool is_only_;
  std::optional<Error> first_error_;
  std::size_t painted_ = 0, skipped_ = 0, failed_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace nst::run
