use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use glassbox_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

/// The version of the format, in the field `glassbox_cassette`.
const VERSION: u64 = 1;

/// One exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cassette {
    /// What was asked.
    pub request: RecordedRequest,
    /// What came back.
    pub response: RecordedResponse,
}

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, in capital letters.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The headers in order, with their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedResponse {
    /// The status. `None` where no answer came.
    pub status: Option<u16>,
    /// The headers in order, with their names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body, in the pieces in which it arrived.
    pub pieces: Vec<Bytes>,
    /// How it broke off. `None` where it did not.
    pub failure: Option<ErrorKind>,
}

impl Cassette {
    /// An exchange.
    #[must_use]
    pub fn new(request: RecordedRequest, response: RecordedResponse) -> Self {
        Self { request, response }
    }

    /// The exchange as it stands in a file.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let Self { request, response } = self;
        let pieces = response.pieces.iter().map(|piece| STANDARD.encode(piece));
        let mut answer = json!({});
        if let Some(status) = response.status {
            answer["status"] = json!(status);
        }
        answer["headers"] = json!(response.headers);
        answer["pieces"] = pieces.collect();
        if let Some(kind) = response.failure {
            answer["failure"] = json!(kind.as_str());
        }
        json!({
            "glassbox_cassette": VERSION,
            "request": {
                "method": request.method,
                "url": request.url,
                "headers": request.headers,
                "body": STANDARD.encode(&request.body),
            },
            "response": answer,
        })
    }

    /// Reads an exchange.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), with the field that is wrong.
    pub fn from_json(value: &Value) -> Result<Self> {
        if value["glassbox_cassette"] != VERSION {
            return Err(wrong("glassbox_cassette", "must be 1"));
        }
        let text = |field: &str| {
            let text = value.pointer(field).and_then(Value::as_str);
            text.map(str::to_owned)
                .ok_or_else(|| wrong(field, "must be a string"))
        };
        let request = RecordedRequest {
            method: text("/request/method")?,
            url: text("/request/url")?,
            headers: headers(value, "/request/headers")?,
            body: bytes("/request/body", &value["request"]["body"])?,
        };
        let answer = &value["response"];
        let status = match answer.get("status") {
            None => None,
            Some(status) => {
                let status = status
                    .as_u64()
                    .filter(|status| (100..1000).contains(status));
                let status = status.and_then(|status| status.try_into().ok());
                let wrong = || wrong("/response/status", "must be a number from 100 to 999");
                Some(status.ok_or_else(wrong)?)
            }
        };
        let failure = match answer.get("failure") {
            None => None,
            Some(word) => {
                let kind = ErrorKind::ALL.iter().find(|kind| *word == kind.as_str());
                let wrong = || wrong("/response/failure", "must be a kind of error");
                Some(*kind.ok_or_else(wrong)?)
            }
        };
        if status.is_none() && failure.is_none() {
            return Err(wrong("/response", "needs a status or a failure"));
        }
        let pieces = answer["pieces"].as_array();
        let pieces = pieces.ok_or_else(|| wrong("/response/pieces", "must be a list"))?;
        let pieces = pieces.iter().map(|piece| bytes("/response/pieces", piece));
        let response = RecordedResponse {
            status,
            headers: headers(value, "/response/headers")?,
            pieces: pieces.collect::<Result<_>>()?,
            failure,
        };
        Ok(Self { request, response })
    }

    /// Writes the exchange into a file.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = format!("{:#}\n", self.to_json());
        fs::write(path, text).map_err(|error| failed(path, "cannot be written", error))
    }

    /// Reads the exchange out of a file.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the file cannot be read, or a field of it is wrong.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read(path).map_err(|error| failed(path, "cannot be read", error))?;
        let value = serde_json::from_slice(&text);
        let value = value.map_err(|error| failed(path, "is not JSON", error))?;
        Self::from_json(&value)
            .map_err(|error| failed(path, "is no cassette", error.message().to_owned()))
    }
}

fn headers(value: &Value, field: &str) -> Result<Vec<(String, String)>> {
    let wrong = || wrong(field, "must be a list of pairs of strings");
    let list = value.pointer(field).and_then(Value::as_array);
    let pairs = list.ok_or_else(wrong)?.iter().map(|pair| {
        let [name, value] = &pair.as_array().ok_or_else(wrong)?[..] else {
            return Err(wrong());
        };
        let (Some(name), Some(value)) = (name.as_str(), value.as_str()) else {
            return Err(wrong());
        };
        Ok((name.to_owned(), value.to_owned()))
    });
    pairs.collect()
}

fn bytes(field: &str, value: &Value) -> Result<Bytes> {
    let wrong = || wrong(field, "must be base64");
    let text = value.as_str().ok_or_else(wrong)?;
    STANDARD.decode(text).map(Bytes::from).map_err(|_| wrong())
}

fn wrong(field: &str, what: &str) -> Error {
    let field = field.trim_start_matches('/').replace('/', ".");
    Error::new(
        ErrorKind::Configuration,
        format!("the cassette's field `{field}` {what}"),
    )
}

pub(super) fn failed(
    path: &Path,
    what: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    let source = source.into();
    let message = format!("{} {what}: {source}", path.display());
    Error::new(ErrorKind::Configuration, message).with_source(source)
}
