//! A law that cannot be broken holds nothing: each is broken here on purpose, by something put around the model or
//! by a host that spells badly.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use glassbox_core::{
    CompletionModel, Delivery, EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Error,
    ErrorKind, Event, EventStream, Message, ModelInfo, Part, Request, Result, Usage,
};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, ChatCompletions, Host, Laws, Line, Wire, Wrapper};

use crate::host::Chat;

type Items = Vec<Result<Event>>;

/// What is done to every request, and to what came of it in call number so and so.
#[derive(Clone)]
struct Harm {
    request: fn(Request) -> Request,
    events: fn(Items, usize) -> Items,
    calls: Arc<AtomicUsize>,
}

impl Harm {
    fn new(request: fn(Request) -> Request, events: fn(Items, usize) -> Items) -> Self {
        Self {
            request,
            events,
            calls: Arc::default(),
        }
    }
}

impl fmt::Debug for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Harm")
    }
}

impl Wrapper for Harm {
    fn model(&self, model: Arc<dyn CompletionModel>) -> Arc<dyn CompletionModel> {
        let harm = self.clone();
        Arc::new(Harmed { model, harm })
    }

    fn embeddings(&self, model: Arc<dyn EmbeddingModel>) -> Arc<dyn EmbeddingModel> {
        Arc::new(Swapped(model))
    }
}

#[derive(Debug)]
struct Harmed {
    model: Arc<dyn CompletionModel>,
    harm: Harm,
}

#[async_trait]
impl CompletionModel for Harmed {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let items = match self.model.stream((self.harm.request)(request)).await {
            Ok(events) => events.collect().await,
            Err(error) => vec![Err(error)],
        };
        let call = self.harm.calls.fetch_add(1, Ordering::Relaxed);
        Ok(Box::pin(stream::iter((self.harm.events)(items, call))))
    }
}

/// Gives the first vector last.
#[derive(Debug)]
struct Swapped(Arc<dyn EmbeddingModel>);

#[async_trait]
impl EmbeddingModel for Swapped {
    fn info(&self) -> &ModelInfo {
        self.0.info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let mut response = self.0.embed(request).await?;
        response.embeddings.rotate_left(1);
        Ok(response)
    }
}

fn asked(request: fn(Request) -> Request) -> Laws {
    Laws::new(Chat::compatible()).within(Harm::new(request, |items, _| items))
}

fn answered(events: fn(Items, usize) -> Items) -> Laws {
    Laws::new(Chat::compatible()).within(Harm::new(|request| request, events))
}

/// Does something to every event.
fn each(items: Items, change: impl Fn(&mut Event)) -> Items {
    let items = items.into_iter().map(|item| {
        item.map(|mut event| {
            change(&mut event);
            event
        })
    });
    items.collect()
}

fn without(items: Items, gone: impl Fn(&Event) -> bool) -> Items {
    let kept = |item: &Result<Event>| !item.as_ref().is_ok_and(&gone);
    items.into_iter().filter(kept).collect()
}

macro_rules! broken {
    ($($name:ident: $laws:expr => $law:ident, $says:literal;)*) => {
        $(
            #[tokio::test]
            #[should_panic(expected = $says)]
            async fn $name() {
                $laws.$law().await;
            }
        )*
    };
}

