//! Names of units of length as text headers write them.

/// Millimeters in one of the named unit, quotes and case aside; `None` where the name is none that is known.
pub(crate) fn unit_mm(name: &str) -> Option<f64> {
    let name = name.trim().trim_matches('"').trim().to_lowercase();
    Some(match name.as_str() {
        "nm" | "nanometer" | "nanometers" => 1e-6,
        // The sign of micro comes as two code points, and as an escape in files that are ASCII.
        "um" | "\u{b5}m" | "\u{3bc}m" | "\\u00b5m" | "micron" | "microns" | "micrometer" | "micrometers" => 1e-3,
        "mm" | "millimeter" | "millimeters" => 1.0,
        "cm" | "centimeter" | "centimeters" => 10.0,
        "in" | "inch" | "inches" => 25.4,
        "m" | "meter" | "meters" => 1e3,
        _ => return None,
    })
}
