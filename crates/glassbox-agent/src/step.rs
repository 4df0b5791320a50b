use glassbox_core::{
    Error, ErrorKind, FinishKind, Message, Messages, Part, Response, Result, Role, ToolCall,
    ToolCallResponse, Usage,
};
use serde::{Deserialize, Serialize};

use crate::{Limits, Outcome};

/// The state of a run: data, and nothing else. It asks for what it needs ([`next`](Run::next)) and is told what came
/// back; it never waits, calls or reads a clock. So it can be saved between any two steps and go on in another
/// process.
///
/// ```
/// use glassbox_agent::{Limits, Next, Run};
///
/// let run = Run::new("What is 6 * 7?", Limits::new());
/// assert_eq!(run.next(), Next::Model);
/// let saved = serde_json::to_string(&run)?;
/// let resumed: Run = serde_json::from_str(&saved)?;
/// assert_eq!(resumed, run);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Run {
    /// The conversation so far.
    pub messages: Messages,
    /// How far the run may go.
    pub limits: Limits,
    /// How often the model was called.
    pub steps: u32,
    /// How many tool calls were run.
    pub tool_calls: u32,
    /// What all calls of the model together have consumed.
    pub usage: Usage,
    state: State,
}

/// What a run waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// The model's answer.
    Model,
    /// The results of these calls.
    Tools(Turn),
    /// Nothing more. The calls are those that a limit kept from being run, or from being run to their end.
    Done { outcome: Outcome, pending: Turn },
}

/// The tool calls of one answer, in order.
type Turn = Vec<Served>;

/// A tool call, and its result once it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Served {
    call: ToolCall,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<ToolCallResponse>,
}

impl Served {
    /// The result, or words to the model in its place.
    fn closed(&self) -> ToolCallResponse {
        let Self { call, result } = self;
        result.clone().unwrap_or_else(|| {
            let words = "not run to its end: the run was stopped before";
            ToolCallResponse::new(call.id.as_str(), call.name.as_str(), words).with_error()
        })
    }
}