broken! {
    a_text_that_is_trimmed: answered(|items, _| each(items, trim)) => text_round_trips, "assertion";
    a_text_that_comes_at_once: answered(|items, _| joined(items)) => whole_equals_incremental, "as they come";
    an_answer_that_changes: answered(|mut items, call| {
        if call % 2 == 1 {
            items.insert(1, Ok(Event::text("")));
        }
        items
    }) => chunking_is_invisible, "assertion";
    a_stream_without_an_end: answered(|items, _| without(items, |event| *event == Event::End))
        => event_grammar_holds, "ends, or fails";
    a_stream_that_starts_twice: answered(|mut items, _| {
        items.insert(0, Ok(Event::Start(Box::default())));
        items
    }) => event_grammar_holds, "starts once";
    arguments_before_their_call: answered(|mut items, _| {
        items.insert(1, Ok(Event::arguments(0, 7, "{}")));
        items
    }) => event_grammar_holds, "has not begun";
    a_call_with_another_id: answered(|items, _| each(items, rename)) => tool_call_round_trips, "the ids differ";
    a_call_whose_result_is_lost: asked(|request| pruned(request, |part| matches!(part, Part::ToolCallResponse(_))))
        => tool_call_round_trips, "is missing";
    calls_that_change_places: answered(|items, _| each(items, swap)) => parallel_tool_calls_keep_identity, "assertion";
    usage_that_counts_twice: answered(|items, _| each(items, double)) => usage_is_reported_once, "assertion";
    a_question_that_is_lost: asked(|mut request| {
        request.messages = request.messages.iter().skip(2).cloned().collect();
        request
    }) => history_is_faithful, "is missing";
    a_question_that_is_asked_twice: asked(|request| {
        let last = request.messages.last().cloned().unwrap();
        request.with_message(last)
    }) => history_is_faithful, "assertion";
    an_error_of_another_kind: answered(|items, _| {
        let other = |error: Error| error.with_kind(ErrorKind::Forbidden);
        items.into_iter().map(|item| item.map_err(other)).collect()
    }) => errors_have_kinds, "assertion";
    an_error_that_shows_the_words: answered(|items, _| {
        let told = |error: Error| Error::new(error.kind(), format!("{:?}", error.detail()))
            .with_detail(error.detail().unwrap_or_default().to_owned())
            .with_provider("openai-compatible")
            .with_status(error.status().unwrap_or(500));
        items.into_iter().map(|item| item.map_err(told)).collect()
    }) => errors_have_kinds, "shows the provider's words";
    a_part_that_passes_for_the_whole: answered(|mut items, _| {
        if items.last().is_some_and(Result::is_err) {
            items.pop();
            items.push(Ok(Event::End));
        }
        items
    }) => broken_streams_are_errors, "assertion";
    a_key_that_an_error_tells: answered(|items, _| {
        let told = |error: Error| error.with_code("sk-canary-7f3a9c");
        items.into_iter().map(|item| item.map_err(told)).collect()
    }) => secrets_stay_secret, "the error tells the key";
    a_key_in_the_body: asked(|request| request.with_extra("api_key", "sk-canary-7f3a9c"))
        => secrets_stay_secret, "the key is in the body";
    reasoning_that_is_lost: answered(|items, _| {
        without(items, |event| matches!(event, Event::Reasoning { .. }))
    }) => reasoning_is_kept, "assertion";
    a_schema_that_is_not_sent: asked(|mut request| {
        request.output = None;
        request
    }) => structured_output_conforms, "assertion";
    an_image_that_is_not_sent: asked(|request| pruned(request, |part| matches!(part, Part::Blob(_))))
        => images_are_sent, "assertion";
    vectors_of_other_texts: asked(|request| request) => embeddings_round_trip, "assertion";
    an_unknown_frame_that_is_no_json: Laws::new(Garbled(Chat::compatible())) => unknown_is_tolerated, "failed";
}

fn trim(event: &mut Event) {
    if let Event::Text { delta, .. } = event {
        *delta = delta.trim().to_owned();
    }
}

fn rename(event: &mut Event) {
    if let Event::ToolCall { id, .. } = event {
        id.push('x');
    }
}

/// The first two calls, each in place of the other.
fn swap(event: &mut Event) {
    if let Event::ToolCall { call, .. } | Event::Arguments { call, .. } = event {
        *call = [1, 0, 2][*call as usize];
    }
    if let Event::ToolCall { name, .. } = event {
        *name = if name == "news" { "weather" } else { "news" }.to_owned();
    }
}

fn double(event: &mut Event) {
    if let Event::Usage(usage) = event {
        let again = Usage::clone(usage);
        usage.add(&again);
    }
}

/// All output in the first event of its kind.
fn joined(items: Items) -> Items {
    let mut all: Items = Vec::new();
    for item in items {
        match (all.last_mut(), &item) {
            (Some(Ok(Event::Text { delta, .. })), Ok(Event::Text { delta: more, .. }))
            | (
                Some(Ok(Event::Reasoning { delta, .. })),
                Ok(Event::Reasoning { delta: more, .. }),
            )
            | (
                Some(Ok(Event::Arguments { delta, .. })),
                Ok(Event::Arguments { delta: more, .. }),
            ) => {
                delta.push_str(more);
            }
            _ => all.push(item),
        }
    }
    all
}

/// The request without such parts.
fn pruned(mut request: Request, gone: fn(&Part) -> bool) -> Request {
    let messages = request
        .messages
        .iter()
        .cloned()
        .map(|mut message: Message| {
            message.parts.retain(|part| !gone(part));
            message
        });
    request.messages = messages.collect();
    request
}

/// A host that says what is no JSON between its frames.
#[derive(Debug)]
struct Garbled(Chat);

impl Host for Garbled {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        self.0.model(line)
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(self)
    }
}

impl Wire for Garbled {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        ChatCompletions::new().answer(turn, delivery)
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        ChatCompletions::new().refusal(kind, message)
    }

    fn unknown(&self) -> Option<Bytes> {
        Some("data: {tomorrow\n\n".into())
    }
}
