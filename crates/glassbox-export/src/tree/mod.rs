//! Spans of one trace as a tree. Pure: spans in, text out.

mod bar;
mod event;
mod exporter;
mod facts;
mod render;
mod style;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::SpanData;

use facts::{Facts, Role};

pub use exporter::TreeExporter;
pub use style::TreeStyle;

/// The spans of one trace, each below its parent, brothers and sisters by start time.
///
/// ```
/// use glassbox_export::{SpanTree, TreeStyle};
///
/// # fn read() -> Vec<opentelemetry_sdk::trace::SpanData> { Vec::new() }
/// for tree in SpanTree::per_trace(read()) {
///     print!("{}", tree.render(&TreeStyle::default()));
/// }
/// ```
///
/// It takes what it gets: spans whose parent is missing, that name each other as parent, that have
/// the same id, or that end before they start.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanTree {
    trace_id: TraceId,
    /// By start time.
    spans: Vec<SpanData>,
    /// Indices into `spans`, by start time.
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    /// Spans whose parent is in another process, or is not here.
    orphans: Vec<usize>,
}

/// Sums over a trace.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct TreeTotals {
    /// Input tokens of the model calls, or none if none of them said. What an agent's span repeats
    /// is not counted again.
    pub input_tokens: Option<u64>,
    /// Output tokens of the model calls, likewise.
    pub output_tokens: Option<u64>,
    /// What the model calls cost, in US dollars, or none if none of them said. Where only some did, it is a lower bound.
    pub cost: Option<f64>,
    /// Spans that are a model call: chat, text completion, content generation, embeddings.
    pub model_calls: usize,
    /// Spans that are a tool call.
    pub tool_calls: usize,
    /// Spans that failed.
    pub errors: usize,
}

impl SpanTree {
    /// One tree for each trace, in the order of their first span.
    #[must_use]
    pub fn per_trace(spans: impl IntoIterator<Item = SpanData>) -> Vec<Self> {
        let mut order = Vec::new();
        let mut traces: HashMap<TraceId, Vec<SpanData>> = HashMap::new();
        for span in spans {
            let trace_id = span.span_context.trace_id();
            let trace = traces.entry(trace_id).or_default();
            if trace.is_empty() {
                order.push(trace_id);
            }
            trace.push(span);
        }
        let trees = order.into_iter().filter_map(|trace_id| {
            let spans = traces.remove(&trace_id)?;
            Some(Self::new(trace_id, spans))
        });
        trees.collect()
    }

    /// The tree of the spans of one trace.
    #[must_use]
    pub fn new(trace_id: TraceId, mut spans: Vec<SpanData>) -> Self {
        // Of two that start together, the one that ends later is the one around the other.
        spans.sort_by_key(|span| {
            let id = span.span_context.span_id().to_bytes();
            (span.start_time, Reverse(span.end_time), id)
        });
        let mut index: HashMap<SpanId, usize> = HashMap::with_capacity(spans.len());
        for (at, span) in spans.iter().enumerate() {
            index.entry(span.span_context.span_id()).or_insert(at);
        }
        let mut tree = Self {
            trace_id,
            children: vec![Vec::new(); spans.len()],
            roots: Vec::new(),
            orphans: Vec::new(),
            spans,
        };
        for at in 0..tree.spans.len() {
            let span = &tree.spans[at];
            match index.get(&span.parent_span_id) {
                _ if span.parent_span_id == SpanId::INVALID => tree.roots.push(at),
                Some(parent) if *parent != at => tree.children[*parent].push(at),
                _ => tree.orphans.push(at),
            }
        }
        tree.cut_circles(&index);
        tree
    }

    /// Spans that are their own ancestors hang from nothing: the first of each circle becomes an
    /// orphan.
    fn cut_circles(&mut self, index: &HashMap<SpanId, usize>) {
        let mut seen = vec![false; self.spans.len()];
        let tops: Vec<usize> = self.roots.iter().chain(&self.orphans).copied().collect();
        self.mark(tops, &mut seen);
        for at in 0..self.spans.len() {
            if seen[at] {
                continue;
            }
            if let Some(parent) = index.get(&self.spans[at].parent_span_id) {
                self.children[*parent].retain(|child| *child != at);
            }
            self.orphans.push(at);
            self.mark(vec![at], &mut seen);
        }
    }

    fn mark(&self, mut from: Vec<usize>, seen: &mut [bool]) {
        while let Some(at) = from.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                from.extend(&self.children[at]);
            }
        }
    }

    /// The trace.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// Its spans, by start time.
    #[must_use]
    pub fn spans(&self) -> &[SpanData] {
        &self.spans
    }

    /// When the first span started; the epoch if there is none.
    #[must_use]
    pub fn start(&self) -> SystemTime {
        let first = self.spans.first();
        first.map_or(SystemTime::UNIX_EPOCH, |span| span.start_time)
    }

    /// From the start of the first span to the end of the last.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let start = self.start();
        let since_start = |span: &SpanData| span.end_time.duration_since(start).unwrap_or_default();
        self.spans.iter().map(since_start).max().unwrap_or_default()
    }

    /// Sums over the spans.
    #[must_use]
    pub fn totals(&self) -> TreeTotals {
        let mut totals = TreeTotals::default();
        for span in &self.spans {
            let facts = Facts::new(span);
            totals.errors += usize::from(facts.error.is_some());
            match facts.role {
                Role::Model => {
                    totals.model_calls += 1;
                    add(&mut totals.input_tokens, facts.tokens.input);
                    add(&mut totals.output_tokens, facts.tokens.output);
                    if let Some(cost) = facts.cost {
                        totals.cost = Some(totals.cost.unwrap_or(0.0) + cost);
                    }
                }
                Role::Tool => totals.tool_calls += 1,
                Role::Agent | Role::Other => {}
            }
        }
        totals
    }

    /// The trace in a line, for a list of many: its id, when it started (UTC), its first span's name, and the sums. Ends
    /// in a line break.
    #[must_use]
    pub fn summary(&self, style: &TreeStyle) -> String {
        render::summary(self, style)
    }

    /// A waterfall: a header, then a line a span with a bar on a time axis that all share, and
    /// below it what happened inside. Ends in a line break; text from outside cannot steer the
    /// terminal.
    #[must_use]
    pub fn render(&self, style: &TreeStyle) -> String {
        render::tree(self, style)
    }
}

fn add(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}

#[cfg(test)]
mod tests;
