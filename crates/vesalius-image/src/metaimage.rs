//! MetaImage: `.mha` in one file, `.mhd` with its samples beside it.
