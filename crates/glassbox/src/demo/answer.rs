use std::fmt::Write as _;

use glassbox_core::{Message, Part, Request, Role, ToolCall, ToolCallResponse, ToolChoice};
use serde_json::json;

use super::prompt::{Task, tasks};

/// What the demo model answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Calls(Vec<ToolCall>),
    Text(String),
}

const CALCULATE: &str = "calculate";
const CONVERT_UNITS: &str = "convert_units";

const INTRODUCTION: &str = "I am demo/offline, a model inside Glassbox that needs no key and no network. I can do \
     arithmetic and convert units, with tools: try \"What is 42 * 7, and convert that many km to miles?\". For \
     anything else name a real model, for example --model openai/gpt-4o-mini with OPENAI_API_KEY set, or --model \
     openai-compatible/NAME --base-url http://localhost:11434/v1 for a server of your own.";

impl Answer {
    /// The answer to a request: calls for what can be worked out now, or the words for what has been.
    pub(super) fn to(request: &Request) -> Self {
        let messages: Vec<&Message> = request.messages.iter().collect();
        let asked = messages
            .iter()
            .rposition(|message| message.role == Role::User);
        let Some(asked) = asked else {
            return Self::Text(INTRODUCTION.to_owned());
        };
        let tasks = tasks(&messages[asked].text());
        if tasks.is_empty() {
            return Self::Text(INTRODUCTION.to_owned());
        }
        if let Some(tool) = tasks
            .iter()
            .map(tool_of)
            .find(|tool| !may_call(request, tool))
        {
            return Self::Text(format!(
                "I would need the tool `{tool}` for that, and I may not call it."
            ));
        }
        let results = Results::of(&messages[asked..]);
        let calls = calls(&tasks, &results);
        if calls.is_empty() {
            Self::Text(words(&tasks, &results))
        } else {
            Self::Calls(calls)
        }
    }
}

fn may_call(request: &Request, tool: &str) -> bool {
    request.tool_choice != ToolChoice::None && request.tools.iter().any(|spec| spec.name == tool)
}

fn tool_of(task: &Task) -> &'static str {
    match task {
        Task::Calculate(_) => CALCULATE,
        Task::Convert { .. } => CONVERT_UNITS,
    }
}

/// What the tools have given so far, by the ids of the calls.
struct Results<'a>(Vec<&'a ToolCallResponse>);

impl<'a> Results<'a> {
    fn of(messages: &[&'a Message]) -> Self {
        let parts = messages.iter().flat_map(|message| &message.parts);
        let responses = parts.filter_map(|part| match part {
            Part::ToolCallResponse(response) => Some(response),
            _ => None,
        });
        Self(responses.collect())
    }

    fn get(&self, task: usize) -> Option<&'a ToolCallResponse> {
        let id = call_id(task);
        self.0
            .iter()
            .rev()
            .copied()
            .find(|response| response.id == id)
    }

    /// The number that a task gave. `None` while it has none, or has failed.
    fn number(&self, task: usize) -> Option<f64> {
        let response = self.get(task).filter(|response| !response.is_error)?;
        response.to_text().split_whitespace().next()?.parse().ok()
    }

    /// The number that "that" stands for in a task: what the one before it gave.
    fn before(&self, task: usize) -> Option<f64> {
        (0..task).rev().find_map(|earlier| self.number(earlier))
    }
}

fn call_id(task: usize) -> String {
    format!("call_{}", task + 1)
}

/// The calls of every task that is not done and has what it needs.
fn calls(tasks: &[Task], results: &Results<'_>) -> Vec<ToolCall> {
    let open = tasks
        .iter()
        .enumerate()
        .filter(|(at, _)| results.get(*at).is_none());
    let calls = open.filter_map(|(at, task)| {
        let arguments = match task {
            Task::Calculate(expression) => json!({ "expression": expression }),
            Task::Convert { value, from, to } => {
                let value = value.or_else(|| results.before(at))?;
                json!({ "value": value, "from_unit": from, "to_unit": to })
            }
        };
        Some(ToolCall::new(call_id(at), tool_of(task), arguments))
    });
    calls.collect()
}

fn words(tasks: &[Task], results: &Results<'_>) -> String {
    let mut text = String::new();
    for (at, task) in tasks.iter().enumerate() {
        if at > 0 {
            text.push_str(if at + 1 == tasks.len() {
                ", and "
            } else {
                ", "
            });
        }
        let Some(response) = results.get(at) else {
            text.push_str("there was no number to convert");
            continue;
        };
        let said = response.to_text();
        let _ = match task {
            _ if response.is_error => write!(text, "that did not work out: {said}"),
            Task::Calculate(expression) => write!(text, "{expression} = {said}"),
            Task::Convert { value, from, .. } => {
                let value = value.or_else(|| results.before(at)).unwrap_or_default();
                write!(text, "{value} {from} is {}", rounded(&said))
            }
        };
    }
    let mut sentence = text.trim().to_owned();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// `182.6831 miles` as `182.68 miles`: two decimals are enough to speak of, unless they would be all there is.
fn rounded(said: &str) -> String {
    let Some((number, unit)) = said.split_once(' ') else {
        return said.to_owned();
    };
    match number.parse::<f64>() {
        Ok(value) if value.abs() >= 1.0 => {
            let two = format!("{value:.2}");
            format!("{} {unit}", two.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => said.to_owned(),
    }
}
