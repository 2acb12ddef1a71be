#include "work_list.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string_view>
#include <system_error>

#include "nst/nst.hpp"
#include "options.hpp"
#include "platform/paths.hpp"
#include "streams.hpp"

namespace nst::run {
namespace {

namespace fs = std::filesystem;

// The extensions of files that are painted when their folder is given.
constexpr std::array<const char*, 17> kPictures = {
    ".jpg", ".jpeg", ".png", ".bmp",  ".tga",  ".gif",  ".ppm",  ".pgm", ".pnm",
    ".pam", ".npy",  ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif"};
// The file name extensions of the formats that nst-run writes.
constexpr std::array<const char*, 8> kWritten = {".jpg", ".jpeg", ".png",  ".ppm",
                                                 ".npy", ".tif",  ".tiff", ".webp"};

template <std::size_t n>
bool has_one_of(const std::string& path, const std::array<const char*, n>& extensions) {
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](const char* extension) { return has_extension(path, extension); });
}

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// Adds the pictures of a folder, sorted by name, then those of its subfolders.
void add_folder(const fs::path& folder, const fs::path& subfolder, bool recursive,
                const fs::path& left_out, std::vector<ContentFile>& found) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!is_hidden(it->path())) entries.push_back(it->path());
  }
  if (error) {
    throw Error(ErrorCode::input, folder.string() + ": cannot read the folder: " + error.message());
  }
  std::sort(entries.begin(), entries.end());
  std::error_code ignored;
  for (const fs::path& entry : entries) {
    if (fs::is_directory(entry, ignored) || !has_one_of(entry.string(), kPictures)) continue;
    found.push_back({entry.string(), subfolder.string()});
  }
  for (const fs::path& entry : entries) {
    // Skips links to folders: a link may lead to a parent folder, and the search would never end.
    const bool is_real_folder = fs::is_directory(fs::symlink_status(entry, ignored));
    if (!recursive || !is_real_folder || fs::equivalent(entry, left_out, ignored)) continue;
    add_folder(entry, path_below(subfolder.string(), entry.filename().string()), recursive,
               left_out, found);
  }
}

// Returns the absolute path without links or "..", so that two paths of one file become equal. The
// file need not exist.
std::string same_name(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(path, ignored);
  return whole.empty() ? path : whole.string();
}

std::string filled_in(const std::string& pattern, const std::string& content,
                      const std::string& style) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::string_view rest = std::string_view(pattern).substr(i);
    if (rest.starts_with("{content}")) {
      name += content;
      i += std::string_view("{content}").size();
    } else if (rest.starts_with("{style}")) {
      name += style;
      i += std::string_view("{style}").size();
    } else if (rest.front() == '{' || rest.front() == '/') {
      throw Error(ErrorCode::usage, "--name: \"" + pattern +
                                        "\" is no file name; its placeholders are {content} and "
                                        "{style}");
    } else {
      name += pattern[i++];
    }
  }
  return name;
}

std::string extension_for(const ContentFile& content, const OutputFolder& folder) {
  if (!folder.extension.empty()) return folder.extension;
  return has_one_of(content.path, kWritten) ? fs::path(content.path).extension().string() : ".png";
}

}  // namespace

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return path.ends_with('/') || (fs::is_directory(path, ignored) && !has_one_of(path, kWritten));
}

std::vector<ContentFile> find_contents(const std::vector<std::string>& paths, bool recursive,
                                       const std::string& output_folder) {
  std::vector<ContentFile> found;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) {
      found.push_back({path, ""});
      continue;
    }
    const std::size_t before = found.size();
    add_folder(path, "", recursive, output_folder, found);
    if (found.size() == before) {
      throw Error(ErrorCode::input,
                  path + ": no pictures in this folder" +
                      (recursive ? "" : "; -r takes those of its subfolders, too"));
    }
  }
  return found;
}

std::vector<std::string> read_list(const std::string& path, bool nul_separated) {
  const std::vector<std::uint8_t> bytes = read_bytes(path);
  const char separator = nul_separated ? '\0' : '\n';
  std::vector<std::string> paths;
  for (auto begin = bytes.begin(); begin != bytes.end();) {
    const auto end = std::find(begin, bytes.end(), static_cast<std::uint8_t>(separator));
    std::string name(begin, end);
    if (!nul_separated && name.ends_with('\r')) name.pop_back();
    if (!name.empty()) paths.push_back(std::move(name));
    begin = end == bytes.end() ? end : end + 1;
  }
  return paths;
}

std::string short_name(const std::string& path) {
  if (path.starts_with('@')) return path.substr(1);  // "@oil": one of the library's own styles
  return path == "-" ? "stdin" : fs::path(path).stem().string();
}

std::vector<Job> list_jobs(const std::vector<ContentFile>& contents,
                           const std::vector<std::string>& style_names, const OutputFolder& folder,
                           const std::vector<std::string>& inputs) {
  std::set<std::string> taken;
  for (const ContentFile& content : contents) taken.insert(same_name(content.path));
  for (const std::string& input : inputs) taken.insert(same_name(input));
  std::vector<Job> jobs;
  for (std::size_t c = 0; c < contents.size(); ++c) {
    for (std::size_t s = 0; s < style_names.size(); ++s) {
      const std::string name = filled_in(folder.name, short_name(contents[c].path), style_names[s]);
      const std::string below = path_below(folder.path, contents[c].subfolder);
      const std::string extension = extension_for(contents[c], folder);
      std::string output = path_below(below, name + extension);
      for (int number = 2; !taken.insert(same_name(output)).second; ++number) {
        output = path_below(below, name + "-" + std::to_string(number) + extension);
      }
      jobs.push_back({c, s, std::move(output)});
    }
  }
  return jobs;
}

}  // namespace nst::run
