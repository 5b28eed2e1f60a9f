//! Sample values: windows, z-scores, percentiles.
