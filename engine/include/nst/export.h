/* NST_API: what libnst exports. Hidden otherwise, by every compiler's means. */
#ifndef NST_EXPORT_H
#define NST_EXPORT_H

/* On Windows a program that uses nst.dll defines NST_SHARED (nst::nst does it), and the library
 * itself NST_BUILDING besides. */
#if !defined(_WIN32)
#define NST_API __attribute__((visibility("default")))
#elif !defined(NST_SHARED)
#define NST_API
#elif defined(NST_BUILDING)
#define NST_API __declspec(dllexport)
#else
#define NST_API __declspec(dllimport)
#endif

#endif /* NST_EXPORT_H */
