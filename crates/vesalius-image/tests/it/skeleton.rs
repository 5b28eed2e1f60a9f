//! Skeletons: they keep components, holes and ends, and are one voxel wide.

use vesalius_image::components::{Components, Connectivity};
use vesalius_image::skeleton::skeleton;

use crate::mask::volume_of;

fn n_components(voxels: &[bool], shape: [usize; 3]) -> usize {
    Components::find(voxels, shape, Connectivity::Corners).unwrap().components().len()
}

/// Euler characteristic by counting vertices, edges, faces and cells of closed voxels (26-connected).
fn euler(voxels: &[bool], [n_z, n_y, n_x]: [usize; 3]) -> i64 {
    let inside = |z: i64, y: i64, x: i64| {
        let place = [(z, n_z), (y, n_y), (x, n_x)].map(|(at, n)| usize::try_from(at).ok().filter(|at| *at < n));
        matches!(place, [Some(z), Some(y), Some(x)] if voxels[(z * n_y + y) * n_x + x])
    };
    let mut sum = 0;
    // A cell of the complex has even coordinates where it lies between voxels and odd ones within them.
    for z in 0..=2 * n_z as i64 {
        for y in 0..=2 * n_y as i64 {
            for x in 0..=2 * n_x as i64 {
                let sides = |at: i64| if at % 2 == 1 { vec![at / 2] } else { vec![at / 2 - 1, at / 2] };
                let touches =
                    sides(z).iter().any(|&z| sides(y).iter().any(|&y| sides(x).iter().any(|&x| inside(z, y, x))));
                let n_odd = z % 2 + y % 2 + x % 2;
                if touches {
                    sum += if n_odd % 2 == 0 { 1 } else { -1 };
                }
            }
        }
    }
    sum
}

#[track_caller]
fn check(voxels: &[bool], shape: [usize; 3]) -> Vec<bool> {
    let thin = skeleton(voxels, shape).unwrap();
    assert!(thin.iter().zip(voxels).all(|(thin, inside)| !thin || *inside), "a skeleton lies in its mask");
    assert_eq!(n_components(&thin, shape), n_components(voxels, shape), "components");
    assert_eq!(euler(&thin, shape), euler(voxels, shape), "holes");
    assert_eq!(skeleton(&thin, shape).unwrap(), thin, "a skeleton is its own");
    thin
}

fn count(voxels: &[bool]) -> usize {
    voxels.iter().filter(|inside| **inside).count()
}

#[test]
fn solids_become_a_few_voxels_and_rings_stay_rings() {
    let shape = [11, 12, 13];
    let ball = volume_of(shape, |[z, y, x]| {
        (z as f64 - 5.0).powi(2) + (y as f64 - 5.0).powi(2) + (x as f64 - 6.0).powi(2) <= 16.5
    });
    let thin = check(&ball, shape);
    assert!(count(&thin) * 10 < count(&ball), "{} of {}", count(&thin), count(&ball));
    let ring = volume_of(shape, |[z, y, x]| {
        let r = (y as f64 - 5.5).hypot(x as f64 - 6.0);
        (r - 4.0).powi(2) + (z as f64 - 5.0).powi(2) <= 2.3
    });
    let thin = check(&ring, shape);
    assert!((12..40).contains(&count(&thin)), "{}", count(&thin));
    let shell = volume_of(shape, |[z, y, x]| {
        let r = (z as f64 - 5.0).powi(2) + (y as f64 - 5.0).powi(2) + (x as f64 - 6.0).powi(2);
        (9.0..=20.0).contains(&r)
    });
    check(&shell, shape);
}

#[test]
fn a_bar_becomes_a_line_nearly_as_long() {
    let shape = [7, 9, 40];
    let bar = volume_of(shape, |[z, y, x]| (2..5).contains(&z) && (3..6).contains(&y) && (2..38).contains(&x));
    let n = count(&check(&bar, shape));
    assert!((32..=38).contains(&n), "{n}");
    let flat = [1, 9, 40];
    let bar = volume_of(flat, |[_, y, x]| (3..6).contains(&y) && (2..38).contains(&x));
    let n = count(&check(&bar, flat));
    assert!((32..=38).contains(&n), "{n}");
}

#[test]
fn noise_keeps_its_topology() {
    let shape = [8, 9, 10];
    for seed in 0..20_u64 {
        let value = |at: usize| (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15 ^ (seed << 17)) >> 40;
        let voxels: Vec<bool> = (0..720).map(|at| value(at) % 100 < 45).collect();
        check(&voxels, shape);
    }
    assert!(skeleton(&[true; 3], [1, 1, 2]).is_err());
    assert_eq!(skeleton(&[false; 2], [1, 1, 2]).unwrap(), [false; 2]);
}
