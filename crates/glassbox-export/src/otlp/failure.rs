//! Why a delivery failed, in words that help.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use prost::Message;
use tonic::{Code, Status};

use super::endpoint::Endpoint;
use super::{Otlp, Protocol};
use crate::text::{cut, plain, seconds};

/// The longest piece of a collector's answer that is repeated, in columns.
const QUOTE: usize = 200;

/// The variables that decide about a setting, where it came from variables.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hints {
    pub(super) endpoint: Option<&'static str>,
    pub(super) headers: Option<&'static str>,
    pub(super) protocol: Option<&'static str>,
    pub(super) timeout: Option<&'static str>,
}

/// What is needed to explain a failure.
#[derive(Debug, Clone)]
pub(super) struct Explain {
    hints: Hints,
    timeout: Duration,
    /// The port is the other protocol's.
    wrong_port: Option<&'static str>,
}

impl Explain {
    pub(super) fn new(otlp: &Otlp) -> Self {
        Self {
            hints: otlp.hints,
            timeout: otlp.timeout,
            wrong_port: wrong_port(otlp.protocol, &otlp.endpoint),
        }
    }

    pub(super) fn refused(&self) -> String {
        let question = "connection refused; is a collector listening?";
        hinted(question, self.hints.endpoint)
    }

    pub(super) fn late(&self) -> String {
        let text = format!("no answer within {}", seconds(self.timeout));
        hinted(&text, self.hints.timeout)
    }

    /// The other end answered with something, and it was not this protocol.
    pub(super) fn garbled(&self, problem: &str) -> String {
        match self.wrong_port {
            Some(advice) => hinted(&format!("{problem}; {advice}"), self.hints.protocol),
            None => hinted(problem, self.hints.endpoint),
        }
    }

    /// A request that got no answer.
    pub(super) fn transport(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            return self.late();
        }
        self.chain(error)
    }

    /// The innermost cause of an error, where it says what happened.
    fn chain(&self, error: &(dyn StdError + 'static)) -> String {
        let mut cause = error;
        loop {
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                match io.kind() {
                    io::ErrorKind::ConnectionRefused => return self.refused(),
                    io::ErrorKind::TimedOut => return self.late(),
                    _ => {}
                }
            }
            match cause.source() {
                Some(source) => cause = source,
                None => return self.cause(&cause.to_string()),
            }
        }
    }

    /// An answer that is not a success.
    pub(super) fn status(&self, status: StatusCode, said: Option<&str>) -> String {
        let mut text = format!("the collector answered {status}");
        if let Some(said) = said {
            text = format!("{text}: {said}");
        }
        let variable = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => self.hints.headers,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => self.hints.protocol,
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => self.hints.endpoint,
            _ => None,
        };
        hinted(&text, variable)
    }

    /// A gRPC call that failed: in the collector's words where it answered.
    pub(super) fn grpc(&self, status: &Status, sent: &HeaderMap) -> String {
        if let Some(source) = status.source() {
            return self.chain(source);
        }
        let code = status.code();
        let mut text = format!("the collector answered {code:?}");
        if let Some(said) = quoted(status.message(), sent) {
            text = format!("{text}: {said}");
        }
        match code {
            Code::Unauthenticated | Code::PermissionDenied => hinted(&text, self.hints.headers),
            // What a proxy or a server of another kind answers.
            Code::Unknown | Code::Internal | Code::Unimplemented => self.garbled(&text),
            _ => text,
        }
    }

    /// The innermost cause, in its own words where there are no better ones.
    fn cause(&self, cause: &str) -> String {
        match shown(cause) {
            // What TLS says of an answer that is none.
            Some(cause) if cause.contains("InvalidContentType") => hinted(
                "the other end does not speak TLS; is it http instead of https?",
                self.hints.endpoint,
            ),
            Some(cause) => self.garbled(&cause),
            None => self.garbled("the request failed"),
        }
    }
}

fn hinted(text: &str, variable: Option<&str>) -> String {
    match variable {
        Some(variable) => format!("{text} ({variable})"),
        None => text.to_owned(),
    }
}

/// Foreign text on one short line; nothing where there is none.
pub(super) fn shown(text: &str) -> Option<String> {
    let head: String = text.chars().take(QUOTE + 1).collect();
    let line = cut(plain(&head, false).trim(), QUOTE, false).into_owned();
    (!line.is_empty()).then_some(line)
}

/// The ports that the specification gives to each protocol, when they are mixed up.
fn wrong_port(protocol: Protocol, endpoint: &Endpoint) -> Option<&'static str> {
    match (protocol, endpoint.port()) {
        (Protocol::Grpc, Some(4318)) => Some("port 4318 is for http/protobuf, 4317 for grpc"),
        (Protocol::HttpProtobuf | Protocol::HttpJson, Some(4317)) => {
            Some("port 4317 is for grpc, 4318 for http/protobuf")
        }
        _ => None,
    }
}

/// The message of a `google.rpc.Status`, which is the body of an OTLP error.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(string, tag = "2")]
    message: String,
}

/// What the body of a failure says, on one line, without anything we sent as a header: a server
/// may echo what it was given.
pub(super) fn said(headers: &HeaderMap, body: &[u8], sent: &HeaderMap) -> Option<String> {
    let kind = headers.get(http::header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let text = if kind.starts_with("application/x-protobuf") {
        RpcStatus::decode(body).ok()?.message
    } else if kind.starts_with("text/html") {
        return None;
    } else {
        String::from_utf8_lossy(body).into_owned()
    };
    quoted(&text, sent)
}

/// What a server says, on one line; nothing where it repeats what we sent as a header.
pub(super) fn quoted(text: &str, sent: &HeaderMap) -> Option<String> {
    let echoes = |value: &http::HeaderValue| {
        let value = value.to_str().unwrap_or_default();
        // `Bearer TOKEN`: the token alone is secret too.
        value
            .split_whitespace()
            .any(|word| word.len() > 3 && text.contains(word))
    };
    if sent.values().any(echoes) {
        return None;
    }
    shown(text)
}

#[cfg(test)]
mod tests;
