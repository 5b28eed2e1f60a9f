//! TIFF: pages of 8 to 32 bits, and tiled pyramids such as SVS.
