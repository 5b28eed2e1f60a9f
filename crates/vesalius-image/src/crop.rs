//! Parts of a volume, and room around it; every voxel keeps its place.
