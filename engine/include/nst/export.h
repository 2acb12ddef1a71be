/* Defines NST_API, which marks the symbols that libnst exports. All other symbols are hidden. */
#ifndef NST_EXPORT_H
#define NST_EXPORT_H

/* On Windows, a program that uses nst.dll defines NST_SHARED; linking nst::nst does so. The
 * library itself defines NST_BUILDING too. */
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
