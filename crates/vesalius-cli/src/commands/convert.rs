//! `vesalius convert IN OUT`: from one format to another, onto another grid, into another type, or to look at.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use vesalius::convert::{self, ConvertOptions, Converted, Crop, Labels, Picture, Supplied, Target};
use vesalius::open::{Choice, Gaps};
use vesalius_image::cast::Fit;
use vesalius_image::dicom::suv::Normalization;
use vesalius_image::intensity::Window;
use vesalius_image::orient::AxisCode;
use vesalius_image::resample::{Interpolation, Outside, ResampleOptions};
use vesalius_image::{Dtype, ReadOptions, Values};

use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// From one image format to another, by the ending of OUT; .png of a volume shows three planes
#[derive(Args)]
pub(crate) struct Convert {
    /// An image of any format, a DICOM folder, a zip archive, or a DICOMDIR
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The file to write; its ending names the format
    #[arg(value_name = "OUT")]
    output: PathBuf,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    supplied: SuppliedArgs,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    values: ValueArgs,
    #[command(flatten)]
    picture: PictureArgs,
}

/// Which image.
#[derive(Args)]
#[command(next_help_heading = "Which image")]
struct Which {
    /// The series of a folder, an archive or a DICOMDIR; `inspect` lists them
    #[arg(long, value_name = "UID")]
    series: Option<String>,
    /// Which volume of the series, from 1
    #[arg(long, value_name = "N")]
    volume: Option<usize>,
    /// What becomes of slices that are missing or uneven
    #[arg(long, value_name = "WHAT", default_value = "refuse")]
    gaps: GapsArg,
    /// Standardized uptake values of a PET series, by body weight, lean body mass or body surface area
    #[arg(long, value_name = "BY", conflicts_with = "stored")]
    suv: Option<SuvArg>,
    /// Values as the file stores them, without slope, intercept or lookup table
    #[arg(long)]
    stored: bool,
}

/// What the file does not say, or says wrongly.
#[derive(Args)]
#[command(next_help_heading = "What the file does not say, or says wrongly")]
struct SuppliedArgs {
    /// Distance of voxel centers in mm
    #[arg(id = "set_spacing", long = "set-spacing", value_name = "X,Y,Z", value_parser = numbers::<3>, allow_hyphen_values = true)]
    spacing: Option<[f64; 3]>,
    /// Center of the first voxel in mm, LPS
    #[arg(long = "set-origin", value_name = "X,Y,Z", value_parser = numbers::<3>, allow_hyphen_values = true)]
    origin: Option<[f64; 3]>,
    /// Where image x, y and z point, such as LPS: to the left, the back and the head
    #[arg(long = "set-axes", value_name = "AXES")]
    axes: Option<AxisCode>,
}

/// Where the voxels are to be.
#[derive(Args)]
#[command(next_help_heading = "Where the voxels are to be")]
struct Place {
    /// Keep the box around a mask on the grid of IN
    #[arg(long, value_name = "FILE")]
    crop_to_mask: Option<PathBuf>,
    /// How much further than the mask the box reaches
    #[arg(long, value_name = "MM", default_value_t = 0.0, requires = "crop_to_mask", value_parser = margin)]
    margin_mm: f64,
    /// Turn and mirror axes until x, y and z point there, such as RAS or LPS; no value changes
    #[arg(long, value_name = "AXES", conflicts_with = "like")]
    orient: Option<AxisCode>,
    /// Resample to voxels of this size in mm over the same extent
    #[arg(long, value_name = "X,Y,Z", value_parser = numbers::<3>, conflicts_with = "like", allow_hyphen_values = true)]
    spacing: Option<[f64; 3]>,
    /// Resample onto the grid of another image
    #[arg(long, value_name = "FILE")]
    like: Option<PathBuf>,
    /// How values between voxels are made; nearest for masks, whose labels must not be mixed
    #[arg(long, value_name = "HOW", default_value = "linear")]
    interpolation: InterpolationArg,
    /// What new voxels hold that lie beyond the image, such as -1024 for CT [default: 0]
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    outside: Option<f64>,
}

/// What becomes of values.
#[derive(Args)]
#[command(next_help_heading = "What becomes of values")]
struct ValueArgs {
    /// What NaN and infinities become
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    replace_nonfinite: Option<f64>,
    /// Every value but 0 becomes 1
    #[arg(long)]
    binarize: bool,
    /// The sample type: u8, i8, u16, i16, u32, i32, f32 or f64
    #[arg(long, value_name = "TYPE", value_parser = dtype)]
    dtype: Option<Dtype>,
    /// What becomes of values that do not fit the type: an error, the nearest, or also the ends of its range
    #[arg(long, value_name = "WHAT", default_value = "exact")]
    fit: FitArg,
}

/// Pictures to look at.
#[derive(Args)]
#[command(next_help_heading = "Pictures to look at")]
struct PictureArgs {
    /// Write a picture even of one slice; of several, PNG is one anyway
    #[arg(long)]
    preview: bool,
    /// The values shown black and white: a preset of CT, or LOW,HIGH
    #[arg(long, value_name = "WINDOW", value_parser = window, allow_hyphen_values = true)]
    window: Option<[f64; 2]>,
}

#[derive(Clone, Copy, ValueEnum)]
enum GapsArg {
    /// They are an error
    Refuse,
    /// Slices are taken as if they were even; do not measure across them
    Spread,
}

