//! The order and direction of axes; every voxel keeps its place.
