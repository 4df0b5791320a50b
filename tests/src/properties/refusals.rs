use futures_executor::block_on;
use glassbox_core::{Error, Request};
use glassbox_http::{MemoryTransport, error_body};
use http::{HeaderName, HeaderValue};

use super::hosts::{HOSTS, client};
use super::input::{Cut, Input};
use super::said;

/// A date for every answer, so that a wait until another date does not depend on our clock.
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// Whatever a host refuses a request with, that is one error, which is the same however the body is cut, and which
/// keeps the key and the host's words to itself.
///
/// The first line of the body is not sent: it is the status, a space, and headers with `|` between them.
pub(super) fn error(input: &[u8]) {
    let Some(input) = Input::read(input) else {
        return;
    };
    let end = input.body.iter().position(|byte| *byte == b'\n');
    let (head, body) = input.body.split_at(end.unwrap_or(input.body.len()));
    let body = body.strip_prefix(b"\n").unwrap_or(body);
    let head = String::from_utf8_lossy(head);
    let (status, headers) = head.split_once(' ').unwrap_or((&head, ""));
    let status = status.parse().ok().filter(is_refusal).unwrap_or(400);
    let input = input.with_body(body);

    let whole = refusal(&input, status, headers, Cut::Whole);
    assert_eq!(whole.status(), Some(status));
    said::assert_safe(&whole);
    for cut in Cut::OTHERS {
        let other = refusal(&input, status, headers, cut);
        assert_eq!(said::all(&other), said::all(&whole), "{cut:?}");
    }
    // Whatever it holds, it can be read.
    let _ = error_body(body);
}

fn is_refusal(status: &u16) -> bool {
    (100..1_000).contains(status) && !(200..300).contains(status)
}

fn refusal(input: &Input<'_>, status: u16, headers: &str, cut: Cut) -> Error {
    let mut response = input.response(status, "application/json", cut);
    for header in headers.split('|') {
        let Some((name, value)) = header.split_once(':') else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        // What no HTTP client gives.
        if HeaderName::from_bytes(name.as_bytes()).is_ok() && HeaderValue::from_str(value).is_ok() {
            response = response.with_header(name, value);
        }
    }
    let transport = MemoryTransport::new().with(response.with_header("date", DATE));
    let which = input.index(usize::MAX);
    let host = HOSTS[which % HOSTS.len()];
    let model = (host.model)(which / HOSTS.len(), client(transport, input.limits()));
    let request = Request::new("What is the weather?").with_delivery(input.delivery());
    match block_on(model.stream(request)) {
        Err(error) => error,
        Ok(_) => panic!("{status} is taken for an answer"),
    }
}
