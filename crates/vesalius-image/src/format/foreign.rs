//! Files that users bring and that are not read: what they are, and what makes a readable image of them.

/// What bytes are, and what to do with them; `None` where they are nothing that is known here.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let begins = |mark: &[u8]| bytes.starts_with(mark);
    let holds = |mark: &[u8]| bytes[..bytes.len().min(1024)].windows(mark.len()).any(|window| window == mark);
    Some(match () {
        () if begins(b"CDF\x01") || begins(b"CDF\x02") => ("NetCDF, perhaps MINC 1", "convert it with mnc2nii"),
        () if begins(b"\x89HDF\r\n\x1a\n") => ("HDF5, perhaps MINC 2", "convert it with mnc2nii, or save it as NIfTI"),
        () if holds(b"type = string-attribute") || holds(b"type = integer-attribute") => {
            ("the header of an AFNI data set", "convert it with 3dAFNItoNIFTI")
        }
        () if holds(b"DATA DESCRIPTION FILE") => ("the header of a Philips PAR/REC pair", "convert it with dcm2niix"),
        () if holds(b"<GIFTI") => ("GIFTI, a surface and not an image", "take the volume that it was made from"),
        () if begins(b"TRACK\0") || begins(b"mrtrix tracks") => {
            ("a set of fiber tracts and not an image", "take the volume that it was made from")
        }
        () if begins(b"MATRIX7") => ("ECAT 7", "convert it with the tool of the scanner, or with dcm2niix from DICOM"),
        () => return None,
    })
}