/// What a run needs next.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Next<'a> {
    /// Nothing: it has ended.
    Done(Outcome),
    /// A call of the model with the conversation as it is.
    Model,
    /// The results of these calls, each with its place in the turn. What has run already is not among them.
    Tools(Vec<(usize, &'a ToolCall)>),
}

impl Run {
    /// A run that begins with this conversation.
    pub fn new(messages: impl Into<Messages>, limits: Limits) -> Self {
        let mut run = Self {
            messages: messages.into(),
            limits,
            steps: 0,
            tool_calls: 0,
            usage: Usage::default(),
            state: State::Model,
        };
        run.apply_limits();
        run
    }

    /// What is needed next.
    #[must_use]
    pub fn next(&self) -> Next<'_> {
        match &self.state {
            State::Model => Next::Model,
            State::Tools(turn) => {
                let open = turn
                    .iter()
                    .enumerate()
                    .filter(|(_, served)| served.result.is_none());
                Next::Tools(open.map(|(place, served)| (place, &served.call)).collect())
            }
            State::Done { outcome, .. } => Next::Done(*outcome),
        }
    }

    /// Takes in the model's answer. Whether there are tool calls decides what is next, not the finish reason:
    /// providers say `stop` and mean a call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] where the response holds no answer at all, or none was asked for. What the response
    /// consumed counts all the same.
    pub fn answered(&mut self, response: &Response) -> Result<()> {
        if self.state != State::Model {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the run did not wait for an answer of the model",
            ));
        }
        self.count(response);
        let Some(message) = response.message() else {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the model's response holds no answer",
            ));
        };
        let finish = response
            .finish_reason()
            .map_or(FinishKind::Stop, |reason| reason.kind);
        let calls = message.tool_calls().cloned();
        let turn: Turn = calls.map(|call| Served { call, result: None }).collect();
        if finish == FinishKind::Length {
            self.keep_without_calls(message);
            self.stop(Outcome::Truncated);
            return Ok(());
        }
        self.messages.push(message.clone());
        self.state = match (turn.is_empty(), finish) {
            (false, _) => State::Tools(turn),
            (true, FinishKind::Pause) => State::Model,
            (true, FinishKind::ContentFilter) => done(Outcome::ContentFilter),
            (true, _) if refused(message) => done(Outcome::ContentFilter),
            (true, _) => done(Outcome::Answer),
        };
        self.apply_limits();
        Ok(())
    }

    /// Takes in the result of the tool call at this place. Results may come in any order; the model sees them in the
    /// order of the calls, once all of them are there.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] where no result of that place is waited for, or it bears another call's id.
    pub fn tool_ran(&mut self, place: usize, result: ToolCallResponse) -> Result<()> {
        let State::Tools(turn) = &mut self.state else {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the run did not wait for the results of tools",
            ));
        };
        match turn.get_mut(place) {
            Some(served) if served.result.is_none() && served.call.id == result.id => {
                served.result = Some(result);
            }
            _ => {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    "the result answers no tool call that is waited for",
                ));
            }
        }
        self.tool_calls = self.tool_calls.saturating_add(1);
        let results: Option<Vec<_>> = turn.iter().map(|served| served.result.clone()).collect();
        if let Some(results) = results {
            self.messages.push(Message::tool(results));
            self.state = State::Model;
            self.apply_limits();
        }
        Ok(())
    }

    /// Ends the run where it stands. Calls that wait stay on record, with the results that are there, so that
    /// [`extend`](Run::extend) can run the rest. A run that has ended stays as it ended.
    pub fn stop(&mut self, outcome: Outcome) {
        let pending = match std::mem::replace(&mut self.state, State::Model) {
            State::Tools(turn) => turn,
            State::Model => Turn::default(),
            ended @ State::Done { .. } => {
                self.state = ended;
                return;
            }
        };
        self.state = State::Done { outcome, pending };
    }

    /// Lets a run that did not end with an answer go on under other limits. Steps and tokens count from its
    /// beginning, so the new limits must be higher than what it has used. A run that ended with an answer stays as it
    /// is.
    pub fn extend(&mut self, limits: Limits) {
        self.limits = limits;
        if let State::Done { outcome, pending } = &mut self.state
            && !outcome.is_answer()
        {
            let pending = std::mem::take(pending);
            self.state = if pending.is_empty() {
                State::Model
            } else {
                State::Tools(pending)
            };
        }
        self.apply_limits();
    }

    /// The conversation as it can be continued by other means: calls that were not run to their end are answered with
    /// words that say so, because providers refuse a call without a result.
    #[must_use]
    pub fn conversation(&self) -> Messages {
        let mut messages = self.messages.clone();
        let turn = match &self.state {
            State::Done { pending, .. } => pending,
            State::Tools(turn) => turn,
            State::Model => return messages,
        };
        if !turn.is_empty() {
            messages.push(Message::tool(turn.iter().map(Served::closed)));
        }
        messages
    }

    /// The text of the last message, where it is the model's. Empty where it is not.
    #[must_use]
    pub fn answer(&self) -> String {
        match self.messages.last() {
            Some(message) if message.role == Role::Assistant => message.text(),
            _ => String::new(),
        }
    }

    fn count(&mut self, response: &Response) {
        let first = self.steps == 0;
        let unpriced = response.usage.cost.is_none() || (!first && self.usage.cost.is_none());
        self.steps += 1;
        self.usage.add(&response.usage);
        if let Some(cost) = &mut self.usage.cost {
            cost.partial |= unpriced;
        }
    }

    fn apply_limits(&mut self) {
        if matches!(self.state, State::Done { .. }) {
            return;
        }
        // A tool whose result nobody would read is not run.
        if self.steps >= self.limits.steps {
            self.stop(Outcome::StepLimit);
        } else if self
            .limits
            .tokens
            .is_some_and(|most| self.usage.total_tokens().unwrap_or(0) >= most)
        {
            self.stop(Outcome::TokenLimit);
        } else if let Some(outcome) = self.cost_limit() {
            self.stop(outcome);
        }
    }

    fn cost_limit(&self) -> Option<Outcome> {
        let most = self.limits.cost?;
        match self.usage.cost {
            Some(cost) if cost.total >= most => Some(Outcome::CostLimit),
            Some(cost) if cost.partial => Some(Outcome::CostUnknown),
            None if self.steps > 0 => Some(Outcome::CostUnknown),
            _ if most <= 0.0 => Some(Outcome::CostLimit),
            _ => None,
        }
    }

    fn keep_without_calls(&mut self, message: &Message) {
        let parts = message
            .parts
            .iter()
            .filter(|part| part.as_tool_call().is_none());
        let message = Message::new(Role::Assistant, parts.cloned());
        if !message.parts.is_empty() {
            self.messages.push(message);
        }
    }
}

fn done(outcome: Outcome) -> State {
    State::Done {
        outcome,
        pending: Turn::default(),
    }
}

fn refused(message: &Message) -> bool {
    message
        .parts
        .iter()
        .any(|part| matches!(part, Part::Refusal(_)))
}

#[cfg(test)]
mod tests;
