use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use glassbox_core::{
    CompletionModel, ErrorKind, Event, EventStream, FinishKind, ModelInfo, OutputFormat, Part,
    Refusal, Request, Result, Start,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::TypedOutput as _;

/// Answers with what it is told to, and keeps the request.
#[derive(Debug)]
struct Parrot {
    info: ModelInfo,
    events: Vec<Event>,
    asked: Mutex<Option<Request>>,
}

impl Parrot {
    fn says(text: &str) -> Arc<Self> {
        Self::gives(vec![Event::text(text), Event::finish(0, FinishKind::Stop)])
    }

    fn gives(events: Vec<Event>) -> Arc<Self> {
        let info = ModelInfo::new("parrot", "parrot-1");
        Arc::new(Self {
            info,
            events,
            asked: Mutex::default(),
        })
    }

    /// The name, the schema and the strictness that were asked for.
    fn asked(&self) -> (String, Value, Option<bool>) {
        let request = self.asked.lock().unwrap().clone().unwrap();
        match &*request.output.unwrap() {
            OutputFormat::Schema {
                name,
                schema,
                strict,
                ..
            } => (name.clone(), schema.clone(), *strict),
            other => panic!("{other:?}"),
        }
    }
}

#[async_trait]
impl CompletionModel for Parrot {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        *self.asked.lock().unwrap() = Some(request);
        let start = Event::Start(Box::new(Start::new()));
        let events = [start]
            .into_iter()
            .chain(self.events.clone())
            .chain([Event::End]);
        Ok(stream::iter(events.map(Ok).collect::<Vec<_>>()).boxed())
    }
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct City {
    name: String,
    #[serde(default)]
    population: u64,
}

fn rome() -> City {
    City {
        name: "Rome".to_owned(),
        population: 2_750_000,
    }
}

#[tokio::test]
async fn an_answer_becomes_a_value() {
    let model = Parrot::says(r#"{"name": "Rome", "population": 2750000}"#);
    let answer = model.complete_as::<City>("Which?").await.unwrap();
    assert_eq!(answer.value, rome());
    assert_eq!(
        answer.response.finish_reason().unwrap().kind,
        FinishKind::Stop
    );
    let (name, schema, strict) = model.asked();
    assert_eq!((name.as_str(), strict), ("City", Some(true)));
    assert_eq!(schema["required"], json!(["name"]));

    // Also through a trait object.
    let model: Arc<dyn CompletionModel> = model;
    assert_eq!(
        model.complete_as::<City>("Which?").await.unwrap().value,
        rome()
    );
}

#[tokio::test]
async fn fences_and_absent_values_are_understood() {
    for text in [
        "```json\n{\"name\": \"Rome\", \"population\": 2750000}\n```",
        "```\n{\"name\": \"Rome\", \"population\": 2750000}\n```\n",
        "Here it is:\n\n```json\n{\"name\": \"Rome\", \"population\": 2750000}\n```\nAnything else?",
        " \n{\"name\":\"Rome\",\"population\":2750000} ",
    ] {
        assert_eq!(
            Parrot::says(text)
                .complete_as::<City>("?")
                .await
                .unwrap()
                .value,
            rome(),
            "{text}"
        );
    }
    // Strict mode has a model write null for what may be left out.
    let absent = Parrot::says(r#"{"name": "Rome", "population": null}"#);
    assert_eq!(
        absent
            .complete_as::<City>("?")
            .await
            .unwrap()
            .value
            .population,
        0
    );
    // A fence inside the answer is part of it.
    let quoted = Parrot::says(r#"{"name": "```json\n{}\n```"}"#);
    assert_eq!(
        quoted.complete_as::<City>("?").await.unwrap().value.name,
        "```json\n{}\n```"
    );
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Sentiment {
    Good,
    Bad,
}

#[tokio::test]
async fn what_is_no_object_is_asked_for_inside_one() {
    let model = Parrot::says(r#"{"value": ["good", "bad"]}"#);
    let answer = model.complete_as::<Vec<Sentiment>>("?").await.unwrap();
    assert_eq!(answer.value, [Sentiment::Good, Sentiment::Bad]);
    let (name, schema, strict) = model.asked();
    assert_eq!((name.as_str(), strict), ("Array_of_Sentiment", Some(true)));
    assert_eq!(
        schema,
        json!({
            "type": "object",
            "properties": {"value": {"type": "array", "items": {"type": "string", "enum": ["good", "bad"]}}},
            "required": ["value"],
        })
    );
}

#[tokio::test]
async fn what_has_no_strict_form_is_not_asked_for_strictly() {
    let model = Parrot::says(r#"{"a": 1}"#);
    let answer = model.complete_as::<HashMap<String, u8>>("?").await.unwrap();
    assert_eq!(answer.value["a"], 1);
    assert_eq!(model.asked().2, None);
}

#[tokio::test]
async fn wrong_answers_are_errors_without_their_content() {
    let cut = vec![
        Event::text(r#"{"name": "secret"#),
        Event::finish(0, FinishKind::Length),
    ];
    let filtered = vec![
        Event::text("secret"),
        Event::finish(0, FinishKind::ContentFilter),
    ];
    let refused = vec![Event::part(0, Part::Refusal(Refusal::new("secret")))];
    let rows = [
        (
            Parrot::says("secret"),
            ErrorKind::Protocol,
            "the answer is not JSON (line 1, column 1)",
        ),
        (
            Parrot::says("```json\nsecret\n```"),
            ErrorKind::Protocol,
            "the answer is not JSON (line 1, column 1)",
        ),
        (
            Parrot::says(r#"{"name": ["secret"]}"#),
            ErrorKind::Protocol,
            "the answer is JSON, but not a City",
        ),
        (
            Parrot::says("  "),
            ErrorKind::Protocol,
            "the answer is empty instead of a City",
        ),
        (
            Parrot::gives(vec![]),
            ErrorKind::Protocol,
            "the answer is empty instead of a City",
        ),
        (
            Parrot::gives(cut),
            ErrorKind::Protocol,
            "the answer was cut before its JSON was complete; allow more tokens",
        ),
        (
            Parrot::gives(filtered),
            ErrorKind::ContentFilter,
            "the model declined to answer",
        ),
        (
            Parrot::gives(refused),
            ErrorKind::ContentFilter,
            "the model declined to answer",
        ),
    ];
    for (model, kind, message) in rows {
        let error = model.complete_as::<City>("?").await.unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
        assert!(error.detail().is_some());
    }
}

#[test]
fn schema_names_are_what_providers_take() {
    #[derive(JsonSchema)]
    #[schemars(rename = "Größe/2")]
    struct Odd {}
    #[derive(JsonSchema)]
    #[schemars(rename = "日本")]
    struct Foreign {}
    assert_eq!(super::name_of::<Odd>(), "Gre2");
    assert_eq!(super::name_of::<Foreign>(), "answer");
    assert!(
        super::name_of::<HashMap<String, Vec<Vec<Vec<Vec<Vec<Vec<Vec<City>>>>>>>>>().len() <= 64
    );
}
