//! The same spans and metrics by hand: what an expert would write for this one model with the OpenTelemetry API, without
//! regard for any other.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use async_trait::async_trait;
use futures_util::Stream;
use glassbox::{CompletionModel, Delivery, Event, EventStream, ModelInfo, Request, Result, Usage};
use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider as _};
use opentelemetry::trace::{
    FutureExt as _, SpanKind, Status, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Array, Context, KeyValue, Value};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

/// US dollars for a token.
const RATES: (f64, f64) = (0.15e-6, 0.6e-6);

/// A model whose calls are recorded by hand.
#[derive(Debug)]
pub(crate) struct ByHand<M> {
    inner: M,
    tracer: SdkTracer,
    name: Arc<str>,
    model: Arc<str>,
    address: Arc<str>,
    port: i64,
    instruments: Option<Arc<Instruments>>,
}

#[derive(Debug)]
struct Instruments {
    duration: Histogram<f64>,
    first_chunk: Histogram<f64>,
    output_chunk: Histogram<f64>,
    input: Counter<u64>,
    output: Counter<u64>,
    input_of_a_call: Histogram<u64>,
    output_of_a_call: Histogram<u64>,
    cost: Counter<f64>,
}

impl Instruments {
    fn new(meter: &Meter) -> Self {
        let seconds = |name| meter.f64_histogram(name).with_unit("s").build();
        let tokens = |name| meter.u64_histogram(name).with_unit("{token}").build();
        let counted = |name| meter.u64_counter(name).with_unit("{token}").build();
        Self {
            duration: seconds("gen_ai.client.inference.duration"),
            first_chunk: seconds("gen_ai.client.inference.time_to_first_chunk"),
            output_chunk: seconds("gen_ai.client.inference.time_per_output_chunk"),
            input: counted("gen_ai.client.inference.usage.input_tokens"),
            output: counted("gen_ai.client.inference.usage.output_tokens"),
            input_of_a_call: tokens("gen_ai.client.inference.operation.input_tokens"),
            output_of_a_call: tokens("gen_ai.client.inference.operation.output_tokens"),
            cost: meter.f64_counter("glassbox.client.cost").build(),
        }
    }
}

impl<M: CompletionModel> ByHand<M> {
    pub(crate) fn new(
        inner: M,
        tracers: &SdkTracerProvider,
        meters: Option<&SdkMeterProvider>,
    ) -> Self {
        let info = inner.info();
        let address = info.server_address.clone().unwrap();
        Self {
            tracer: tracers.tracer("by hand"),
            name: format!("chat {}", info.model).into(),
            model: info.model.as_str().into(),
            address: address.as_str().into(),
            port: info.server_port.unwrap().into(),
            instruments: meters.map(|meters| Arc::new(Instruments::new(&meters.meter("by hand")))),
            inner,
        }
    }
}

#[async_trait]
impl<M: CompletionModel> CompletionModel for ByHand<M> {
    fn info(&self) -> &ModelInfo {
        self.inner.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let mut attributes = Vec::with_capacity(24);
        attributes.push(KeyValue::new("gen_ai.operation.name", "chat"));
        attributes.push(KeyValue::new("gen_ai.provider.name", "openai"));
        attributes.push(KeyValue::new(
            "gen_ai.request.model",
            Arc::clone(&self.model),
        ));
        attributes.push(KeyValue::new("server.address", Arc::clone(&self.address)));
        attributes.push(KeyValue::new("server.port", self.port));
        let incremental = request.delivery == Delivery::Incremental;
        if incremental {
            attributes.push(KeyValue::new("gen_ai.request.stream", true));
        }
        attributes.push(KeyValue::new("openai.api.type", "chat_completions"));
        let began = Instant::now();
        let span = self
            .tracer
            .span_builder(self.name.to_string())
            .with_kind(SpanKind::Client)
            .with_attributes(attributes);
        let parent = Context::current();
        let context = parent.with_span(self.tracer.build_with_context(span, &parent));
        let events = self
            .inner
            .stream(request)
            .with_context(context.clone())
            .await;
        match events {
            Ok(events) => Ok(Box::pin(Followed {
                events,
                context,
                began,
                last: None,
                first: None,
                incremental,
                said: Said::default(),
                model: Arc::clone(&self.model),
                address: Arc::clone(&self.address),
                port: self.port,
                instruments: self.instruments.clone(),
                measured: Vec::new(),
                open: true,
            })),
            Err(error) => {
                let span = context.span();
                let kind = error.kind().as_str();
                span.set_attribute(KeyValue::new("error.type", kind));
                span.set_status(Status::error(error.to_string()));
                span.end();
                Err(error)
            }
        }
    }
}

#[derive(Default)]
struct Said {
    id: Option<String>,
    model: Option<Arc<str>>,
    tier: Option<String>,
    fingerprint: Option<String>,
    finish: Option<String>,
    usage: Usage,
}

/// The stream, and what it has said so far.
struct Followed {
    events: EventStream,
    context: Context,
    began: Instant,
    last: Option<Instant>,
    first: Option<f64>,
    incremental: bool,
    said: Said,
    model: Arc<str>,
    address: Arc<str>,
    port: i64,
    instruments: Option<Arc<Instruments>>,
    measured: Vec<KeyValue>,
    open: bool,
}

