// Producers import SpoolCore alone: jobs and results are part of its face, and so is the error that its calls throw.
@_exported public import SpoolJob

@_exported public import struct SpoolSystem.SystemFailure
