//! What a model sends for a request: any request at all.

use arbitrary::{Result, Unstructured};
use futures_executor::block_on;
use glassbox_core::{ErrorKind, Request, Unsupported};
use glassbox_http::{Limits, MemoryResponse, MemoryTransport};
use glassbox_openai::CallIds;
use serde_json::Value;

use super::hosts::{HOSTS, Host, KEY, client};
use super::said;

mod schema;
mod source;

/// Whatever is asked, one request of JSON goes out or an error says why not, the same each time, the key is not in it,
/// and every call of a conversation stands in it with its result.
pub(super) fn encode(input: &[u8]) {
    let mut source = source::Source::new(Unstructured::new(input));
    let Ok(request) = source.request() else {
        return;
    };
    let which = source.which();
    // What the caller adds wins over what we would send.
    let is_ours = request.extra.is_empty();
    for host in HOSTS {
        let sent = send(host, which, &request);
        assert_eq!(
            send(host, which, &request),
            sent,
            "{}: it changes",
            host.name
        );
        if let Some(body) = sent.filter(|_| host.has_call_ids && is_ours) {
            assert_paired(host, &body, source.calls());
        }
    }
}

/// What is sent, as text; `None` where nothing is.
fn send(host: &Host, which: usize, request: &Request) -> Option<String> {
    let transport = MemoryTransport::new().with(MemoryResponse::new(200).with_chunk("{}"));
    let model = (host.model)(which, client(transport.clone(), Limits::new()));
    let sent = block_on(model.stream(request.clone()));
    match (sent, &transport.requests()[..]) {
        (Ok(_), [sent]) => {
            let body = String::from_utf8(sent.body().to_vec()).expect("a request is UTF-8");
            let value: Value = serde_json::from_str(&body).expect("a request is JSON");
            assert!(value.is_object(), "{}: no object: {body}", host.name);
            assert!(!body.contains(KEY), "{}: the body tells the key", host.name);
            Some(body)
        }
        (Err(error), []) => {
            said::assert_safe(&error);
            let kind = error.kind();
            let kinds = [
                ErrorKind::Unsupported,
                ErrorKind::InvalidRequest,
                ErrorKind::Configuration,
            ];
            assert!(kinds.contains(&kind), "{}: {error:?}", host.name);
            None
        }
        (_, requests) => panic!("{}: {} requests", host.name, requests.len()),
    }
}

/// Asserts that every call that has a result stands in the body by its id, and so does the result. It may stand there
/// once more: a fuzzer finds out that a text may be the same as an id. One dialect has ids of a form of its own.
fn assert_paired(host: &Host, body: &str, calls: &[String]) {
    let times = |id: &str| body.matches(&format!("\"{id}\"")).count();
    for id in calls {
        let spelt = CallIds::NineCharacters.spelt(id, "");
        let most = times(id).max(times(&spelt));
        assert!(most >= 2, "{}: {id} {most} times in {body}", host.name);
    }
}

/// What to do with options that a model cannot honour, by a number.
fn unsupported(number: u8) -> Unsupported {
    match number % 3 {
        0 => Unsupported::Drop,
        1 => Unsupported::Warn,
        _ => Unsupported::Error,
    }
}

/// Whether another one follows, which happens `part` of `whole` times. Where no byte is left, none does.
fn more(bytes: &mut Unstructured<'_>, part: u8, whole: u8) -> Result<bool> {
    Ok(!bytes.is_empty() && bytes.ratio(part, whole)?)
}
