use glassbox_core::{EmbeddingResponse, Event, FinishKind, ModelInfo, Start, Usage};
use serde::{Deserialize, Serialize};

/// What is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stored {
    Answer(Box<Answer>),
    Embeddings(Box<EmbeddingResponse>),
}

impl Stored {
    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Answer(answer) => answer.bytes,
            Self::Embeddings(response) => response
                .embeddings
                .iter()
                .map(|vector| ROOM + size_of_val(&**vector))
                .sum(),
        }
    }
}

/// A completion: its events, pieces that follow each other joined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) events: Vec<Event>,
    pub(crate) usage: Usage,
    pub(crate) dropped: Vec<String>,
    pub(crate) answered_by: Option<Box<ModelInfo>>,
    bytes: usize,
    /// Whether it is one that can be given again.
    #[serde(skip)]
    spoilt: bool,
    #[serde(skip)]
    has_output: bool,
}

/// What an event takes beside its text.
const ROOM: usize = 64;

impl Answer {
    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether it may be given to the next who asks: something was said, and it was said to its end.
    pub(crate) fn is_whole(&self) -> bool {
        self.has_output && !self.spoilt
    }

    pub(crate) fn started(&mut self, start: &Start) {
        self.dropped.clone_from(&start.dropped);
        self.answered_by.clone_from(&start.answered_by);
    }

    /// Takes in an event that passes. A piece of text takes room in what is there, mostly.
    pub(crate) fn push(&mut self, event: &Event) {
        self.has_output |= event.is_output();
        match (self.events.last_mut(), event) {
            (_, Event::Start(_) | Event::End) => return,
            (_, Event::Usage(usage)) => return self.usage.update(usage),
            (_, Event::Finish { reason, .. }) => {
                // A word that we do not know is mostly a host's own for the end.
                use FinishKind::{Other, Stop, ToolCall};
                self.spoilt |= !matches!(reason.kind, Stop | ToolCall | Other);
            }
            (
                Some(Event::Text {
                    choice: of,
                    delta: text,
                    ..
                }),
                Event::Text { choice, delta, .. },
            )
            | (
                Some(Event::Reasoning {
                    choice: of,
                    delta: text,
                    ..
                }),
                Event::Reasoning { choice, delta, .. },
            ) if of == choice => {
                self.bytes += delta.len();
                return text.push_str(delta);
            }
            (
                Some(Event::Arguments {
                    choice: of,
                    call: number,
                    delta: text,
                    ..
                }),
                Event::Arguments {
                    choice,
                    call,
                    delta,
                    ..
                },
            ) if (&*of, &*number) == (choice, call) => {
                self.bytes += delta.len();
                return text.push_str(delta);
            }
            _ => {}
        }
        self.bytes += ROOM + size(event);
        self.events.push(event.clone());
    }
}

/// How long the text of an event is, or about that.
fn size(event: &Event) -> usize {
    match event {
        Event::Text { delta, .. }
        | Event::Reasoning { delta, .. }
        | Event::Arguments { delta, .. } => delta.len(),
        Event::ToolCall { id, name, .. } => id.len() + name.len(),
        // Rare ones, whatever they hold.
        other => serde_json::to_vec(other).map_or(0, |text| text.len()),
    }
}
