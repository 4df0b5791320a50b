//! The floor: nothing but what the work needs.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::BytesMut;
use futures_util::StreamExt as _;
use opentelemetry::trace::{SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider,
};
use serde::{Deserialize, Serialize};

#[derive(Clone)]
pub(crate) struct Floor {
    http: reqwest::Client,
    url: Arc<str>,
    telemetry: Option<(SdkTracerProvider, SdkTracer)>,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<&'a serde_json::value::RawValue>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'a str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<&'a str>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    model: Cow<'a, str>,
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Option<Content<'a>>,
    #[serde(borrow)]
    delta: Option<Content<'a>>,
    #[serde(borrow)]
    finish_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tool_calls: Option<Vec<Call<'a>>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    arguments: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: i64,
    completion_tokens: i64,
}

const TOOLS: &str = r#"[{"type":"function","function":{"name":"first","description":"The first.","parameters":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}}},{"type":"function","function":{"name":"second","description":"The second.","parameters":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}}}]"#;

impl Floor {
    pub(crate) fn new(url: &str, traced: bool) -> Self {
        let http = reqwest::Client::builder().build().unwrap();
        let telemetry = traced.then(|| provider(url)).map(|provider| {
            let tracer = provider.tracer("floor");
            (provider, tracer)
        });
        Self {
            http,
            url: format!("{url}/v1/chat/completions").into(),
            telemetry,
        }
    }

    pub(crate) async fn chat(&self) {
        let parent = Context::new();
        let text = self
            .call(&parent, &request("hello", None, &[], false))
            .await;
        assert!(text.0.len() > 1_000);
    }

    pub(crate) async fn agent(&self) {
        let parent = self.span("invoke_agent", SpanKind::Internal, &Context::new());
        let tools: Box<serde_json::value::RawValue> = serde_json::from_str(TOOLS).unwrap();
        let (_, calls) = self
            .call(&parent, &request("do two things", Some(&tools), &[], false))
            .await;
        let work = calls.iter().map(|(id, name, arguments)| {
            let parent = &parent;
            async move {
                let span = self.span(&format!("execute_tool {name}"), SpanKind::Internal, parent);
                let result: serde_json::Value = serde_json::from_str(arguments).unwrap();
                self.end(&span, Vec::new());
                (id.clone(), result["n"].to_string())
            }
        });
        let results = futures_util::future::join_all(work).await;
        let (text, _) = self
            .call(
                &parent,
                &request("do two things", Some(&tools), &results, false),
            )
            .await;
        assert!(text.len() > 1_000);
        self.end(&parent, Vec::new());
    }

    pub(crate) async fn stream(&self) {
        let span = self.span("chat gpt-4o-mini", SpanKind::Client, &Context::new());
        let body = serde_json::to_vec(&request("hello", None, &[], true)).unwrap();
        let response = self
            .http
            .post(&*self.url)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        let mut chunks = response.bytes_stream();
        let (mut buffer, mut text, mut usage) = (BytesMut::new(), String::new(), None);
        while let Some(chunk) = chunks.next().await {
            buffer.extend_from_slice(&chunk.unwrap());
            while let Some(end) = buffer.windows(2).position(|window| window == b"\n\n") {
                let event = buffer.split_to(end + 2);
                let data = &event[6..end];
                if data == b"[DONE]" {
                    continue;
                }
                let answer: Answer<'_> = serde_json::from_slice(data).unwrap();
                if let Some(delta) = answer
                    .choices
                    .first()
                    .and_then(|choice| choice.delta.as_ref())
                {
                    text.push_str(delta.content.as_deref().unwrap_or_default());
                }
                usage = answer.usage.or(usage);
            }
        }
        assert!(text.len() > 1_000 && usage.is_some());
        self.end(&span, Vec::new());
    }

