//! How large the surface in one cell is, for every way in which its corners can be inside or outside.
//!
//! Nothing here is a table: the surface crosses each edge of the cell between an inner and an outer corner in the
//! middle, and each face of the cell along straight lines between such middles; around the cell these lines close to
//! polygons. Two things have to be chosen.
//!
//! - *A face whose inner corners lie diagonally* can be crossed in two ways. The lines cut off the corners of
//!   the side that has fewer corners in the cell, so that a mask and its background have the same surface. Where
//!   both have four, either choice has the same area, and the inner corners are cut off.
//! - *A polygon of five or six corners* is not flat. It is divided into triangles so that their area is the largest
//!   at equal spacing, and their area at the real spacing is taken; all such divisions agree in it.
//!
//! With these two choices all 256 areas are those of the `surface-distance` package.

/// Corners of the cell: bit 0 is y, bit 1 is z, bit 2 is x.
const AXES: [usize; 3] = [1, 0, 2];

type Point = [f64; 3];

/// Square millimeters of surface for every code: bit `i` says whether corner `i` is inside, where `i` is
/// 4x + 2z + y; spacing is along z, y and x.
pub(super) fn areas(spacing_mm: [f64; 3]) -> Vec<f64> {
    let scaled = |points: &[Point]| -> Vec<Point> {
        points.iter().map(|point| std::array::from_fn(|axis| point[axis] * spacing_mm[axis])).collect()
    };
    (0..=u8::MAX).map(|code| polygons(code).iter().map(|points| area(points, &scaled(points))[1]).sum()).collect()
}

/// Millimeters of contour for every code: bit `i` says whether corner `i` is inside, where `i` is 2x + y; spacing is
/// along y and x.
pub(super) fn lengths([y_mm, x_mm]: [f64; 2]) -> Vec<f64> {
    // Around the cell: y, x as in corners 0, 1, 3, 2; sides lie along y, x, y, x.
    let middles = [[0.5, 0.0], [1.0, 0.5], [0.5, 1.0], [0.0, 0.5]];
    let length = |[a, b]: [usize; 2]| {
        let step = |axis: usize| middles[a][axis] - middles[b][axis];
        (step(0) * y_mm).hypot(step(1) * x_mm)
    };
    let lines = |code: u8| lines([0, 1, 3, 2].map(|corner| code >> corner & 1 == 1), true);
    (0..16).map(|code| lines(code).into_iter().map(length).sum()).collect()
}

/// Lines across a face, each from one of its four sides to another; side `i` is from corner `i` to the next.
fn lines(corners: [bool; 4], cuts_inner: bool) -> Vec<[usize; 2]> {
    let crossed: Vec<usize> = (0..4).filter(|side| corners[*side] != corners[(side + 1) % 4]).collect();
    match crossed[..] {
        [a, b] => vec![[a, b]],
        [_, _, _, _] => {
            (0..4).filter(|corner| corners[*corner] == cuts_inner).map(|corner| [(corner + 3) % 4, corner]).collect()
        }
        _ => Vec::new(),
    }
}

/// The polygons of a cell as points in voxels along z, y and x.
fn polygons(code: u8) -> Vec<Vec<Point>> {
    let is_inside = |corner: usize| code >> corner & 1 == 1;
    // What each edge, by its two corners, is joined with.
    let mut joined: Vec<([usize; 2], [usize; 2])> = Vec::new();
    for across in 0..3 {
        let (a, b) = (1 << ((across + 1) % 3), 1 << ((across + 2) % 3));
        for base in [0, 1 << across] {
            let face = [base, base | a, base | a | b, base | b];
            let edge = |side: usize| {
                let (from, to) = (face[side], face[(side + 1) % 4]);
                [from.min(to), from.max(to)]
            };
            for [from, to] in lines(face.map(is_inside), code.count_ones() <= 4) {
                joined.push((edge(from), edge(to)));
            }
        }
    }
    let mut polygons = Vec::new();
    while let Some((first, mut edge)) = joined.pop() {
        let mut points = vec![middle(first)];
        while edge != first {
            points.push(middle(edge));
            // Every crossed edge lies on two faces, so that each line is followed by one other.
            let Some(idx) = joined.iter().position(|(a, b)| *a == edge || *b == edge) else { break };
            let (a, b) = joined.swap_remove(idx);
            edge = if a == edge { b } else { a };
        }
        polygons.push(points);
    }
    polygons
}

fn middle([a, b]: [usize; 2]) -> Point {
    AXES.map(|bit| ((a >> bit & 1) + (b >> bit & 1)) as f64 / 2.0)
}

/// Area of a polygon at equal spacing and at the real one, divided so that the first is the largest.
fn area(points: &[Point], scaled: &[Point]) -> [f64; 2] {
    let last = points.len() - 1;
    let mut best = [0.0; 2];
    // The side from the last point to the first has a triangle, whose third point is one of the others.
    for third in 1..last {
        let (before, behind) = (area(&points[..=third], &scaled[..=third]), area(&points[third..], &scaled[third..]));
        let own = [points, scaled].map(|points| triangle([points[0], points[third], points[last]]));
        let sum: [f64; 2] = std::array::from_fn(|idx| before[idx] + own[idx] + behind[idx]);
        if sum[0] > best[0] + 1e-9 {
            best = sum;
        }
    }
    best
}

fn triangle([a, b, c]: [Point; 3]) -> f64 {
    let side = |to: Point| -> Point { std::array::from_fn(|axis| to[axis] - a[axis]) };
    let sides = [side(b), side(c)];
    let cross = |from: usize, to: usize| sides[0][from] * sides[1][to] - sides[0][to] * sides[1][from];
    (cross(1, 2).powi(2) + cross(2, 0).powi(2) + cross(0, 1).powi(2)).sqrt() / 2.0
}
