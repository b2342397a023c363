/* TurboJPEG: planes of a JPEG file, and JPEG files from planes. */

#ifndef SPOOL_TURBOJPEG_SHIM_H
#define SPOOL_TURBOJPEG_SHIM_H

#include <turbojpeg.h>

#endif
