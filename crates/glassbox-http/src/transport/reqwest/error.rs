use std::error::Error as StdError;
use std::fmt;
use std::io;

use glassbox_core::{Error, ErrorKind};
use http::Uri;

/// Who is called: all of a URI that may be said aloud.
#[derive(Debug)]
pub(super) struct Peer {
    host: String,
    port: u16,
}

impl Peer {
    pub(super) fn of(uri: &Uri) -> Self {
        let default = if uri.scheme_str() == Some("http") {
            80
        } else {
            443
        };
        Self {
            host: uri.host().unwrap_or("the host").to_owned(),
            port: uri.port_u16().unwrap_or(default),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Why a request got no response.
pub(super) fn send_error(error: reqwest::Error, peer: &Peer) -> Error {
    let (kind, message) = if error.is_builder() {
        (
            ErrorKind::Configuration,
            format!("the request to {peer} cannot be sent"),
        )
    } else if error.is_timeout() && error.is_connect() {
        (
            ErrorKind::Timeout,
            format!("connecting to {peer} took too long"),
        )
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("{peer} did not answer in time"))
    } else if error.is_dns() {
        (
            ErrorKind::Network,
            format!("the name of {peer} cannot be resolved"),
        )
    } else if let Some(reason) = tls_reason(&error) {
        (
            ErrorKind::Network,
            format!("no secure connection to {peer}: {reason}"),
        )
    } else if io_kind(&error) == Some(io::ErrorKind::ConnectionRefused) {
        (ErrorKind::Network, format!("{peer} refused the connection"))
    } else if error.is_connect() {
        (ErrorKind::Network, format!("no connection to {peer}"))
    } else {
        (
            ErrorKind::Network,
            format!("the connection to {peer} broke before the answer"),
        )
    };
    Error::new(kind, message).with_source(error.without_url())
}

/// Why the body of a response ended early.
pub(super) fn body_error(error: reqwest::Error, peer: &Peer) -> Error {
    let (kind, message) = if error.is_timeout() {
        (
            ErrorKind::Timeout,
            format!("{peer} fell silent in the middle of the answer"),
        )
    } else {
        (
            ErrorKind::Network,
            format!("the connection to {peer} broke in the middle of the answer"),
        )
    };
    Error::new(kind, message).with_source(error.without_url())
}

/// The chain of causes. What an `io::Error` wraps is a cause too, although its `source` skips it.
fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn StdError + 'static)| {
        let error: &'a (dyn StdError + 'static) = *error;
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    causes(error)
        .find_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind)
}

fn tls_reason(error: &reqwest::Error) -> Option<&'static str> {
    let error = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
    Some(match error {
        rustls::Error::InvalidCertificate(_) => "its certificate is not trusted",
        rustls::Error::InvalidMessage(_) => "it does not speak TLS on that port",
        // The one thing that rustls-platform-verifier says of a system without certificates.
        rustls::Error::General(text) if text.contains("No CA certificates") => {
            "this system has no root certificates (install ca-certificates)"
        }
        _ => "the TLS handshake failed",
    })
}
