// The list of pictures to paint: which contents, in which styles, to which files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nst::run {

// A content of the command line, or one found in a folder of the command line.
struct ContentFile {
  std::string path;
  std::string subfolder;  // its folder below the folder that was given; "" for a file
};

// One picture to paint.
struct Job {
  std::size_t content = 0;  // index of the content
  std::size_t style = 0;    // index of the style
  std::string output;       // path of the file to write
};

// Where many pictures go.
struct OutputFolder {
  std::string path;
  std::string name = "{content}-{style}";  // file name without extension (--name)
  std::string extension;                   // with its dot; "": the content's own, else .png
};

// Returns true if an output path means a folder: it ends in '/', or is one and is not called like a
// picture.
bool is_folder(const std::string& path);

// Returns the contents in the order given. A folder stands for its pictures, by name (sorted), with
// `recursive` also for those in its subfolders. Files without a picture's extension and hidden ones
// are left out, and so is everything below `output_folder`. Throws Error{input} for a folder that
// cannot be read or has no pictures.
std::vector<ContentFile> find_contents(const std::vector<std::string>& paths, bool recursive,
                                       const std::string& output_folder);

// Returns the paths in a list: one a line, or with `nul_separated` ended by NUL bytes. Empty lines
// are left out. "-" is standard input. Throws as read_bytes does.
std::vector<std::string> read_list(const std::string& path, bool nul_separated);

// Returns a file's name for {content} and {style}: without folder and extension.
std::string short_name(const std::string& path);

// Returns one job for every content in every style, contents first. No output is listed twice, and
// none is one of `contents` or `inputs`: such a name gets a number. Throws Error{usage} if
// folder.name has an unknown placeholder or a '/'.
std::vector<Job> list_jobs(const std::vector<ContentFile>& contents,
                           const std::vector<std::string>& style_names, const OutputFolder& folder,
                           const std::vector<std::string>& inputs);

}  // namespace nst::run
