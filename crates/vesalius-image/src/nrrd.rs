//! NRRD: a text header with its samples inside (`.nrrd`) or beside it (`.nhdr`).
