//! The spans of a document.

use std::time::{Duration, SystemTime};

use opentelemetry::InstrumentationScope;
use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde_json::Value;

use super::RecordedSpan;
use super::values::Object;

/// `SpanFlags`: whether the next bit means anything, and whether the parent is in another process.
const HAS_IS_REMOTE: u64 = 0x100;
const IS_REMOTE: u64 = 0x200;

const KINDS: [&str; 6] = [
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];
const CODES: [&str; 3] = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/// Every span of a `TracesData`, or what is wrong with it.
pub(super) fn of(document: &Value) -> Vec<Result<RecordedSpan, String>> {
    let Some(resources) = resources(document) else {
        return vec![Err(wrong(document))];
    };
    let mut read = Vec::new();
    for list in resources.iter().filter_map(Object::of) {
        let resource = resource(list);
        let scopes = list
            .objects("scopeSpans")
            .chain(list.objects("instrumentationLibrarySpans"));
        for scoped in scopes {
            let scope = scope(scoped);
            read.extend(scoped.objects("spans").map(|fields| {
                Ok(RecordedSpan {
                    span: span(fields, &scope)?,
                    resource: resource.clone(),
                })
            }));
        }
    }
    read
}

/// Where a document has its spans: OTLP, or Tempo's API in its first and its second version.
fn resources(document: &Value) -> Option<&Vec<Value>> {
    let document = Object::of(document)?;
    let document = document.object("trace").unwrap_or(document);
    let list = document
        .get("resourceSpans")
        .or_else(|| document.get("batches"));
    list?.as_array()
}

fn wrong(document: &Value) -> String {
    let object = Object::of(document);
    let has = |name| object.is_some_and(|object| object.get(name).is_some());
    if has("resourceMetrics") {
        "metrics, not spans".to_owned()
    } else if has("resourceLogs") {
        "log records, not spans".to_owned()
    } else {
        "no OTLP: it has no list `resourceSpans`".to_owned()
    }
}

fn resource(list: Object<'_>) -> Resource {
    let attributes = list.object("resource").map(Object::attributes);
    let attributes = attributes.unwrap_or_default();
    let builder = Resource::builder_empty();
    match list.text("schemaUrl") {
        "" => builder.with_attributes(attributes).build(),
        url => builder.with_schema_url(attributes, url.to_owned()).build(),
    }
}

fn scope(scoped: Object<'_>) -> InstrumentationScope {
    let fields = scoped
        .object("scope")
        .or_else(|| scoped.object("instrumentationLibrary"));
    let name = fields.map_or("", |fields| fields.text("name")).to_owned();
    let mut builder = InstrumentationScope::builder(name);
    if let Some(fields) = fields {
        if let version @ [_, ..] = fields.text("version").as_bytes() {
            builder = builder.with_version(String::from_utf8_lossy(version).into_owned());
        }
        builder = builder.with_attributes(fields.attributes());
    }
    match scoped.text("schemaUrl") {
        "" => builder.build(),
        url => builder.with_schema_url(url.to_owned()).build(),
    }
}

fn span(fields: Object<'_>, scope: &InstrumentationScope) -> Result<SpanData, String> {
    let context = context(fields)
        .ok_or("a span without a `traceId` of 16 bytes and a `spanId` of 8, neither all zeros")?;
    let parent = fields.id("parentSpanId").map(SpanId::from_bytes);
    let flags = fields.number("flags");
    let mut events = SpanEvents::default();
    events.events = fields.objects("events").map(event).collect();
    events.dropped_count = fields.count("droppedEventsCount");
    let mut links = SpanLinks::default();
    links.links = fields.objects("links").filter_map(link).collect();
    links.dropped_count = fields.count("droppedLinksCount");
    Ok(SpanData {
        span_context: context,
        parent_span_id: parent.unwrap_or(SpanId::INVALID),
        parent_span_is_remote: flags & HAS_IS_REMOTE != 0 && flags & IS_REMOTE != 0,
        span_kind: kind(fields),
        name: fields.text("name").to_owned().into(),
        start_time: time(fields.number("startTimeUnixNano")),
        end_time: time(fields.number("endTimeUnixNano")),
        attributes: fields.attributes(),
        dropped_attributes_count: fields.count("droppedAttributesCount"),
        events,
        links,
        status: status(fields),
        instrumentation_scope: scope.clone(),
    })
}

/// `None` where an id is missing, of another length, or zero.
fn context(fields: Object<'_>) -> Option<SpanContext> {
    // Only the last eight bits are those of the trace's own flags.
    let flags = u8::try_from(fields.number("flags") & 0xff).ok()?;
    let context = SpanContext::new(
        TraceId::from_bytes(fields.id("traceId")?),
        SpanId::from_bytes(fields.id("spanId")?),
        TraceFlags::new(flags),
        false,
        fields
            .text("traceState")
            .parse::<TraceState>()
            .unwrap_or_default(),
    );
    context.is_valid().then_some(context)
}

fn kind(fields: Object<'_>) -> SpanKind {
    match fields.choice("kind", &KINDS) {
        2 => SpanKind::Server,
        3 => SpanKind::Client,
        4 => SpanKind::Producer,
        5 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(fields: Object<'_>) -> Status {
    let Some(status) = fields.object("status") else {
        return Status::Unset;
    };
    match status.choice("code", &CODES) {
        1 => Status::Ok,
        2 => Status::error(status.text("message").to_owned()),
        _ => Status::Unset,
    }
}

fn event(fields: Object<'_>) -> Event {
    Event::new(
        fields.text("name").to_owned(),
        time(fields.number("timeUnixNano")),
        fields.attributes(),
        fields.count("droppedAttributesCount"),
    )
}

fn link(fields: Object<'_>) -> Option<Link> {
    let dropped = fields.count("droppedAttributesCount");
    Some(Link::new(context(fields)?, fields.attributes(), dropped))
}

fn time(nanoseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds)
}
