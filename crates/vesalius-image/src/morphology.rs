//! Morphology of masks by physical radius.
