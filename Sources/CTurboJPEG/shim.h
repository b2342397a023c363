/* TurboJPEG: planes of a JPEG file, and JPEG files from planes. */

#ifndef SPOOL_TURBOJPEG_SHIM_H
#define SPOOL_TURBOJPEG_SHIM_H

#include <stdlib.h>
#include <turbojpeg.h>

/* TurboJPEG reads this wish from the environment alone: Huffman tables that fit the image, as libvips writes them. */
static inline void spool_turbojpeg_optimize_coding(void) {
    setenv("TJ_OPTIMIZE", "1", 1);
}

#endif
