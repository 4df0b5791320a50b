use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// What kind of data it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Modality {
    /// Sound.
    Audio,
    /// A text document: PDF and the like.
    Document,
    /// A still image.
    Image,
    /// Moving images.
    Video,
    /// Any other word.
    #[serde(untagged)]
    Other(String),
}

/// Binary data in the message itself. Cloning it does not copy the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Blob {
    /// What kind of data it is.
    pub modality: Modality,
    /// The IANA media type, as in `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The data in base64 (RFC 4648, section 4, padded), as every provider takes it.
    pub content: Arc<str>,
}

impl Blob {
    /// Encodes `bytes`.
    pub fn new(modality: Modality, mime_type: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self {
            modality,
            mime_type: Some(mime_type.into()),
            content: STANDARD.encode(bytes).into(),
        }
    }

    /// How many bytes the decoded data has.
    #[must_use]
    pub fn decoded_len(&self) -> usize {
        let text = self.content.trim_end_matches('=');
        text.len() * 3 / 4
    }

    /// The data as a `data:` URI (RFC 2397).
    #[must_use]
    pub fn to_data_uri(&self) -> String {
        let mime_type = self
            .mime_type
            .as_deref()
            .unwrap_or("application/octet-stream");
        format!("data:{mime_type};base64,{}", self.content)
    }
}

/// Data that was uploaded to the provider before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct File {
    /// What kind of data it is.
    pub modality: Modality,
    /// The provider's id of the file.
    pub file_id: String,
    /// The IANA media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
}

impl File {
    /// A file by the provider's id.
    pub fn new(modality: Modality, file_id: impl Into<String>) -> Self {
        Self {
            modality,
            file_id: file_id.into(),
            mime_type: None,
        }
    }
}

/// Data behind a URI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uri {
    /// What kind of data it is.
    pub modality: Modality,
    /// Where it is.
    pub uri: String,
    /// The IANA media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
}

impl Uri {
    /// Data of this kind, at this place.
    pub fn new(modality: Modality, uri: impl Into<String>) -> Self {
        Self {
            modality,
            uri: uri.into(),
            mime_type: None,
        }
    }
}
