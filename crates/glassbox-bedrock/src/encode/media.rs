//! Images, documents, sound and video: Converse wants a format in a word of its own, and a source.

use glassbox_core::{Blob, File, Modality, Part, Uri};
use serde::Serialize;

/// Data, and in which format it is.
#[derive(Debug, Serialize)]
pub(super) struct Media<'a> {
    pub(super) format: &'static str,
    pub(super) source: Source<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Source<'a> {
    /// Base64.
    Bytes(&'a str),
    S3Location {
        uri: &'a str,
    },
}

/// Media types and the words of Converse, by what the data is. From the API's reference.
const IMAGES: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/jpeg", "jpeg"),
    ("image/jpg", "jpeg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
];

const DOCUMENTS: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("text/csv", "csv"),
    ("application/msword", "doc"),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    ("application/vnd.ms-excel", "xls"),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    ("text/html", "html"),
    ("text/plain", "txt"),
    ("text/markdown", "md"),
];

const VIDEOS: &[(&str, &str)] = &[
    ("video/mp4", "mp4"),
    ("video/x-matroska", "mkv"),
    ("video/matroska", "mkv"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("video/x-flv", "flv"),
    ("video/mpeg", "mpeg"),
    ("video/x-ms-wmv", "wmv"),
    ("video/3gpp", "three_gp"),
];

const SOUNDS: &[(&str, &str)] = &[
    ("audio/mpeg", "mp3"),
    ("audio/mp3", "mp3"),
    ("audio/opus", "opus"),
    ("audio/wav", "wav"),
    ("audio/wave", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/vnd.wave", "wav"),
    ("audio/aac", "aac"),
    ("audio/flac", "flac"),
    ("audio/mp4", "mp4"),
    ("audio/ogg", "ogg"),
    ("audio/x-matroska", "mka"),
    ("audio/x-m4a", "m4a"),
    ("audio/l16", "pcm"),
    ("audio/webm", "webm"),
];

/// Endings of names that are not the format's word.
const ENDINGS: &[(&str, &str)] = &[("jpg", "jpeg"), ("htm", "html"), ("3gp", "three_gp")];

impl<'a> Media<'a> {
    /// The data of a part that holds some; `Err` says what it is that Converse does not take.
    pub(super) fn of(part: &'a Part) -> Result<(&'a Modality, Self), String> {
        match part {
            Part::Blob(blob) => of_blob(blob),
            Part::Uri(uri) => of_uri(uri),
            Part::File(file) => of_file(file),
            _ => Err("parts of other types".to_owned()),
        }
    }
}

fn of_blob(blob: &Blob) -> Result<(&Modality, Media<'_>), String> {
    let (formats, name) = formats(&blob.modality)?;
    let format = match &blob.mime_type {
        Some(mime_type) => by_type(formats, mime_type)
            .ok_or_else(|| format!("{name} of the type {}", short(mime_type)))?,
        None => formats[0].1,
    };
    let source = Source::Bytes(&blob.content);
    Ok((&blob.modality, Media { format, source }))
}

fn of_uri(uri: &Uri) -> Result<(&Modality, Media<'_>), String> {
    let mime_type = uri.mime_type.as_deref();
    stored(&uri.modality, &uri.uri, mime_type, "by URL")
}

/// Bedrock keeps no files, but a bucket does.
fn of_file(file: &File) -> Result<(&Modality, Media<'_>), String> {
    let mime_type = file.mime_type.as_deref();
    stored(&file.modality, &file.file_id, mime_type, "by file id")
}

fn stored<'a>(
    modality: &'a Modality,
    uri: &'a str,
    mime_type: Option<&str>,
    how: &str,
) -> Result<(&'a Modality, Media<'a>), String> {
    let (formats, name) = formats(modality)?;
    if !uri.starts_with("s3://") {
        return Err(format!("{name} {how}"));
    }
    let format = match mime_type {
        Some(mime_type) => by_type(formats, mime_type),
        None => by_ending(formats, uri),
    };
    let format = format.ok_or_else(|| format!("{name} of an unknown type"))?;
    let source = Source::S3Location { uri };
    Ok((modality, Media { format, source }))
}

type Formats = &'static [(&'static str, &'static str)];

fn formats(modality: &Modality) -> Result<(Formats, &'static str), String> {
    match modality {
        Modality::Audio => Ok((SOUNDS, "audio")),
        Modality::Document => Ok((DOCUMENTS, "documents")),
        Modality::Image => Ok((IMAGES, "images")),
        Modality::Video => Ok((VIDEOS, "video")),
        _ => Err("data of other kinds".to_owned()),
    }
}

fn by_type(formats: Formats, mime_type: &str) -> Option<&'static str> {
    let (mime_type, _) = mime_type.split_once(';').unwrap_or((mime_type, ""));
    let mime_type = mime_type.trim();
    let known = formats
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(mime_type));
    known.map(|(_, format)| *format)
}

fn by_ending(formats: Formats, uri: &str) -> Option<&'static str> {
    let (_, ending) = uri.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let word = ENDINGS.iter().find(|(known, _)| *known == ending);
    let word = word.map_or(ending.as_str(), |(_, word)| word);
    let known = formats.iter().find(|(_, format)| *format == word);
    known.map(|(_, format)| *format)
}

fn short(mime_type: &str) -> String {
    mime_type.escape_debug().take(64).collect()
}
