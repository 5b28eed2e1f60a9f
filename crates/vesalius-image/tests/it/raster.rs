//! Pictures: channels, depth, transparency.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use vesalius_image::raster::{decode_raster, encode_png_gray, encode_png_rgb, read_raster};
use vesalius_image::{ErrorKind, Limits, Samples};

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn gray_and_color_of_8_and_16_bits_are_kept() {
    let gray8 = DynamicImage::from(image::GrayImage::from_fn(3, 2, |x, y| image::Luma([(10 * y + x) as u8])));
    let gray16 =
        DynamicImage::ImageLuma16(image::ImageBuffer::from_fn(3, 2, |x, y| image::Luma([(1000 * y + x) as u16])));
    let color8 = DynamicImage::from(image::RgbImage::from_fn(3, 2, |x, y| image::Rgb([x as u8, y as u8, 9])));
    let color16 =
        DynamicImage::ImageRgb16(image::ImageBuffer::from_fn(3, 2, |x, y| image::Rgb([x as u16, y as u16, 999])));
    let planes8 = [0, 1, 2, 0, 1, 2, 0, 0, 0, 1, 1, 1, 9, 9, 9, 9, 9, 9];
    let cases = [
        (gray8, [1, 1, 2, 3], Samples::U8(vec![0, 1, 2, 10, 11, 12])),
        (gray16, [1, 1, 2, 3], Samples::U16(vec![0, 1, 2, 1000, 1001, 1002])),
        (color8, [3, 1, 2, 3], Samples::U8(planes8.to_vec())),
        (color16, [3, 1, 2, 3], Samples::U16(planes8.map(|v| if v == 9 { 999 } else { u16::from(v) }).to_vec())),
    ];
    for (picture, shape, samples) in &cases {
        for format in [ImageFormat::Png, ImageFormat::Tiff, ImageFormat::Pnm] {
            let volume = decode_raster(&encoded(picture, format), &Limits::default()).unwrap();
            assert_eq!((volume.shape(), volume.samples()), (*shape, samples), "{format:?}");
            assert_eq!(volume.geometry(), None);
        }
    }
    for (picture, _, _) in [&cases[0], &cases[2]] {
        assert!(decode_raster(&encoded(picture, ImageFormat::Jpeg), &Limits::default()).is_ok());
        assert!(decode_raster(&encoded(picture, ImageFormat::Bmp), &Limits::default()).is_ok());
    }
}

#[test]
fn alpha_is_dropped_only_where_it_hides_nothing() {
    let of = |alpha| {
        DynamicImage::from(image::RgbaImage::from_fn(2, 2, |x, _| {
            image::Rgba([1, 2, 3, if x == 1 { alpha } else { 255 }])
        }))
    };
    let opaque = decode_raster(&encoded(&of(255), ImageFormat::Png), &Limits::default()).unwrap();
    assert_eq!(opaque.samples(), &Samples::U8(vec![1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]));
    let error = decode_raster(&encoded(&of(254), ImageFormat::Png), &Limits::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn written_png_is_read_again() {
    let pixels: Vec<u8> = (0..60).collect();
    let gray = decode_raster(&encode_png_gray(&pixels, 10, 6).unwrap(), &Limits::default()).unwrap();
    assert_eq!((gray.shape(), gray.samples()), ([1, 1, 6, 10], &Samples::U8(pixels.clone())));
    let rgb = decode_raster(&encode_png_rgb(&pixels, 5, 4).unwrap(), &Limits::default()).unwrap();
    let planes: Vec<u8> = (0..3).flat_map(|channel| (channel..60).step_by(3)).collect();
    assert_eq!((rgb.shape(), rgb.samples()), ([3, 1, 4, 5], &Samples::U8(planes)));
    assert_eq!(encode_png_rgb(&pixels, 5, 4).unwrap(), encode_png_rgb(&pixels, 5, 4).unwrap());
    for (width, height) in [(10, 5), (0, 0), (usize::MAX, 2)] {
        assert!(encode_png_gray(&pixels, width, height).is_err(), "{width} {height}");
    }
}

#[test]
fn the_bytes_and_not_the_name_say_the_format() {
    let file = tempfile::Builder::new().suffix(".jpg").tempfile().unwrap();
    std::fs::write(file.path(), encode_png_gray(&[1, 2, 3, 4], 2, 2).unwrap()).unwrap();
    assert_eq!(read_raster(file.path(), &Limits::default()).unwrap().samples(), &Samples::U8(vec![1, 2, 3, 4]));
}
