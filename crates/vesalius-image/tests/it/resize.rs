//! Enlarging and shrinking.

use vesalius_image::resize::resize;

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64
}

/// A repeatable image without structure.
fn noise(n: usize) -> Vec<f32> {
    (0..n).map(|idx| ((idx * 7919 + 13) % 1009) as f32 / 1009.0).collect()
}

#[test]
fn a_constant_stays_constant() {
    for size in [[1, 1, 1], [3, 5, 7], [8, 16, 2], [5, 4, 6], [20, 1, 40]] {
        let resized = resize(&[0.3; 2 * 5 * 4 * 6], [2, 5, 4, 6], size);
        assert_eq!(resized.len(), 2 * size.iter().product::<usize>());
        assert!(resized.iter().all(|v| (v - 0.3).abs() < 1e-7), "{size:?}");
    }
}

#[test]
fn the_same_size_changes_nothing() {
    let image = noise(3 * 4 * 5);
    assert_eq!(resize(&image, [1, 3, 4, 5], [3, 4, 5]), image);
}

#[test]
fn shrinking_keeps_the_mean() {
    let image = noise(12 * 12 * 12);
    for size in [[6, 4, 3], [1, 1, 1], [12, 3, 12], [5, 7, 11]] {
        let resized = resize(&image, [1, 12, 12, 12], size);
        assert!((mean(&resized) - mean(&image)).abs() < 1e-6, "{size:?}");
    }
}

#[test]
fn a_ramp_follows_the_closed_form() {
    // Voxel centers are at idx + 1/2, so the ramp at new voxel i is (i + 1/2) × ratio - 1/2.
    let check = |n_in: usize, n_out: usize| {
        let ramp: Vec<f32> = (0..n_in).map(|idx| idx as f32).collect();
        let ratio = n_in as f64 / n_out as f64;
        for (axis, size) in [[1, 1, n_out], [1, n_out, 1], [n_out, 1, 1]].into_iter().enumerate() {
            let mut shape = [1; 4];
            shape[3 - axis] = n_in;
            for (idx, found) in resize(&ramp, shape, size).into_iter().enumerate() {
                let expected = ((idx as f64 + 0.5) * ratio - 0.5).clamp(0.0, (n_in - 1) as f64);
                assert!((f64::from(found) - expected).abs() < 1e-5, "{n_in} to {n_out}: {idx} {found} {expected}");
            }
        }
    };
    check(4, 8);
    check(5, 13);
    check(7, 64);
    check(64, 16);
    check(12, 4);
    check(1, 5);
}

#[test]
fn partly_covered_voxels_count_by_their_part() {
    let resized = resize(&[0.0, 3.0, 6.0], [1, 1, 1, 3], [1, 1, 2]);
    // The first covers voxel 0 and half of voxel 1.
    assert!((resized[0] - 1.0).abs() < 1e-6 && (resized[1] - 5.0).abs() < 1e-6, "{resized:?}");
}

#[test]
fn channels_do_not_mix() {
    let mut image = vec![1.0; 16];
    image.extend(vec![5.0; 16]);
    let resized = resize(&image, [2, 1, 4, 4], [1, 3, 9]);
    assert!(resized[..27].iter().all(|v| (v - 1.0).abs() < 1e-6));
    assert!(resized[27..].iter().all(|v| (v - 5.0).abs() < 1e-6));
}
