/* The version of these headers. nst_version() and nst::version() return the library's version.
 * CMakeLists.txt reads the numbers below. */
#ifndef NST_VERSION_H
#define NST_VERSION_H

#define NST_VERSION_MAJOR 0
#define NST_VERSION_MINOR 1
#define NST_VERSION_PATCH 0

#define NST_VERSION_TEXT_(x) #x
#define NST_VERSION_TEXT(x) NST_VERSION_TEXT_(x)
#define NST_VERSION_STRING            \
  NST_VERSION_TEXT(NST_VERSION_MAJOR) \
  "." NST_VERSION_TEXT(NST_VERSION_MINOR) "." NST_VERSION_TEXT(NST_VERSION_PATCH)
/* The version as one number to compare: 1000000 * major + 1000 * minor + patch. So #if
 * NST_VERSION >= 1000 means "0.1 or later". */
#define NST_VERSION (NST_VERSION_MAJOR * 1000000 + NST_VERSION_MINOR * 1000 + NST_VERSION_PATCH)

#endif /* NST_VERSION_H */
