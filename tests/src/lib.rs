//! Stories that cross crates: see `stories/`.
