//! Spans that nobody would think of.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, Key, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// The same chances for the same seed (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number of any magnitude.
    fn any(&mut self) -> u64 {
        let shift = self.below(65) as u32;
        self.number().checked_shr(shift).unwrap_or(0)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.number() % end as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn one_of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// Less than `end`, and often not much.
    pub(super) fn size(&mut self, end: usize) -> usize {
        let end = self.below(end) + 1;
        self.below(end)
    }

    fn some<T>(&mut self, end: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.size(end)).map(|_| make(self)).collect()
    }

    fn text(&mut self) -> String {
        let pieces = ["", "a", "gen_ai.", "ß", "日本", "🦀", "\0", "\"\n", "usage"];
        let most = if self.one_in(50) { 20_000 } else { 40 };
        self.some(most, |chance| chance.one_of(&pieces)).concat()
    }

    fn string(&mut self) -> StringValue {
        match self.below(3) {
            0 => StringValue::from("static"),
            1 => StringValue::from(self.text()),
            _ => StringValue::from(Arc::<str>::from(self.text())),
        }
    }

    fn float(&mut self) -> f64 {
        let odd = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE, 0.1];
        match self.one_in(2) {
            true => self.one_of(&odd),
            false => f64::from_bits(self.number()),
        }
    }

    fn integer(&mut self) -> i64 {
        let value = self.any().cast_signed();
        if self.one_in(2) {
            value.wrapping_neg()
        } else {
            value
        }
    }

    fn value(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Bool(self.one_in(2)),
            1 => Value::I64(self.integer()),
            2 => Value::F64(self.float()),
            3 => Value::String(self.string()),
            4 => Value::Array(Array::Bool(self.some(200, |chance| chance.one_in(2)))),
            5 => Value::Array(Array::I64(self.some(50, Self::integer))),
            6 => Value::Array(Array::F64(self.some(50, Self::float))),
            _ => Value::Array(Array::String(self.some(10, Self::string))),
        }
    }

    /// Few enough names that some come twice.
    fn key(&mut self) -> Key {
        match self.below(4) {
            0 => Key::from(self.text()),
            1 => Key::from_static_str("gen_ai.usage.input_tokens"),
            _ => Key::from(format!("gen_ai.{}", self.below(300))),
        }
    }

    fn attributes(&mut self) -> Vec<KeyValue> {
        let most = if self.one_in(20) { 400 } else { 20 };
        self.some(most, |chance| KeyValue::new(chance.key(), chance.value()))
    }

    fn time(&mut self) -> SystemTime {
        match self.below(10) {
            0 => UNIX_EPOCH - Duration::from_nanos(self.any() >> 8),
            _ => UNIX_EPOCH + Duration::from_nanos(self.any() >> 1),
        }
    }

    fn context(&mut self) -> SpanContext {
        let states = ["", "vendor=1", "a=b,c@d=e f"];
        let state: TraceState = self.one_of(&states).parse().unwrap();
        let id = u128::from(self.any()) << 64 | u128::from(self.any());
        SpanContext::new(
            TraceId::from(id),
            SpanId::from(self.any()),
            TraceFlags::new(self.number() as u8),
            self.one_in(2),
            state,
        )
    }

    fn scope(&mut self) -> InstrumentationScope {
        let mut scope = InstrumentationScope::builder(self.one_of(&["", "a", "b", "c"]));
        if self.one_in(3) {
            scope = scope.with_version(self.one_of(&["", "1.0"]));
        }
        if self.one_in(3) {
            scope = scope.with_schema_url("https://example.com/scope");
        }
        if self.one_in(3) {
            scope = scope.with_attributes([KeyValue::new("flag", self.one_in(2))]);
        }
        scope.build()
    }

    fn event(&mut self) -> Event {
        let (name, time, dropped) = (self.text(), self.time(), self.any() as u32);
        Event::new(name, time, self.attributes(), dropped)
    }

    fn link(&mut self) -> Link {
        let (context, dropped) = (self.context(), self.any() as u32);
        Link::new(context, self.attributes(), dropped)
    }

    pub(super) fn span(&mut self) -> SpanData {
        let mut events = SpanEvents::default();
        events.events = self.some(5, Self::event);
        events.dropped_count = self.any() as u32;
        let mut links = SpanLinks::default();
        links.links = self.some(5, Self::link);
        links.dropped_count = self.any() as u32;
        let kinds = [SpanKind::Internal, SpanKind::Client, SpanKind::Consumer];
        let states = [Status::Unset, Status::Ok, Status::error(self.text())];
        SpanData {
            span_context: self.context(),
            parent_span_id: SpanId::from(self.any()),
            parent_span_is_remote: self.one_in(2),
            span_kind: self.one_of(&kinds),
            name: self.text().into(),
            start_time: self.time(),
            end_time: self.time(),
            attributes: self.attributes(),
            dropped_attributes_count: self.any() as u32,
            events,
            links,
            status: self.one_of(&states),
            instrumentation_scope: self.scope(),
        }
    }
}