#[derive(Clone, Copy, ValueEnum)]
enum SuvArg {
    /// Body weight, g/ml
    Bw,
    /// Lean body mass (Janmahasatian 2005), g/ml
    Lbm,
    /// Body surface area (Du Bois 1916), cm²/ml
    Bsa,
}

#[derive(Clone, Copy, ValueEnum)]
enum InterpolationArg {
    Nearest,
    Linear,
    Cubic,
}

#[derive(Clone, Copy, ValueEnum)]
enum FitArg {
    /// They are an error that counts them
    Exact,
    /// Rounded to the nearest; beyond the range is an error
    Round,
    /// Rounded, and beyond the range set to its end
    Clip,
}

impl Convert {
    /// Writes OUT, and says what it is.
    pub(crate) fn run(&self, _: &Session) -> Result<Outcome> {
        let converted = convert::convert(&self.input, &self.output, &self.options())?;
        Outcome::new(Exit::Done, summary(&converted), &converted)
    }

    fn options(&self) -> ConvertOptions {
        let values = if self.which.stored { Values::Stored } else { Values::Real };
        let spacing = self.place.spacing.map(Target::Spacing);
        ConvertOptions {
            read: ReadOptions { values, ..ReadOptions::default() },
            choice: Choice {
                series_uid: self.which.series.clone(),
                volume: self.which.volume,
                gaps: match self.which.gaps {
                    GapsArg::Refuse => Gaps::Refuse,
                    GapsArg::Spread => Gaps::Spread,
                },
                uptake: self.which.suv.map(|by| match by {
                    SuvArg::Bw => Normalization::BodyWeight,
                    SuvArg::Lbm => Normalization::LeanBodyMass,
                    SuvArg::Bsa => Normalization::BodySurface,
                }),
            },
            supplied: Supplied {
                spacing_mm: self.supplied.spacing,
                origin_mm: self.supplied.origin,
                axes: self.supplied.axes,
            },
            nonfinite: self.values.replace_nonfinite,
            crop: self.place.crop_to_mask.clone().map(|mask| Crop { mask, margin_mm: self.place.margin_mm }),
            axes: self.place.orient,
            target: self.place.like.clone().map(Target::Like).or(spacing),
            resample: ResampleOptions {
                interpolation: match self.place.interpolation {
                    InterpolationArg::Nearest => Interpolation::Nearest,
                    InterpolationArg::Linear => Interpolation::Linear,
                    InterpolationArg::Cubic => Interpolation::Cubic,
                },
                outside: self.place.outside.map(Outside::Value).unwrap_or_default(),
                ..ResampleOptions::default()
            },
            labels: if self.values.binarize { Labels::Binary } else { Labels::AsTheyAre },
            dtype: self.values.dtype,
            fit: match self.values.fit {
                FitArg::Exact => Fit::Exact,
                FitArg::Round => Fit::Round,
                FitArg::Clip => Fit::Clip,
            },
            picture: match (self.picture.window, self.picture.preview) {
                (Some(window), _) => Picture::Window(window),
                (None, true) => Picture::Usual,
                (None, false) => Picture::WhereNeeded,
            },
        }
    }
}

fn summary(converted: &Converted) -> String {
    let [x, y, z] = converted.size;
    let channels = if converted.channels > 1 { format!(" x {} channels", converted.channels) } else { String::new() };
    let spacing = match converted.spacing_mm {
        Some([x, y, z]) => format!("voxels of {x:.4} x {y:.4} x {z:.4} mm"),
        None => "spacing unknown (--set-spacing states it)".to_owned(),
    };
    let what = if converted.preview { "preview" } else { converted.format };
    let mut text = format!("{what}, {x} x {y} x {z}{channels}, {}, {spacing}", converted.dtype);
    if !converted.regions.is_empty() {
        let named = converted.regions.iter().map(|region| format!("{} {}", region.value, region.name));
        write!(text, "\nregions: {}", named.collect::<Vec<_>>().join(", ")).expect("a string takes everything");
    }
    for path in &converted.written {
        write!(text, "\nwrote {}", path.display()).expect("a string takes everything");
    }
    for problem in &converted.problems {
        write!(text, "\nnote: {}: {}; {}", problem.code, problem.message, problem.remedy)
            .expect("a string takes everything");
    }
    text
}

/// Numbers with commas between them.
fn numbers<const N: usize>(text: &str) -> Result<[f64; N], String> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let numbers = numbers.filter(|numbers| numbers.iter().all(|number| number.is_finite()));
    numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(|| format!("expected {N} numbers with commas between them"))
}

fn margin(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|margin: &f64| (0.0..1e6).contains(margin)).ok_or_else(|| "expected 0 or more".to_owned())
}

fn dtype(text: &str) -> Result<Dtype, String> {
    const DTYPES: [Dtype; 8] =
        [Dtype::U8, Dtype::I8, Dtype::U16, Dtype::I16, Dtype::U32, Dtype::I32, Dtype::F32, Dtype::F64];
    DTYPES
        .into_iter()
        .find(|dtype| dtype.to_string() == text)
        .ok_or_else(|| format!("expected one of {}", DTYPES.map(|dtype| dtype.to_string()).join(", ")))
}

/// A preset by name, or two numbers.
fn window(text: &str) -> Result<[f64; 2], String> {
    if let Ok(window) = numbers::<2>(text) {
        return if window[0] < window[1] { Ok(window) } else { Err("expected LOW below HIGH".to_owned()) };
    }
    let Window { level, width } =
        Window::named(text).map_err(|error| format!("{error}, or two numbers such as -1000,400"))?;
    Ok([level - width / 2.0, level + width / 2.0])
}
