//! `demo/offline`: an embedded model that needs no key and no network, to see an agent and its trace at work.
//!
//! It understands arithmetic and conversions of units, works them out *through the tools* `calculate` and
//! `convert_units`, and words its answer from what the tools gave. Asked anything else, it says what it is and how to
//! name a real model. The same request always gets the same answer.
//!
//! What it cannot do at all (see images, give JSON or several answers, stop at a text, continue an earlier response, be
//! made to call a tool) it treats as [`Request::unsupported`] says.

mod answer;
mod demands;
mod prompt;

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use glassbox_core::{
    Capabilities, CompletionModel, Delivery, Error, ErrorKind, Event, EventStream, FinishKind,
    Meta, ModelInfo, Request, Result, Start, Usage,
};

use answer::Answer;

/// The embedded model. See the [module](self).
#[derive(Clone, Debug)]
pub struct DemoModel {
    info: ModelInfo,
    pace: Duration,
}

/// About how many bytes of English text make a token, which is all that a model without a tokenizer can say.
const BYTES_PER_TOKEN: usize = 4;

/// How long `demo/slow` takes for a piece of an answer: 40 tokens a second.
const SLOW: Duration = Duration::from_millis(25);

impl DemoModel {
    /// The demo model of this name: `offline`, which answers at once, or `slow`, which takes the time a real model
    /// might.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] for any other name.
    pub fn new(name: &str) -> Result<Self> {
        let pace = match name {
            "offline" => Duration::ZERO,
            "slow" => SLOW,
            _ => {
                let message = format!(
                    "there is no model `demo/{name}`; there are `demo/offline` and `demo/slow`"
                );
                return Err(Error::new(ErrorKind::Configuration, message));
            }
        };
        let mut capabilities = Capabilities::default();
        capabilities.incremental = true;
        capabilities.tools = true;
        capabilities.parallel_tool_calls = true;
        Ok(Self {
            info: ModelInfo::new("demo", name).with_capabilities(capabilities),
            pace,
        })
    }
}

#[async_trait]
impl CompletionModel for DemoModel {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let pace = self.pace;
        let mut start = Start::new();
        start.dropped = demands::check(&request)?;
        let events = self.script(&request, start);
        let paced = stream::iter(events).then(move |event| async move {
            if event.is_output() && !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            Ok(event)
        });
        Ok(Box::pin(paced))
    }
}

impl DemoModel {
    fn script(&self, request: &Request, start: Start) -> Vec<Event> {
        let incremental = request.delivery == Delivery::Incremental;
        let answer = Answer::to(request);
        let id = format!("demo-{:016x}", fingerprint(request));
        let mut events = vec![
            Event::Start(Box::new(start)),
            Event::Meta(Box::new(Meta::new(Some(id), Some(self.info.model.clone())))),
        ];
        let mut output = 0;
        let finish = match answer {
            Answer::Text(text) => {
                output += text.len();
                events.extend(pieces(&text, incremental).map(Event::text));
                FinishKind::Stop
            }
            Answer::Calls(calls) => {
                for (number, call) in (0u32..).zip(calls) {
                    output += call.name.len() + call.arguments.as_str().len();
                    events.push(Event::tool_call(0, number, call.id, call.name));
                    let arguments = pieces(call.arguments.as_str(), incremental);
                    events.extend(arguments.map(|piece| Event::arguments(0, number, piece)));
                }
                FinishKind::ToolCall
            }
        };
        events.push(Event::finish(0, finish));
        let tokens = |bytes: usize| bytes.div_ceil(BYTES_PER_TOKEN) as u64;
        events.push(Event::Usage(Box::new(Usage::new(
            tokens(prompt_bytes(request)),
            tokens(output),
        ))));
        events.push(Event::End);
        events
    }
}

/// The words of a text, each with the space behind it; or the text itself where it is wanted whole.
fn pieces(text: &str, incremental: bool) -> impl Iterator<Item = &str> {
    let words = incremental.then(|| text.split_inclusive(' '));
    let whole = (!incremental).then_some(text);
    words
        .into_iter()
        .flatten()
        .chain(whole)
        .filter(|piece| !piece.is_empty())
}

fn prompt_bytes(request: &Request) -> usize {
    let messages = request
        .messages
        .iter()
        .map(|message| json_bytes(&message.parts));
    messages.sum::<usize>() + request.tools.iter().map(json_bytes).sum::<usize>()
}

/// How long a value is as JSON, counted without being kept.
fn json_bytes(value: &impl serde::Serialize) -> usize {
    struct Counter(usize);

    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let mut counter = Counter(0);
    // Counting cannot fail, and a value that cannot be serialised has no length worth counting.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

/// FNV-1a over the conversation's length and last text: enough to tell responses apart.
fn fingerprint(request: &Request) -> u64 {
    let last = request
        .messages
        .last()
        .map(|message| format!("{message:?}"))
        .unwrap_or_default();
    let length = request.messages.len().to_string();
    let bytes = length.bytes().chain(last.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
