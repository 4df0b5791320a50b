//! Reading what should be JSON.

use glassbox_core::{Error, ErrorKind, Result};
use serde::Deserialize;

/// Reads a body or a chunk. The error says where, and holds nothing of the text.
pub(crate) fn object<'a, T: Deserialize<'a>>(data: &'a [u8]) -> Result<T> {
    // The derived reader would take a list for a struct.
    if data.trim_ascii_start().first() != Some(&b'{') {
        return Err(broken("the answer is not a JSON object"));
    }
    // Checked as a whole it is cheaper than string by string. Where the check fails, it may be for a string that
    // nobody reads.
    let read = match std::str::from_utf8(data) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(data),
    };
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let what = if error.is_eof() {
            "is cut off"
        } else {
            "is not valid JSON"
        };
        Error::new(
            ErrorKind::Protocol,
            format!("the answer {what} at line {line}, column {column}"),
        )
    })
}

/// The answer breaks the rules of its API.
pub(crate) fn broken(message: &'static str) -> Error {
    Error::new(ErrorKind::Protocol, message)
}
