//! Published masks, where they are at hand; facts are in `golden/real_masks.json`.

use vesalius_image::components::{Components, Connectivity};
use vesalius_image::distance::{to_background, to_mask};
use vesalius_image::mask::{Extent, Mask, foreground};
use vesalius_image::morphology::{Holes, fill_holes};
use vesalius_image::surface::Surface;
use vesalius_image::{Limits, Samples, nifti};

use crate::golden;
use crate::mask::{counts, weighed};
use crate::real_data::folder;

fn check(set: &str, name: &str) {
    let Some(folder) = folder(set) else { return };
    let facts: serde_json::Value = serde_json::from_slice(&std::fs::read(golden("real_masks.json")).unwrap()).unwrap();
    let fact = &facts[format!("{set}/{name}")];
    let near = |what: &str, found: f64, tolerance: f64| {
        let expected = fact[what].as_f64().unwrap();
        assert!((found - expected).abs() <= tolerance * expected, "{name} {what}: {found} is not {expected}");
    };
    let volume = nifti::decode(&std::fs::read(folder.join(name)).unwrap(), &Limits::default()).unwrap();
    let extent = Extent::of(&volume).unwrap();
    let voxels = foreground(&volume).unwrap();
    let mask = Mask::new(&voxels, extent).unwrap();
    near("ml", mask.ml(), 1e-6);
    near("to_mask", weighed(&to_mask(&mask).unwrap()), 1e-6);
    near("to_background", weighed(&to_background(&mask).unwrap()), 1e-6);
    near("surface_mm2", Surface::of(&mask).unwrap().size(), 1e-6);
    let found = Components::find(&voxels, extent.shape(), Connectivity::Corners).unwrap();
    let mut sizes: Vec<u64> = found.components().iter().map(|component| component.n_voxels).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(serde_json::json!(sizes[..sizes.len().min(3)]), fact["largest"]);
    near("components", sizes.len() as f64, 0.0);
    near("labels", weighed(&found.labels()), 0.0);
    let Samples::U8(labels) = volume.samples() else { panic!("{name} has the wrong type") };
    let parts = Components::find(labels, extent.shape(), Connectivity::Faces).unwrap();
    near("parts_of_labels", parts.components().len() as f64, 0.0);
    near("filled", weighed(&counts(&fill_holes(&voxels, extent.shape(), Holes::Volume).unwrap())), 0.0);
}

#[test]
fn kidneys_are_measured_as_by_scipy() {
    check("kits19-masks", "case_00004/segmentation.nii.gz");
}

#[test]
fn organs_of_a_ct_are_measured_as_by_scipy() {
    check("totalseg-ref", "example_seg_fast_force_split.nii.gz");
}

#[test]
fn organs_of_an_mr_are_measured_as_by_scipy() {
    check("totalseg-ref", "example_seg_mr.nii.gz");
}
