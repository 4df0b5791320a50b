//! The grammar of [`Event`]s as assertions, for who makes streams of them.

use std::collections::HashSet;

use glassbox_core::{Event, Usage};

/// Asserts that the events of an answer that ended obey the grammar of [`Event`], its one [`Event::End`] included.
///
/// # Panics
///
/// Where they do not.
pub fn assert_complete(events: &[Event]) {
    assert_begun(events);
    let ends = events.iter().filter(|event| **event == Event::End).count();
    assert_eq!(ends, 1, "an answer ends once: {events:?}");
    assert_eq!(events.last(), Some(&Event::End), "nothing follows the end");
}

/// Asserts that the events of an answer that may not have ended obey the grammar, as far as they go.
///
/// # Panics
///
/// Where they do not.
pub fn assert_begun(events: &[Event]) {
    let starts = events
        .iter()
        .filter(|event| matches!(event, Event::Start(_)));
    if let Some(first) = events.first() {
        assert!(matches!(first, Event::Start(_)), "begins with {first:?}");
        assert_eq!(starts.count(), 1, "an answer starts once");
    }
    let mut calls = HashSet::new();
    for event in events {
        match event {
            Event::ToolCall {
                choice, call, id, ..
            } => {
                assert!(calls.insert((*choice, *call)), "call {call} begins twice");
                assert!(!id.is_empty(), "call {call} has no id");
            }
            Event::Arguments { choice, call, .. }
            | Event::Opaque {
                choice,
                call: Some(call),
                ..
            } => assert!(
                calls.contains(&(*choice, *call)),
                "call {call} has not begun: {event:?}"
            ),
            _ => {}
        }
    }
}

/// Asserts what a host that is in order also does: it says why an answer stopped, it names the tools that are called,
/// and its usage is a running total.
///
/// # Panics
///
/// Where it does not.
pub fn assert_told(events: &[Event]) {
    let finished = |event: &Event| matches!(event, Event::Finish { .. });
    assert!(events.iter().any(finished), "no finish reason: {events:?}");
    let mut usage = Usage::default();
    for event in events {
        match event {
            Event::ToolCall { call, name, .. } => {
                assert!(!name.is_empty(), "call {call} has no name");
            }
            Event::Usage(later) => {
                assert_grows(&usage, later);
                usage.update(later);
            }
            _ => {}
        }
    }
}

fn assert_grows(before: &Usage, later: &Usage) {
    let counts = |usage: &Usage| [usage.input_tokens, usage.output_tokens];
    for (before, later) in counts(before).into_iter().zip(counts(later)) {
        let shrinks = later.is_some() && later < before;
        assert!(!shrinks, "a total shrinks: {before:?}, then {later:?}");
    }
}
