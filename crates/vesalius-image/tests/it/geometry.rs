//! Voxels and world there and back, and what two grids differ in.

use vesalius_image::{Aspect, Geometry, Grid, Samples, Volume};

const STRAIGHT: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn turned(degrees: f64) -> [[f64; 3]; 3] {
    let (s, c) = degrees.to_radians().sin_cos();
    [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]
}

fn grid(spacing_mm: [f64; 3], origin_mm: [f64; 3], direction: [[f64; 3]; 3]) -> Grid {
    Grid::new([20, 40, 50], Geometry::new(spacing_mm, origin_mm, direction).unwrap()).unwrap()
}

#[test]
fn voxels_come_back_from_the_world_even_by_a_rounded_direction() {
    let rounded = turned(17.0).map(|row| row.map(|v| (v * 1e4).round() / 1e4));
    let geometry = Geometry::new([0.7, 0.8, 2.5], [-100.0, 50.0, 900.0], rounded).unwrap();
    for voxel in [[0.0, 0.0, 0.0], [511.0, 0.5, 3.0], [-4.0, 300.0, 120.25]] {
        let found = geometry.voxel(geometry.world_mm(voxel));
        assert!(found.iter().zip(voxel).all(|(f, e)| (f - e).abs() < 1e-10), "{voxel:?} {found:?}");
    }
}

#[test]
fn a_grid_has_voxels() {
    let geometry = Geometry::new([1.0; 3], [0.0; 3], STRAIGHT).unwrap();
    for shape in [[0, 1, 1], [usize::MAX, 2, 1]] {
        assert!(Grid::new(shape, geometry.clone()).is_err(), "{shape:?}");
    }
    let nowhere = Volume::new(Samples::U8(vec![0; 6]), [1, 1, 2, 3], None).unwrap();
    assert!(Grid::of(&nowhere).is_err());
    let somewhere = Volume::new(Samples::U8(vec![0; 6]), [1, 1, 2, 3], Some(geometry)).unwrap();
    assert_eq!(Grid::of(&somewhere).unwrap().shape(), [1, 2, 3]);
}

#[test]
fn what_differs_is_named_with_its_amount() {
    let one = grid([1.0, 1.0, 2.0], [0.0; 3], STRAIGHT);
    let check = |other: Grid, aspects: &[Aspect], text: &str| {
        let difference = one.difference(&other);
        assert_eq!((&difference.aspects[..], difference.to_string().as_str()), (aspects, text));
        assert_eq!(difference.is_same(), aspects.is_empty());
    };
    check(one.clone(), &[], "no difference");
    check(grid([1.0, 1.1, 2.0], [0.0; 3], STRAIGHT), &[Aspect::Spacing], "spacing along y by 0.100 mm");
    check(grid([1.0, 1.0, 2.0], [0.0, 3.0, 4.0], STRAIGHT), &[Aspect::Origin], "origin by 5.000 mm");
    check(grid([1.0, 1.0, 2.0], [0.0; 3], turned(-12.0)), &[Aspect::Direction], "direction of x by 12.000 degrees");
    let larger = Grid::new([20, 40, 51], one.geometry().clone()).unwrap();
    check(larger, &[Aspect::Size], "size 50 x 40 x 20 and 51 x 40 x 20 voxels (x, y, z)");
    // What headers round away is no difference: 49 voxels by 1e-4 are 0.005 voxels.
    check(grid([1.0001, 1.0, 2.0], [0.02, 0.0, 0.0], turned(0.004)), &[], "no difference");
    check(grid([1.0, 1.0, 2.0], [0.0; 3], turned(0.1)), &[Aspect::Direction], "direction of x by 0.100 degrees");
}

#[test]
fn numbers_are_given_below_the_tolerance_too() {
    let one = grid([1.0, 1.0, 2.0], [0.0; 3], STRAIGHT);
    let difference = one.difference(&grid([1.0, 1.0, 2.0], [0.01, 0.0, 0.0], turned(1e-4)));
    assert!(difference.is_same());
    assert!((difference.direction_degrees[0] - 1e-4).abs() < 1e-9, "{difference:?}");
    assert!(difference.direction_degrees[2].abs() < 1e-12);
    // The far corner is 39 mm along y and 49 mm along x from the first voxel.
    let moved = 1e-4_f64.to_radians() * 49.0_f64.hypot(39.0);
    assert!(difference.largest_mm > 0.01 && difference.largest_mm < 0.01 + moved, "{difference:?}");
    let mirrored = one.difference(&grid([1.0, 1.0, 2.0], [0.0; 3], [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], STRAIGHT[2]]));
    assert!((mirrored.direction_degrees[1] - 180.0).abs() < 1e-9);
    assert!((mirrored.largest_mm - 78.0).abs() < 1e-9);
}
