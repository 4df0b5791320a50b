use std::sync::Arc;

use glassbox_core::{Messages, Part};
use opentelemetry::KeyValue;
use serde_json::Value;

use super::{Facts, Record};
use crate::content::{Capture, Contents, Policy};
use crate::step::MemoryOperation;

/// A step of the user's own.
#[derive(Debug)]
pub(crate) struct StepTaken {
    pub(crate) kind: StepKind,
    /// The data source, the workflow or the agent.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) provider: Option<Arc<str>>,
    pub(crate) model: Option<Arc<str>>,
    pub(crate) address: Option<Arc<str>>,
    pub(crate) port: Option<u16>,
    /// The record of a memory, or the agent.
    pub(crate) id: Option<Arc<str>>,
    pub(crate) store: Option<Arc<str>>,
    pub(crate) description: Option<Arc<str>>,
    pub(crate) version: Option<Arc<str>>,
    pub(crate) top_k: Option<u32>,
    pub(crate) record_count: Option<u64>,
    /// The user's own.
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) said: Spoken,
}

/// What was said in a step.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    pub(crate) query: Option<String>,
    /// The documents, or records, that were found.
    pub(crate) found: Option<Vec<Value>>,
    pub(crate) input: Option<Messages>,
    pub(crate) output: Option<Messages>,
    pub(crate) instructions: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    CreateAgent,
    Memory(MemoryOperation),
    Plan,
    Retrieval,
    Workflow,
}

impl StepTaken {
    pub(crate) fn new(kind: StepKind, name: Option<Arc<str>>) -> Self {
        Self {
            kind,
            name,
            provider: None,
            model: None,
            address: None,
            port: None,
            id: None,
            store: None,
            description: None,
            version: None,
            top_k: None,
            record_count: None,
            attributes: Vec::new(),
            said: Spoken::default(),
        }
    }
}

impl Record for StepTaken {
    fn facts(&self) -> Facts<'_> {
        Facts::Step(self)
    }

    fn contents(&mut self, policy: &Policy) -> Contents {
        let capture = Capture(policy);
        let said = std::mem::take(&mut self.said);
        let instructions = said.instructions.as_deref().map(Part::text);
        let instructions = instructions.and_then(|part| capture.part(&part));
        Contents {
            instructions: instructions.map(|part| [part].into_iter().collect()),
            input: said.input.map(|messages| capture.messages(&messages)),
            output: said.output.map(|messages| capture.results(&messages)),
            query: said.query.and_then(|query| capture.text(&query)),
            found: said.found.map(|found| capture.found(found)),
            ..Contents::default()
        }
    }
}
