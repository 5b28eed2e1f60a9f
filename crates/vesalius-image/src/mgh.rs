//! MGH and MGZ, the volumes of FreeSurfer.
