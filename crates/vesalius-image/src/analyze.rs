//! Analyze 7.5: an old pair of `.hdr` and `.img` that knows spacing and no place.
