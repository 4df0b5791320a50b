//! What a model makes of an answer: any answer at all.

use std::borrow::Cow;

use futures_executor::block_on;
use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, Delivery, Error, ErrorKind, Event, Fold, Message, Request, Response,
    ToolCallResponse, ToolSpec, Unsupported,
};
use glassbox_http::{Limits, MemoryResponse, MemoryTransport};
use glassbox_test::grammar;
use serde_json::{Value, json};

use super::hosts::{self, Host, KEY, client};
use super::input::{Cut, Input};
use super::{messages, said};

pub(super) fn anthropic(input: &[u8]) {
    answer(&hosts::ANTHROPIC, input);
}

pub(super) fn bedrock(input: &[u8]) {
    answer(&hosts::BEDROCK, input);
}

pub(super) fn chat(input: &[u8]) {
    answer(&hosts::CHAT, input);
}

pub(super) fn cohere(input: &[u8]) {
    answer(&hosts::COHERE, input);
}

pub(super) fn gemini(input: &[u8]) {
    answer(&hosts::GEMINI, input);
}

pub(super) fn ollama(input: &[u8]) {
    answer(&hosts::OLLAMA, input);
}

pub(super) fn responses(input: &[u8]) {
    answer(&hosts::RESPONSES, input);
}

/// What came of a request.
#[derive(Debug)]
struct Played {
    events: Vec<Event>,
    error: Option<Error>,
}

/// Whatever a host answers, the events are the same however the body is cut, they obey the grammar, and they add up to
/// a response that can be kept and sent back.
fn answer(host: &Host, input: &[u8]) {
    let Some(input) = Input::read(input) else {
        return;
    };
    let mut body = Cow::Borrowed(input.body);
    if host.name == hosts::BEDROCK.name && input.is_script() {
        body = messages::script(input.body).body().into();
    }
    let input = &input.with_body(&body);
    let played = play(host, input, Cut::Whole);
    for cut in Cut::OTHERS {
        let other = play(host, input, cut);
        assert_eq!(other.events, played.events, "{cut:?}");
        let errors = [&other.error, &played.error].map(|error| error.as_ref().map(said::all));
        assert_eq!(errors[0], errors[1], "{cut:?}");
    }
    played.assert_right(input);
    let mut fold = Fold::new();
    for event in played.events {
        fold.push(event);
    }
    let response = fold.into_partial();
    assert_keeps(&response);
    assert_goes_back(host, input, &response);
}

fn play(host: &Host, input: &Input<'_>, cut: Cut) -> Played {
    let pieces = (input.delivery() == Delivery::Incremental) != input.is_other();
    let content_type = if pieces {
        host.pieces
    } else {
        "application/json"
    };
    let transport = MemoryTransport::new().with(input.response(200, content_type, cut));
    let model = model(host, input, transport);
    let request = question().with_delivery(input.delivery());
    block_on(ask(&*model, request))
}

fn model(
    host: &Host,
    input: &Input<'_>,
    transport: MemoryTransport,
) -> std::sync::Arc<dyn CompletionModel> {
    (host.model)(input.index(usize::MAX), client(transport, input.limits()))
}

async fn ask(model: &dyn CompletionModel, request: Request) -> Played {
    let mut played = Played {
        events: Vec::new(),
        error: None,
    };
    match model.stream(request).await {
        Err(error) => played.error = Some(error),
        Ok(mut events) => {
            while let Some(item) = events.next().await {
                assert!(played.error.is_none(), "{item:?} follows an error");
                match item {
                    Ok(event) => played.events.push(event),
                    Err(error) => played.error = Some(error),
                }
            }
        }
    }
    played
}

fn question() -> Request {
    Request::new("What is the weather?")
        .with_tools([ToolSpec::new("weather", json!({"type": "object"}))])
        .with_unsupported(Unsupported::Drop)
}

impl Played {
    fn assert_right(&self, input: &Input<'_>) {
        match &self.error {
            None => grammar::assert_complete(&self.events),
            Some(error) => {
                grammar::assert_begun(&self.events);
                assert!(!self.events.contains(&Event::End), "fails behind its end");
                said::assert_safe(error);
            }
        }
        let most = 8 * input.body.len() + 16;
        assert!(
            self.events.len() <= most,
            "{} events of {} bytes",
            self.events.len(),
            input.body.len()
        );
    }
}

/// A response can be written down and read again.
fn assert_keeps(response: &Response) {
    let kept = serde_json::to_string(response).expect("a response is JSON");
    let again: Response = match serde_json::from_str(&kept) {
        Ok(again) => again,
        // What a host nests deeper than a reader goes is not ours to flatten.
        Err(error) if error.to_string().contains("recursion limit") => return,
        Err(error) => panic!("{error}: {kept}"),
    };
    let again = serde_json::to_value(&again).expect("a response is JSON");
    let kept: Value = serde_json::from_str(&kept).expect("it was read before");
    assert!(same(&again, &kept), "{again}\n{kept}");
}

/// Whether two values are the same, but for the last digit of a number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let fields = a
                .iter()
                .all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)));
            a.len() == b.len() && fields
        }
        (Value::Number(x), Value::Number(y)) => {
            let close = |x: f64, y: f64| (x - y).abs() <= x.abs() * 1e-12;
            x == y || x.as_f64().zip(y.as_f64()).is_some_and(|(x, y)| close(x, y))
        }
        _ => a == b,
    }
}

/// The conversation goes on behind a response, whatever it says: a request is sent that is JSON and tells no key, or
/// an error says why not.
fn assert_goes_back(host: &Host, input: &Input<'_>, response: &Response) {
    let Some(message) = response.message() else {
        return;
    };
    let results: Vec<_> = response
        .tool_calls()
        .map(|call| ToolCallResponse::new(&*call.id, &*call.name, "sunny"))
        .collect();
    let mut request = question().with_message(message.clone());
    if !results.is_empty() {
        request = request.with_message(Message::tool(results));
    }
    let transport = MemoryTransport::new().with(MemoryResponse::new(200).with_chunk("{}"));
    let http = client(transport.clone(), Limits::new());
    let model = (host.model)(input.index(usize::MAX), http);
    let sent = block_on(model.stream(request));
    match (sent, &transport.requests()[..]) {
        (Ok(_), [request]) => {
            serde_json::from_slice::<Value>(request.body()).expect("a request is JSON");
        }
        (Err(error), []) => {
            let kinds = [ErrorKind::Unsupported, ErrorKind::InvalidRequest];
            assert!(kinds.contains(&error.kind()), "{error:?}");
            said::assert_safe(&error);
        }
        (_, requests) => panic!("{} requests", requests.len()),
    }
    let told = String::from_utf8_lossy(input.body).contains(KEY);
    let tells = |body: &[u8]| String::from_utf8_lossy(body).contains(KEY);
    let tell = transport
        .requests()
        .iter()
        .any(|request| tells(request.body()));
    assert!(told || !tell, "a request tells the key");
}