    pub(crate) async fn open(&self) -> impl std::any::Any {
        let body = serde_json::to_vec(&request("wait", None, &[], true)).unwrap();
        let response = self
            .http
            .post(&*self.url)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        let mut chunks = Box::pin(response.bytes_stream());
        chunks.next().await.unwrap().unwrap();
        chunks
    }

    pub(crate) fn finish(&self) {
        if let Some((provider, _)) = &self.telemetry {
            provider.force_flush().unwrap();
        }
    }

    async fn call(
        &self,
        parent: &Context,
        request: &Request<'_>,
    ) -> (String, Vec<(String, String, String)>) {
        let span = self.span("chat gpt-4o-mini", SpanKind::Client, parent);
        let body = serde_json::to_vec(request).unwrap();
        let response = self
            .http
            .post(&*self.url)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap();
        let bytes = response.bytes().await.unwrap();
        let answer: Answer<'_> = serde_json::from_slice(&bytes).unwrap();
        let usage = answer.usage.as_ref().unwrap();
        let choice = &answer.choices[0];
        let message = choice.message.as_ref().unwrap();
        let reason = choice
            .finish_reason
            .as_deref()
            .unwrap_or_default()
            .to_owned();
        self.end(
            &span,
            vec![
                KeyValue::new("gen_ai.response.id", answer.id.clone().into_owned()),
                KeyValue::new("gen_ai.response.model", answer.model.clone().into_owned()),
                KeyValue::new(
                    "gen_ai.response.finish_reasons",
                    Value::Array(Array::String(vec![StringValue::from(reason)])),
                ),
                KeyValue::new("gen_ai.usage.input_tokens", usage.prompt_tokens),
                KeyValue::new("gen_ai.usage.output_tokens", usage.completion_tokens),
            ],
        );
        let calls = message.tool_calls.iter().flatten();
        let calls = calls.map(|call| {
            (
                call.id.to_string(),
                call.function.name.to_string(),
                call.function.arguments.to_string(),
            )
        });
        (
            message.content.as_deref().unwrap_or_default().to_owned(),
            calls.collect(),
        )
    }

    fn span(&self, name: &str, kind: SpanKind, parent: &Context) -> Context {
        let Some((_, tracer)) = &self.telemetry else {
            return parent.clone();
        };
        let span = tracer
            .span_builder(name.to_owned())
            .with_kind(kind)
            .with_attributes([
                KeyValue::new("gen_ai.operation.name", "chat"),
                KeyValue::new("gen_ai.provider.name", "openai"),
                KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
                KeyValue::new("server.address", "127.0.0.1"),
                KeyValue::new("server.port", 443),
                KeyValue::new("gen_ai.request.temperature", 1.0),
                KeyValue::new("gen_ai.output.type", "text"),
            ]);
        parent.with_span(span.start_with_context(tracer, parent))
    }

    fn end(&self, span: &Context, attributes: Vec<KeyValue>) {
        if self.telemetry.is_some() {
            span.span().set_attributes(attributes);
            span.span().end();
        }
    }
}

fn request<'a>(
    text: &'a str,
    tools: Option<&'a serde_json::value::RawValue>,
    results: &'a [(String, String)],
    stream: bool,
) -> Request<'a> {
    let mut messages = vec![Message {
        role: "user",
        content: text,
        tool_call_id: None,
    }];
    messages.extend(results.iter().map(|(id, text)| Message {
        role: "tool",
        content: text,
        tool_call_id: Some(id),
    }));
    Request {
        model: "gpt-4o-mini",
        messages,
        tools,
        stream,
    }
}

fn provider(url: &str) -> SdkTracerProvider {
    let client = std::thread::spawn(|| reqwest::blocking::Client::builder().build().unwrap())
        .join()
        .unwrap();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{url}/v1/traces"))
        .build()
        .unwrap();
    let batching = BatchConfigBuilder::default()
        .with_max_queue_size(100_000)
        .build();
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batching)
        .build();
    SdkTracerProvider::builder()
        .with_span_processor(processor)
        .build()
}
