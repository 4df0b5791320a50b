use std::sync::Arc;

use glassbox_agent::{Agent, Outcome, Run};
use glassbox_core::{Choice, FinishReason, Message, Messages, Part, Response, Role, Usage};
use glassbox_price::{Call, Prices};

use super::{Facts, Record, Tariff};
use crate::content::{Capture, Contents, Policy};

/// One run of an agent.
#[derive(Debug)]
pub(crate) struct AgentRun {
    pub(crate) agent: Agent,
    pub(crate) provider: Arc<str>,
    /// What it began with.
    pub(crate) run: Run,
    pub(crate) steps: u32,
    pub(crate) tool_calls: u32,
    pub(crate) usage: Usage,
    tariff: Tariff,
    /// Whether `usage` is to be recorded.
    pub(crate) with_usage: bool,
    /// Why the last answers stopped.
    pub(crate) finish: Vec<Option<FinishReason>>,
    pub(crate) outcome: Option<Outcome>,
    /// The conversation when it ended.
    ended: Option<Messages>,
}

impl AgentRun {
    pub(crate) fn new(agent: Agent, run: Run, with_usage: bool) -> Self {
        Self {
            provider: Arc::from(&*agent.model.info().provider),
            agent,
            run,
            steps: 0,
            tool_calls: 0,
            usage: Usage::default(),
            tariff: Tariff::default(),
            with_usage,
            finish: Vec::new(),
            outcome: None,
            ended: None,
        }
    }

    /// The model is called again, so what the last answer stopped for is not the last word.
    pub(crate) fn stepped(&mut self) {
        self.steps += 1;
        self.finish.clear();
    }

    pub(crate) fn answered(&mut self, response: &Response, prices: &Prices) {
        let mut usage = response.usage.clone();
        usage.cost = usage.cost.or_else(|| {
            let answerer = response.start.answered_by.as_deref();
            let info = answerer.unwrap_or_else(|| self.agent.model.info());
            let call = Call::new(&info.provider, &info.model)
                .with_answered(response.model())
                .with_service_tier(response.meta.service_tier.as_deref());
            match answerer {
                // What was looked up is of the one who was asked.
                Some(_) => prices.cost(&call, &usage),
                None => self.tariff.cost(prices, &call, &usage),
            }
        });
        let unpriced = usage.cost.is_none() || (self.steps > 1 && self.usage.cost.is_none());
        self.usage.add(&usage);
        if let Some(cost) = &mut self.usage.cost {
            cost.partial |= unpriced;
        }
        self.finish = response
            .choices
            .iter()
            .map(|choice| choice.finish_reason.clone())
            .collect();
    }

    pub(crate) fn ended(&mut self, outcome: Outcome, messages: &Messages) {
        self.outcome = Some(outcome);
        self.ended = Some(messages.clone());
    }

    /// The limit that ended it, in its own unit: steps, tokens, seconds or US dollars.
    pub(crate) fn limit(&self) -> Option<f64> {
        let limits = &self.run.limits;
        match self.outcome? {
            Outcome::CostLimit | Outcome::CostUnknown => limits.cost,
            Outcome::StepLimit => Some(f64::from(limits.steps)),
            Outcome::TimeLimit => limits.time.map(|time| time.as_secs_f64()),
            // No count of tokens comes near what a float cannot tell apart.
            Outcome::TokenLimit => limits.tokens.map(|tokens| tokens as f64),
            _ => None,
        }
    }

    /// The answer that it ended with, if it did: the last message, where that is the model's and asks for nothing.
    fn answer(&self) -> Option<Choice> {
        let messages = self.ended.as_ref()?;
        let last = messages.last()?;
        let is_answer = last.role == Role::Assistant && last.tool_calls().next().is_none();
        let reason = self.finish.first().cloned().flatten();
        is_answer.then(|| Choice::new(last.clone(), reason))
    }
}

impl Record for AgentRun {
    fn facts(&self) -> Facts<'_> {
        Facts::Agent(self)
    }

    fn contents(&mut self, policy: &Policy) -> Contents {
        let capture = Capture(policy);
        let instructions = self.agent.system.as_deref();
        let part = instructions.and_then(|text| capture.part(&Part::text(text)));
        // The agent puts its instructions before the conversation; they are recorded as what they are.
        let own = instructions.map(Message::system);
        let messages = &self.run.messages;
        let apart = usize::from(own.is_some() && messages.iter().next() == own.as_ref());
        let mut response = Response::default();
        response.choices.extend(self.answer());
        Contents {
            instructions: part.map(|part| [part].into_iter().collect()),
            input: Some(capture.messages(messages.iter().skip(apart))),
            output: capture.answers(&response),
            tools: capture.tools(&self.agent.tools.specs()),
            ..Contents::default()
        }
    }
}
