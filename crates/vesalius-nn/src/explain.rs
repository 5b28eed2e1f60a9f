//! Where in an image a network found what it says.

mod grad_cam;

pub use grad_cam::grad_cam;
