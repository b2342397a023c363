// Producers import SpoolCore alone: jobs and results are part of its face.
@_exported public import SpoolJob
