/* zlib's start as a function: it is a macro that knows the library's version and the size of its structure. */

#ifndef SPOOL_ZLIB_SHIM_H
#define SPOOL_ZLIB_SHIM_H

#include <zlib.h>

static inline int spool_zlib_begin_inflation(z_stream *stream) { return inflateInit(stream); }

#endif
