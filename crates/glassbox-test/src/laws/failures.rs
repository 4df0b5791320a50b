//! Laws of what goes wrong, and of what nobody knows yet.

use bytes::Bytes;
use glassbox_core::{Delivery, ErrorKind, Response};
use serde_json::{Value, json};

use super::answers::TEXT;
use super::stage::{Laws, Over};
use super::{Body, Cut};
use crate::Turn;

/// What every host has a word for.
const COMMON: [ErrorKind; 5] = [
    ErrorKind::InvalidRequest,
    ErrorKind::NotFound,
    ErrorKind::RateLimited,
    ErrorKind::ServerError,
    ErrorKind::Unauthenticated,
];

/// The provider's words: content, for what it may quote.
const WORDS: &str = "canary-words: you said xyzzy";

impl Laws {
    /// A refusal, an interruption and a lost connection are what they are.
    pub async fn errors_have_kinds(&self) {
        const LAW: &str = "errors_have_kinds";
        if !self.runs(LAW) {
            return;
        }
        for delivery in self.deliveries() {
            for kind in ErrorKind::ALL {
                if let Some(body) = self.wire().refusal(*kind, WORDS) {
                    for over in [Over::Memory(Cut::Whole), Over::Socket(Cut::Bytes)] {
                        let status = Some(body.status());
                        self.assert_fails(&body, delivery, over, *kind, status)
                            .await;
                    }
                } else {
                    assert!(!COMMON.contains(kind), "there is no way to say {kind}");
                }
            }
            let page = "<html><body>Bad gateway</body></html>";
            let html = |status| Body::new("text/html").with_status(status).with_frame(page);
            let nothing = Body::new("application/json");
            for (body, kind) in [
                (html(502), ErrorKind::ServerError),
                (html(200), ErrorKind::Protocol),
                (nothing, ErrorKind::Protocol),
            ] {
                let over = Over::Memory(Cut::Whole);
                self.assert_fails(&body, delivery, over, kind, None).await;
            }
            // Nothing listens there: port 1 is reserved (tcpmux).
            let request = self.question().with_delivery(delivery);
            let played = self.play_at(request, "http://127.0.0.1:1").await;
            let kind = played.error.map(|error| error.kind());
            assert_eq!(kind, Some(ErrorKind::Network));
        }
        self.interruptions().await;
        self.held();
    }

    async fn interruptions(&self) {
        if !self.deliveries().contains(&Delivery::Incremental) {
            return;
        }
        let turn = Turn::text(TEXT).with_pieces(3);
        let body = self.wire().answer(&turn, Delivery::Incremental);
        for kind in ErrorKind::ALL {
            let Some(frame) = self.wire().interruption(*kind, WORDS) else {
                continue;
            };
            let mut frames = body.frames()[..2].to_vec();
            frames.push(frame);
            let body = body.reframed(frames);
            for over in self.ways() {
                self.assert_fails(&body, Delivery::Incremental, over, *kind, None)
                    .await;
            }
        }
    }

    async fn assert_fails(
        &self,
        body: &Body,
        delivery: Delivery,
        over: Over,
        kind: ErrorKind,
        status: Option<u16>,
    ) {
        let request = self.question().with_delivery(delivery);
        let played = self.play_body(request, body, over).await;
        let error = played
            .error
            .unwrap_or_else(|| panic!("{kind} is no error, {over:?}"));
        assert_eq!(error.kind(), kind, "{error:?} {over:?}");
        let provider = self
            .host
            .model(&super::stage::idle())
            .info()
            .provider
            .clone();
        assert_eq!(error.provider(), Some(&*provider));
        if status.is_some() {
            assert_eq!(error.status(), status, "{error:?}");
            assert_eq!(error.detail(), Some(WORDS), "{error:?}");
        }
        let shown = format!("{error} {error:?}");
        assert!(
            !shown.contains("xyzzy"),
            "shows the provider's words: {shown}"
        );
    }