impl Stream for Followed {
    type Item = Result<Event>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let polled = self.events.as_mut().poll_next(cx);
        match &polled {
            Poll::Ready(Some(Ok(event))) => self.passed(event),
            Poll::Ready(Some(Err(error))) => self.end(Some(error.kind().as_str())),
            Poll::Ready(None) => self.end(Some("protocol")),
            Poll::Pending => {}
        }
        polled
    }
}

impl Followed {
    fn passed(&mut self, event: &Event) {
        match event {
            Event::Meta(meta) => {
                self.said.id = meta.id.clone();
                self.said.model = meta.model.as_deref().map(Arc::from);
                self.said.tier = meta.service_tier.clone();
                self.said.fingerprint = meta.system_fingerprint.clone();
            }
            Event::Usage(usage) => self.said.usage.update(usage),
            Event::Finish { reason, .. } => self.said.finish = Some(reason.as_str().to_owned()),
            Event::End => return self.end(None),
            _ => {}
        }
        if self.incremental && (self.last.is_none() || event.is_output()) {
            self.chunk();
        }
    }

    fn chunk(&mut self) {
        let now = Instant::now();
        let Some(last) = self.last.replace(now) else {
            self.first = Some((now - self.began).as_secs_f64());
            return;
        };
        if let Some(instruments) = &self.instruments {
            if self.measured.is_empty() {
                self.measured = self.labels();
            }
            let since = (now - last).as_secs_f64();
            instruments.output_chunk.record(since, &self.measured);
        }
    }

    fn labels(&self) -> Vec<KeyValue> {
        let mut labels = Vec::with_capacity(8);
        labels.push(KeyValue::new("gen_ai.operation.name", "chat"));
        labels.push(KeyValue::new("gen_ai.provider.name", "openai"));
        labels.push(KeyValue::new(
            "gen_ai.request.model",
            Arc::clone(&self.model),
        ));
        let model = self.said.model.clone();
        labels.extend(model.map(|model| KeyValue::new("gen_ai.response.model", model)));
        labels.push(KeyValue::new("server.address", Arc::clone(&self.address)));
        labels.push(KeyValue::new("server.port", self.port));
        labels
    }

    fn measure(&self, instruments: &Instruments, error: Option<&'static str>) {
        let mut labels = self.labels();
        let usage = &self.said.usage;
        let (input, output) = (
            usage.input_tokens.unwrap_or(0),
            usage.output_tokens.unwrap_or(0),
        );
        let cost = input as f64 * RATES.0 + output as f64 * RATES.1;
        instruments.cost.add(cost, &labels);
        if let Some(first) = self.first {
            instruments.first_chunk.record(first, &labels);
        }
        instruments.input_of_a_call.record(input, &labels);
        instruments.output_of_a_call.record(output, &labels);
        labels.push(KeyValue::new("gen_ai.token.modality", "unknown"));
        instruments.input.add(input, &labels);
        instruments.output.add(output, &labels);
        labels.pop();
        labels.extend(error.map(|error| KeyValue::new("error.type", error)));
        let elapsed = self.began.elapsed().as_secs_f64();
        instruments.duration.record(elapsed, &labels);
    }

    fn end(&mut self, error: Option<&'static str>) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        if let Some(instruments) = &self.instruments {
            self.measure(instruments, error);
        }
        let said = std::mem::take(&mut self.said);
        let mut attributes = Vec::with_capacity(14);
        let finish = said.finish.into_iter().map(Into::into).collect();
        let finish = Value::Array(Array::String(finish));
        attributes.push(KeyValue::new("gen_ai.response.finish_reasons", finish));
        let mut text = |key, value: Option<String>| {
            attributes.extend(value.map(|value| KeyValue::new(key, value)));
        };
        text("gen_ai.response.id", said.id);
        text("openai.response.service_tier", said.tier);
        text("openai.response.system_fingerprint", said.fingerprint);
        let model = said.model;
        attributes.extend(model.map(|model| KeyValue::new("gen_ai.response.model", model)));
        let first = self.first;
        let key = "gen_ai.response.time_to_first_chunk";
        attributes.extend(first.map(|first| KeyValue::new(key, first)));
        if let (Some(input), Some(output)) = (said.usage.input_tokens, said.usage.output_tokens) {
            attributes.push(KeyValue::new("gen_ai.usage.input_tokens", input as i64));
            attributes.push(KeyValue::new("gen_ai.usage.output_tokens", output as i64));
            let (input, output) = (input as f64 * RATES.0, output as f64 * RATES.1);
            attributes.push(KeyValue::new("glassbox.cost.total", input + output));
            attributes.push(KeyValue::new("glassbox.cost.input", input));
            attributes.push(KeyValue::new("glassbox.cost.output", output));
            attributes.push(KeyValue::new("glassbox.cost.source", "price_list"));
        }
        let span = self.context.span();
        if let Some(error) = error {
            attributes.push(KeyValue::new("error.type", error));
            span.set_status(Status::error(error));
        }
        span.set_attributes(attributes);
        span.end();
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if self.open {
            let span = self.context.span();
            span.set_attribute(KeyValue::new("glassbox.outcome", "cancelled"));
        }
        self.end(None);
    }
}
