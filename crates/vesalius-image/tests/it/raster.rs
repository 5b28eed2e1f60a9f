//! Pictures: channels, depth, transparency.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use vesalius_image::raster::{decode, decode_raster, encode_png_gray, encode_png_rgb, read_raster};
use vesalius_image::{ErrorKind, Limits, ReadOptions, Samples, Source, Volume};

use crate::formats::round_trip;

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

#[test]
fn pictures_make_the_round_trip() {
    let bytes = Samples::U8((0..24).map(|v| v * 10).collect());
    let words = Samples::U16((0..24).map(|v| v * 2000).collect());
    for shape in [[1, 1, 4, 6], [3, 1, 2, 4]] {
        for (name, samples) in
            [("a.png", &bytes), ("a.png", &words), ("a.bmp", &bytes), ("a.pnm", &bytes), ("a.pgm", &words)]
        {
            let volume = Volume::new(samples.clone(), shape, None).unwrap();
            assert_eq!(round_trip(&volume, name).unwrap().volume, volume, "{name} {shape:?}");
        }
        // Flat, so that what is lost is less than a gray level.
        let flat = Volume::new(Samples::U8(vec![77; 24]), shape, None).unwrap();
        let again = round_trip(&flat, "a.jpg").unwrap().volume;
        assert_eq!(again.shape(), shape);
        assert!(again.to_f32().iter().all(|v| (v - 77.0).abs() < 1.5), "{again:?}");
    }
}

#[test]
fn what_no_picture_holds_is_refused() {
    let refused = |samples: Samples, shape, name: &str, part: &str| {
        let error = round_trip(&Volume::new(samples, shape, None).unwrap(), name).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Parameter, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    };
    for name in ["a.png", "a.jpg", "a.bmp", "a.pnm"] {
        refused(Samples::U8(vec![0; 24]), [1, 2, 3, 4], name, "write a preview");
        refused(Samples::U8(vec![0; 24]), [2, 1, 3, 4], name, "2 channels");
        refused(Samples::F32(vec![0.0; 24]), [1, 1, 6, 4], name, "--dtype");
        refused(Samples::I16(vec![0; 24]), [1, 1, 6, 4], name, "--dtype");
    }
    refused(Samples::U16(vec![0; 24]), [1, 1, 6, 4], "a.jpg", "--dtype");
    refused(Samples::U16(vec![0; 24]), [1, 1, 6, 4], "a.bmp", "--dtype");
    refused(Samples::U8(vec![0; 70_000]), [1, 1, 1, 70_000], "a.jpg", "too large");
}

#[test]
fn anymaps_keep_what_is_stored() {
    let check = |bytes: &[u8], samples: Samples| {
        assert_eq!(decode_raster(bytes, &Limits::default()).unwrap().samples(), &samples);
    };
    // Nothing is stretched to the whole range.
    check(b"P5 2 1 15\n\x03\x0f", Samples::U8(vec![3, 15]));
    check(b"P5\n# a comment\n2 1 4095\n\x01\x02\x0f\xff", Samples::U16(vec![258, 4095]));
    check(b"P2 2 1 15\n3 15\n", Samples::U8(vec![3, 15]));
    check(b"P3 1 2 300\n1 2 3 100 200 300", Samples::U16(vec![1, 100, 2, 200, 3, 300]));
    check(b"P6 1 1 255\n\x01\x02\x03", Samples::U8(vec![1, 2, 3]));
    for bytes in [
        &b"P5 2 1 0\n12"[..],
        b"P5 2 1 70000\n12",
        b"P5 2 1",
        b"P5 2 2 255\n12",
        b"P5 99999999999999999999 1 255\n1",
        b"P2 2 1 15\n3 x",
        b"P5 # no end",
        b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 15\nTUPLTYPE GRAYSCALE\nENDHDR\n\x01",
    ] {
        assert!(decode_raster(bytes, &Limits::default()).is_err(), "{bytes:?}");
    }
}

#[test]
fn frames_of_a_gif_stand_along_z() {
    let made = |colors: &[u8], alpha: u8| {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        for color in colors {
            let picture = image::RgbaImage::from_pixel(3, 2, image::Rgba([*color, 0, 50, alpha]));
            encoder.encode_frame(image::Frame::new(picture)).unwrap();
        }
        drop(encoder);
        bytes
    };
    let read = |bytes: &[u8]| decode(&Source::new(bytes), &ReadOptions::default());
    let still = read(&made(&[200], 255)).unwrap();
    assert_eq!((still.volume.shape(), still.problems.len()), ([3, 1, 2, 3], 0));
    let moving = read(&made(&[200, 100], 255)).unwrap();
    assert_eq!((moving.volume.shape(), moving.problems[0].code), ([3, 2, 2, 3], "several-frames"));
    let values = moving.volume.to_f32();
    assert_eq!((values[0], values[6], values[12], values[24]), (200.0, 100.0, 0.0, 50.0));
    assert_eq!(read(&made(&[200], 0)).unwrap_err().kind(), ErrorKind::Unsupported);
    let limits = Limits { samples_max: 20, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let bytes = made(&[200, 100], 255);
    assert_eq!(decode(&Source::new(&bytes), &options).unwrap_err().kind(), ErrorKind::Limit);
}