    /// No part of an answer passes for the whole.
    pub async fn broken_streams_are_errors(&self) {
        const LAW: &str = "broken_streams_are_errors";
        if !self.runs(LAW) {
            return;
        }
        let case = self.case(LAW, self.question(), self.full_turn());
        for delivery in self.deliveries() {
            let body = self.wire().answer(&case.turn, delivery);
            let whole = self.play(&case, delivery, Over::Memory(Cut::Whole)).await;
            let whole = whole.complete();
            let request = case.request.clone().with_delivery(delivery);
            let mut failed = 0;
            for at in 0..body.length() {
                let part = body.cut_off(at);
                let over = Over::Memory(Cut::Whole);
                let played = self.play_body(request.clone(), &part, over).await;
                match played.error {
                    // What follows the answer may be lost: its usage, and that there is no more.
                    None => assert_eq!(played.response.choices, whole.choices, "cut at {at}"),
                    Some(error) => {
                        assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}: {error:?}");
                        failed += 1;
                    }
                }
            }
            assert!(failed > body.length() / 2, "{failed} of {}", body.length());
            for over in [Over::Memory(Cut::Whole), Over::Socket(Cut::Frames)] {
                let broken = body.broken_off(body.length() / 2);
                let played = self.play_body(request.clone(), &broken, over).await;
                let kind = played.error.map(|error| error.kind());
                assert_eq!(kind, Some(ErrorKind::Network), "{over:?}");
            }
        }
        self.held();
    }

    /// Fields and events of tomorrow change nothing.
    pub async fn unknown_is_tolerated(&self) {
        const LAW: &str = "unknown_is_tolerated";
        if !self.runs(LAW) {
            return;
        }
        let case = self.case(LAW, self.question(), self.full_turn());
        let calls = case.turn.tool_calls.iter();
        let kept: Vec<Value> = calls.map(|call| call.arguments.to_value()).collect();
        for delivery in self.deliveries() {
            let expected = self.play(&case, delivery, Over::Memory(Cut::Whole)).await;
            let body = self.wire().answer(&case.turn, delivery);
            let mut frames = Vec::new();
            for frame in body.frames() {
                frames.push(widened(frame, &kept));
                if !body.is("json") || body.is("ndjson") {
                    frames.extend(self.wire().unknown());
                }
            }
            let request = case.request.clone().with_delivery(delivery);
            let body = body.reframed(frames);
            for over in self.ways() {
                let played = self.play_body(request.clone(), &body, over).await;
                let ours = played.complete();
                let theirs = expected.complete();
                assert_eq!(known(ours), known(theirs), "{delivery:?} {over:?}");
                assert_eq!(ours.usage, theirs.usage, "{delivery:?} {over:?}");
                assert_eq!(ours.id(), theirs.id());
            }
        }
        self.held();
    }
}

/// A field that nobody knows.
const TOMORROW: &str = "zz_tomorrow";

/// The choices of a response but for the fields that nobody knows: what goes back as it came holds those too, or is
/// there for their sake.
fn known(response: &Response) -> Value {
    /// Says whether nothing is left.
    fn forget(value: &mut Value) -> bool {
        match value {
            Value::Array(items) => {
                for item in items {
                    forget(item);
                }
                false
            }
            Value::Object(fields) => {
                let before = fields.len();
                fields.remove(TOMORROW);
                fields.retain(|_, value| !forget(value));
                let is_left_over = fields.contains_key("provider") && !fields.contains_key("data");
                fields.len() < before && (fields.is_empty() || is_left_over)
            }
            _ => false,
        }
    }
    let mut choices = json!(response.choices);
    forget(&mut choices);
    choices
}

/// A frame whose JSON has fields that nobody knows, in every object but those to keep. A frame without JSON is as it
/// was.
fn widened(frame: &Bytes, kept: &[Value]) -> Bytes {
    let Ok(text) = std::str::from_utf8(frame) else {
        return frame.clone();
    };
    let lines = text.split_inclusive('\n').map(|line| {
        let data = line.strip_prefix("data:").unwrap_or(line);
        let (before, after) = line.split_at(line.len() - data.len());
        match serde_json::from_str::<Value>(after) {
            Ok(mut value @ Value::Object(_)) => {
                widen(&mut value, kept);
                let end = &line[line.trim_end().len()..];
                format!("{before}{value}{end}")
            }
            _ => line.to_owned(),
        }
    });
    lines.collect::<String>().into()
}

fn widen(value: &mut Value, kept: &[Value]) {
    match value {
        _ if kept.contains(value) => {}
        Value::Array(items) => items.iter_mut().for_each(|item| widen(item, kept)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|value| widen(value, kept));
            fields.insert(TOMORROW.to_owned(), json!({"a": [1, null, "x"]}));
        }
        _ => {}
    }
}
