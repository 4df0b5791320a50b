//! Laws of what goes out, and of what comes back of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glassbox_core::{Delivery, ErrorKind, Message, Opaque, OutputFormat, Part, Reasoning, Request};
use serde_json::{Value, json};

use super::history::leaves;
use super::host::KEY;
use super::stage::{Laws, Over, Played};
use super::{Case, Cut};
use crate::Turn;

/// The beginning of a PNG file: enough to be told from a text.
const IMAGE: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\xfd";

/// What another provider wanted back.
const FOREIGN: &str = "foreign-token-51c7";

impl Laws {
    /// Reasoning arrives, goes back to its provider unchanged, and to no other.
    pub async fn reasoning_is_kept(&self) {
        const LAW: &str = "reasoning_is_kept";
        if !self.runs(LAW) {
            return;
        }
        let turn =
            Turn::text("So it is 42.").with_reasoning("Sechs mal sieben — 四十二 — that is it.");
        let case = self.case(LAW, "What is 6 * 7?", turn);
        for delivery in self.deliveries() {
            for over in self.ways() {
                let played = self.play(&case, delivery, over).await;
                let response = played.complete();
                assert_eq!(response.reasoning(), case.turn.reasoning, "{over:?}");
                assert_eq!(response.text(), case.turn.text, "{over:?}");
            }
            let played = self.play(&case, delivery, Over::Memory(Cut::Frames)).await;
            let message = played.response.message().cloned().expect("an answer");
            self.assert_kept(&case, message).await;
        }
        self.held();
    }

    async fn assert_kept(&self, case: &Case, message: Message) {
        let Some(wire) = self.host.wire() else {
            return;
        };
        let continued = |message: Message| {
            let request = case.request.clone().with_message(message);
            request.with_message(Message::user("Are you sure?"))
        };
        if let Some(token) = wire.token() {
            let sent = self.body_of(continued(message.clone())).await;
            let times = leaves(&sent).iter().filter(|leaf| *leaf == token).count();
            assert_eq!(times, 1, "what the provider wants back: {sent}");
        }
        let mut foreign = Reasoning::new("Another model thought.");
        let token = json!({"signature": FOREIGN, "type": "thinking"});
        foreign.opaque = Some(Opaque::new("another-provider", token.clone()));
        let foreign = Message::assistant("So it is 42.")
            .with_part(Part::Reasoning(foreign))
            .with_part(Part::Opaque(Opaque::new("another-provider", token)));
        let sent = self.body_of(continued(foreign)).await.to_string();
        assert!(
            !sent.contains(FOREIGN),
            "what is another provider's: {sent}"
        );
    }

    /// The schema goes out, the JSON comes back.
    pub async fn structured_output_conforms(&self) {
        const LAW: &str = "structured_output_conforms";
        if !self.runs(LAW) {
            return;
        }
        let schema = json!({"type": "object", "properties": {
            "capital_of": {"type": "string"}, "inhabitants": {"type": "integer"},
        }, "required": ["capital_of", "inhabitants"], "additionalProperties": false});
        let answer = json!({"capital_of": "Zürich", "inhabitants": 443_000});
        let request = Request::new("Which one?").with_output(OutputFormat::schema("city", schema));
        let case = self.case(LAW, request, Turn::text(answer.to_string()));
        for delivery in self.deliveries() {
            for over in self.ways() {
                let played = self.play(&case, delivery, over).await;
                let text = played.complete().text();
                let value: Value = serde_json::from_str(&text).expect("an answer of JSON");
                assert_eq!(value, answer, "{delivery:?} {over:?}");
                if self.host.wire().is_some() {
                    assert_eq!(types(&played.body(), "capital_of"), ["string"]);
                    assert_eq!(types(&played.body(), "inhabitants"), ["integer"]);
                }
            }
        }
        self.held();
    }

    /// An image goes out unchanged.
    pub async fn images_are_sent(&self) {
        const LAW: &str = "images_are_sent";
        if !self.runs(LAW) {
            return;
        }
        let message = Message::user("What is this?").with_part(Part::image("image/png", IMAGE));
        let case = self.case(LAW, message, Turn::text("A picture."));
        let played = self
            .play(&case, Delivery::Whole, Over::Memory(Cut::Whole))
            .await;
        assert_eq!(played.complete().text(), case.turn.text);
        let body = played.body();
        let data = STANDARD.encode(IMAGE);
        let holds = |leaf: &&Value| leaf.as_str().is_some_and(|text| text.contains(&data));
        let texts = leaves(&body);
        assert_eq!(texts.iter().filter(holds).count(), 1, "{body}");
        if self.wire().has_media_types() {
            assert!(body.to_string().contains("png"), "its type: {body}");
        }
        self.held();
    }

    /// The key is in the request's head, and nowhere else.
    pub async fn secrets_stay_secret(&self) {
        const LAW: &str = "secrets_stay_secret";
        if !self.runs(LAW) {
            return;
        }
        let case = self.case(LAW, "Say it.", Turn::text("It."));
        for delivery in self.deliveries() {
            let over = Over::Memory(Cut::Whole);
            let played = self.play(&case, delivery, over).await;
            assert_secret(&played);
            let quoted = format!("Incorrect API key provided: {KEY}.");
            for kind in [ErrorKind::Unauthenticated, ErrorKind::InvalidRequest] {
                let refusal = self.wire().refusal(kind, &quoted);
                let refusal = refusal.unwrap_or_else(|| panic!("there is no way to say {kind}"));
                let played = self.play_body(case.request.clone(), &refusal, over).await;
                assert!(played.error.is_some(), "a refusal is an error");
                assert_secret(&played);
            }
        }
        // A host that cannot be reached is named, the key in its address is not.
        let played = self
            .play_at(case.request.clone(), "http://127.0.0.1:1")
            .await;
        assert_secret(&played);
        self.held();
    }
}

fn assert_secret(played: &Played) {
    for sent in &played.sent {
        let body = String::from_utf8_lossy(&sent.body);
        assert!(!body.contains(KEY), "the key is in the body");
        let bearers = sent.headers.iter().filter(|(_, value)| value.contains(KEY));
        let places = bearers.count() + usize::from(sent.path.contains(KEY));
        assert!(places <= 1, "the key is sent {places} times");
    }
    let said = match &played.error {
        Some(error) => format!("{error} {error:?} {:?} {:?}", error.detail(), error.code()),
        None => String::new(),
    };
    assert!(!said.contains(KEY), "the error tells the key: {said}");
    assert!(!played.shown.contains(KEY), "`Debug` shows the key");
    let events = format!("{:?}", played.events);
    assert!(!events.contains(KEY), "an event tells the key: {events}");
}

/// The types that the schemas in a body give a property, in small letters.
fn types(body: &Value, property: &str) -> Vec<String> {
    fn collect(value: &Value, property: &str, types: &mut Vec<String>) {
        match value {
            Value::Array(items) => {
                for item in items {
                    collect(item, property, types);
                }
            }
            Value::Object(fields) => {
                let schema = fields
                    .get(property)
                    .and_then(|schema| schema["type"].as_str());
                types.extend(schema.map(str::to_lowercase));
                for value in fields.values() {
                    collect(value, property, types);
                }
            }
            // Bedrock takes the schema as a text.
            Value::String(text) => {
                if let Ok(inner @ Value::Object(_)) = serde_json::from_str(text) {
                    collect(&inner, property, types);
                }
            }
            _ => {}
        }
    }
    let mut types = Vec::new();
    collect(body, property, &mut types);
    types
}
