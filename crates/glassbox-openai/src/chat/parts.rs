//! What is said beside plain text.

use glassbox_core::{Blob, Modality, Part};
use serde::{Serialize, Serializer};

use super::options::takes;
use crate::dialect::Dialect;

/// The content of a message that the model did not write.
pub(super) struct Parts<'a> {
    pub(super) parts: &'a [Part],
    pub(super) dialect: &'a Dialect,
}

impl<'a> Parts<'a> {
    fn iter(&self) -> impl Iterator<Item = Content<'a>> {
        let media = self.dialect.media;
        let taken = self.parts.iter().filter(move |part| takes(part, media));
        taken.filter_map(Content::of)
    }
}

impl Serialize for Parts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut parts = self.iter();
        // One text stands by itself: that, every host takes.
        match (parts.next(), parts.next()) {
            (None, _) => serializer.serialize_str(""),
            (Some(Content::Text { text }), None) => serializer.serialize_str(text),
            _ => match self.paragraphs() {
                Some(paragraphs) => serializer.serialize_str(&paragraphs),
                None => serializer.collect_seq(self.iter()),
            },
        }
    }
}

impl Parts<'_> {
    /// All of it as one text, where it is text alone and the host wants no list of texts.
    fn paragraphs(&self) -> Option<String> {
        if self.dialect.text_lists {
            return None;
        }
        let texts: Option<Vec<&str>> = self.iter().map(Content::into_text).collect();
        Some(texts?.join("\n\n"))
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Content<'a> {
    File { file: File<'a> },
    ImageUrl { image_url: Url<'a> },
    InputAudio { input_audio: Audio<'a> },
    Text { text: &'a str },
    VideoUrl { video_url: Url<'a> },
}

#[derive(Serialize)]
#[serde(untagged)]
enum File<'a> {
    Data {
        filename: &'static str,
        #[serde(serialize_with = "data_uri")]
        file_data: &'a Blob,
    },
    Id {
        file_id: &'a str,
    },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Url<'a> {
    Data {
        #[serde(serialize_with = "data_uri")]
        url: &'a Blob,
    },
    Link {
        url: &'a str,
    },
}

#[derive(Serialize)]
struct Audio<'a> {
    data: &'a str,
    format: &'a str,
}

/// Writes `data:image/png;base64,...` straight into the body.
pub(crate) fn data_uri<S: Serializer>(blob: &&Blob, serializer: S) -> Result<S::Ok, S::Error> {
    let mime_type = blob.mime_type.as_deref().unwrap_or(match blob.modality {
        Modality::Document => "application/pdf",
        Modality::Image => "image/png",
        _ => "application/octet-stream",
    });
    serializer.collect_str(&format_args!("data:{mime_type};base64,{}", blob.content))
}

impl<'a> Content<'a> {
    fn into_text(self) -> Option<&'a str> {
        match self {
            Self::Text { text } => Some(text),
            _ => None,
        }
    }

    /// `None` where the part says nothing to this host.
    fn of(part: &'a Part) -> Option<Self> {
        Some(match part {
            Part::Text(text) => Self::Text {
                text: &text.content,
            },
            Part::Refusal(refusal) => Self::Text {
                text: &refusal.content,
            },
            Part::Compaction(compaction) => Self::Text {
                text: compaction.content.as_deref()?,
            },
            Part::Blob(blob) => match blob.modality {
                Modality::Image => Self::ImageUrl {
                    image_url: Url::Data { url: blob },
                },
                Modality::Audio => Self::InputAudio {
                    input_audio: Audio {
                        data: &blob.content,
                        format: audio_format(blob.mime_type.as_deref()),
                    },
                },
                Modality::Video => Self::VideoUrl {
                    video_url: Url::Data { url: blob },
                },
                Modality::Document => Self::File {
                    file: File::Data {
                        // It has to have one.
                        filename: "document.pdf",
                        file_data: blob,
                    },
                },
                _ => return None,
            },
            Part::Uri(uri) => {
                let url = Url::Link { url: &uri.uri };
                match uri.modality {
                    Modality::Image => Self::ImageUrl { image_url: url },
                    Modality::Video => Self::VideoUrl { video_url: url },
                    _ => return None,
                }
            }
            Part::File(file) => Self::File {
                file: File::Id {
                    file_id: &file.file_id,
                },
            },
            _ => return None,
        })
    }
}

/// OpenAI's word for a media type: `wav` or `mp3`, and for others what follows the slash.
pub(crate) fn audio_format(mime_type: Option<&str>) -> &str {
    let subtype = mime_type
        .and_then(|mime_type| mime_type.split('/').nth(1))
        .and_then(|subtype| subtype.split(';').next())
        .unwrap_or("wav");
    match subtype {
        "mpeg" | "mpeg3" | "x-mpeg-3" => "mp3",
        "wave" | "x-wav" | "vnd.wave" => "wav",
        other => other,
    }
}
