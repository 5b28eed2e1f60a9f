//! Heat maps over pictures.

use vesalius_image::colormap::Colormap;
use vesalius_image::overlay::{Picture, overlay};

#[test]
fn cold_shows_the_picture_and_hot_the_color() {
    let picture = Picture::new(&[0.0, 50.0, 100.0, 200.0], [2, 2], (0.0, 100.0)).unwrap();
    assert_eq!(picture.to_rgb(), [0, 0, 0, 128, 128, 128, 255, 255, 255, 255, 255, 255]);
    assert_eq!(overlay(&picture, &[0.0; 4], 1.0).unwrap(), picture.to_rgb());
    assert_eq!(overlay(&picture, &[1.0; 4], 0.0).unwrap(), picture.to_rgb());
    assert_eq!(overlay(&picture, &[f32::NAN, -3.0, 0.0, 0.0], 0.7).unwrap(), picture.to_rgb());
    let hot = Colormap::heat().color(1.0);
    assert_eq!(overlay(&picture, &[1.0, 7.0, 1.0, 1.0], 1.0).unwrap(), hot.repeat(4));
    let half = overlay(&picture, &[1.0; 4], 0.5).unwrap();
    assert!(half[..3].iter().zip(hot).all(|(found, hot)| found.abs_diff(hot / 2) <= 1));
}

#[test]
fn color_pictures_come_as_planes() {
    let picture = Picture::new(&[1.0, 0.0, 0.0, 1.0, 0.5, 0.5], [1, 2], (0.0, 1.0)).unwrap();
    assert_eq!(picture.to_rgb(), [255, 0, 128, 0, 255, 128]);
}

#[test]
fn wrong_sizes_are_refused() {
    for n_samples in [0, 3, 5, 8, 13] {
        assert!(Picture::new(&vec![0.0; n_samples], [2, 2], (0.0, 1.0)).is_err(), "{n_samples}");
    }
    let picture = Picture::new(&[0.0; 4], [2, 2], (0.0, 1.0)).unwrap();
    assert!(overlay(&picture, &[0.0; 3], 0.5).is_err());
    assert!(overlay(&picture, &[0.0; 4], 1.5).is_err());
    assert!(overlay(&picture, &[0.0; 4], f32::NAN).is_err());
}

#[test]
fn heat_outside_of_its_range_is_its_nearer_end() {
    let map = Colormap::heat();
    assert_eq!(map.color(-1.0), map.color(0.0));
    assert_eq!(map.color(2.0), map.color(1.0));
    assert_eq!(map.color(f32::NAN), map.color(0.0));
    assert_eq!(map.colors().len(), 256);
}
