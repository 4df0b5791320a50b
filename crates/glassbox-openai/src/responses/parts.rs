//! What is said, part by part.

use glassbox_core::{Blob, Modality, Part};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::options::takes;
use crate::chat::parts::{audio_format, data_uri};
use crate::dialect::Media;

/// The content of a message that the model did not write.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    pub(super) parts: &'a [Part],
    pub(super) media: Media,
}

impl<'a> Parts<'a> {
    fn iter(self) -> impl Iterator<Item = Content<'a>> {
        let taken = self
            .parts
            .iter()
            .filter(move |part| takes(part, self.media));
        taken.filter_map(Content::of)
    }
}

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = self.iter();
        // One text stands by itself: that, every host takes.
        match (parts.next(), parts.next()) {
            (None, _) => serializer.serialize_str(""),
            (Some(Content::Known(Known::Text { text })), None) => serializer.serialize_str(text),
            _ => serializer.collect_seq(self.iter()),
        }
    }
}

/// Whether a part of a type of its own stands inside a message, not beside it.
pub(super) fn is_inside(other: &Map<String, Value>) -> bool {
    let kind = other.get("type").and_then(Value::as_str);
    kind.is_some_and(|kind| kind.starts_with("input_"))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Known(Known<'a>),
    Other(&'a Map<String, Value>),
}

#[derive(Serialize)]
#[serde(tag = "type")]
enum Known<'a> {
    #[serde(rename = "input_audio")]
    Audio { input_audio: Audio<'a> },
    #[serde(rename = "input_file")]
    File(Source<'a>),
    #[serde(rename = "input_image")]
    Image(Source<'a>),
    #[serde(rename = "input_text")]
    Text { text: &'a str },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Source<'a> {
    Document {
        filename: &'static str,
        #[serde(serialize_with = "data_uri")]
        file_data: &'a Blob,
    },
    DocumentUrl {
        file_url: &'a str,
    },
    Id {
        file_id: &'a str,
    },
    Image {
        #[serde(serialize_with = "data_uri")]
        image_url: &'a Blob,
    },
    ImageUrl {
        image_url: &'a str,
    },
}

#[derive(Serialize)]
struct Audio<'a> {
    data: &'a str,
    format: &'a str,
}

impl<'a> Content<'a> {
    /// `None` where the part says nothing to this host.
    fn of(part: &'a Part) -> Option<Self> {
        Some(Self::Known(match part {
            Part::Text(text) => Known::Text {
                text: &text.content,
            },
            Part::Refusal(refusal) => Known::Text {
                text: &refusal.content,
            },
            Part::Compaction(compaction) => Known::Text {
                text: compaction.content.as_deref()?,
            },
            Part::Blob(blob) => match blob.modality {
                Modality::Image => Known::Image(Source::Image { image_url: blob }),
                Modality::Document => Known::File(Source::Document {
                    // It has to have one.
                    filename: "document.pdf",
                    file_data: blob,
                }),
                Modality::Audio => Known::Audio {
                    input_audio: Audio {
                        data: &blob.content,
                        format: audio_format(blob.mime_type.as_deref()),
                    },
                },
                _ => return None,
            },
            Part::Uri(uri) => match uri.modality {
                Modality::Image => Known::Image(Source::ImageUrl {
                    image_url: &uri.uri,
                }),
                Modality::Document => Known::File(Source::DocumentUrl { file_url: &uri.uri }),
                _ => return None,
            },
            Part::File(file) => {
                let id = Source::Id {
                    file_id: &file.file_id,
                };
                match file.modality {
                    Modality::Image => Known::Image(id),
                    _ => Known::File(id),
                }
            }
            Part::Other(other) if is_inside(other) => return Some(Self::Other(other)),
            _ => return None,
        }))
    }
}
