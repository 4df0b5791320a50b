//! Prints traces as they end.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::{SpanTree, TreeStyle};
use crate::pipeline::is_local_root;

/// Spans held back at most, over all traces. Beyond this they are printed as they are.
const MOST_HELD: usize = 20_000;

/// Prints each trace as a [`SpanTree`] when its local root has ended. What is still incomplete is
/// printed at a flush and at shutdown; a span that ends after its root is printed then too.
pub struct TreeExporter {
    target: String,
    style: TreeStyle,
    state: Mutex<State>,
}

struct State {
    writer: Box<dyn Write + Send>,
    traces: HashMap<TraceId, Vec<SpanData>>,
    held: usize,
}

impl TreeExporter {
    /// Writes to `writer`, in the default [`TreeStyle`].
    #[must_use]
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self {
            target: "tree".to_owned(),
            style: TreeStyle::default(),
            state: Mutex::new(State {
                writer: Box::new(writer),
                traces: HashMap::new(),
                held: 0,
            }),
        }
    }

    /// Writes to standard error, in the default [`TreeStyle`].
    #[must_use]
    pub fn stderr() -> Self {
        Self {
            target: "stderr".to_owned(),
            ..Self::new(io::stderr())
        }
    }

    /// Writes to standard error, in the style that suits this terminal
    /// ([`TreeStyle::from_env`]).
    #[must_use]
    pub fn from_env() -> Self {
        Self::stderr().with_style(TreeStyle::from_env(io::stderr().is_terminal()))
    }

    /// Sets how it looks.
    #[must_use]
    pub fn with_style(mut self, style: TreeStyle) -> Self {
        self.style = style;
        self
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, batch: Vec<SpanData>) -> io::Result<()> {
        let mut state = self.lock();
        let mut ended = Vec::new();
        state.held += batch.len();
        for span in batch {
            let trace_id = span.span_context.trace_id();
            if is_local_root(&span) && !ended.contains(&trace_id) {
                ended.push(trace_id);
            }
            state.traces.entry(trace_id).or_default().push(span);
        }
        if state.held > MOST_HELD {
            return state.print_all(self.style);
        }
        // The trace is over for every root that has ended, not for its other roots.
        let complete = ended.into_iter().filter_map(|trace_id| {
            let spans = state.traces.remove(&trace_id)?;
            let (complete, open) = split(spans);
            if !open.is_empty() {
                state.traces.insert(trace_id, open);
            }
            state.held -= complete.len();
            Some(SpanTree::new(trace_id, complete))
        });
        let complete: Vec<SpanTree> = complete.collect();
        state.print(&complete, self.style)
    }

    fn print_all(&self) -> OTelSdkResult {
        result(self.lock().print_all(self.style))
    }
}

impl State {
    fn print_all(&mut self, style: TreeStyle) -> io::Result<()> {
        self.held = 0;
        let traces = mem::take(&mut self.traces).into_iter();
        let mut trees: Vec<SpanTree> = traces
            .map(|(trace_id, spans)| SpanTree::new(trace_id, spans))
            .collect();
        trees.sort_by_key(SpanTree::start);
        self.print(&trees, style)
    }

    fn print(&mut self, trees: &[SpanTree], style: TreeStyle) -> io::Result<()> {
        if trees.is_empty() {
            return Ok(());
        }
        let text: String = trees.iter().map(|tree| tree.render(&style)).collect();
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }
}

/// The spans below a local root that is among them, and the others: those whose parent is still
/// open.
fn split(spans: Vec<SpanData>) -> (Vec<SpanData>, Vec<SpanData>) {
    let mut children: HashMap<SpanId, Vec<SpanId>> = HashMap::new();
    let mut below = HashSet::new();
    let mut stack = Vec::new();
    for span in &spans {
        let id = span.span_context.span_id();
        if is_local_root(span) {
            stack.push(id);
        } else {
            children.entry(span.parent_span_id).or_default().push(id);
        }
    }
    while let Some(id) = stack.pop() {
        if below.insert(id) {
            stack.extend(children.remove(&id).into_iter().flatten());
        }
    }
    spans
        .into_iter()
        .partition(|span| below.contains(&span.span_context.span_id()))
}

impl fmt::Debug for TreeExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeExporter")
            .field("target", &self.target)
            .field("style", &self.style)
            .finish_non_exhaustive()
    }
}

impl SpanExporter for TreeExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        result(self.take(batch))
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.print_all()
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.print_all()
    }
}

fn result(written: io::Result<()>) -> OTelSdkResult {
    written.map_err(|error| OTelSdkError::InternalFailure(error.to_string()))
}

#[cfg(test)]
mod tests;
