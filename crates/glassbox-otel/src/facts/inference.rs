use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use glassbox_core::{Delivery, Event, FinishReason, Fold, Message, Request, Role, Start, Usage};
use glassbox_price::Prices;

use super::{Facts, Identity, Record, Route, Said, Tariff};
use crate::content::{Capture, Contents, History, Policy, Told};
use crate::scope::{Answer, Ongoing, Scope};

/// One call of a completion model.
#[derive(Debug)]
pub(crate) struct Inference {
    pub(crate) who: Arc<Identity>,
    pub(crate) request: Request,
    pub(crate) said: Said,
    pub(crate) usage: Usage,
    pub(crate) route: Route,
    tariff: Arc<Tariff>,
    /// Why each answer stopped, as far as it did.
    pub(crate) finish: Vec<Option<FinishReason>>,
    /// From the call to the first piece of an incremental answer.
    pub(crate) first_chunk: Option<Duration>,
    /// This call, as calls below it see it.
    pub(crate) ongoing: Arc<Ongoing>,
    /// The call that this one is part of: a router's, say.
    pub(crate) above: Option<Arc<Ongoing>>,
    /// Whether the answer was recorded by a call below, which then carries the usage.
    pub(crate) repeats: bool,
    /// The answer as it comes, where its content is wanted.
    answer: Option<Fold>,
    /// What the run that this is part of has recorded.
    told: Option<Arc<Mutex<Told>>>,
    /// What the provider said when it failed.
    pub(crate) failure: Option<String>,
}

/// More answers than any provider gives: a hostile index must not make us allocate.
const MOST_CHOICES: usize = 256;

/// Providers whose APIs take the instructions apart from the conversation.
const INSTRUCTIONS_APART: &[&str] = &[
    "anthropic",
    "aws.bedrock",
    "gcp.gemini",
    "gcp.gen_ai",
    "gcp.vertex_ai",
];

impl Inference {
    pub(crate) fn new(
        who: Arc<Identity>,
        tariff: Arc<Tariff>,
        request: Request,
        around: &Scope,
        wanted: bool,
    ) -> Self {
        Self {
            ongoing: Arc::new(Ongoing::new(Arc::clone(&who), request.messages.clone())),
            above: around.inference().cloned(),
            repeats: false,
            who,
            request,
            said: Said::default(),
            usage: Usage::default(),
            route: Route::default(),
            tariff,
            finish: Vec::new(),
            first_chunk: None,
            answer: wanted.then(Fold::new),
            told: around.told.clone(),
            failure: None,
        }
    }

    pub(crate) fn is_incremental(&self) -> bool {
        self.request.delivery == Delivery::Incremental
    }

    /// Who answers.
    pub(crate) fn by(&self) -> &Identity {
        self.route.answerer.as_ref().unwrap_or(&self.who)
    }

    /// Whether its usage counts here: a call below may have recorded it, and nobody is asked for what a cache has.
    pub(crate) fn is_billed(&self) -> bool {
        !self.repeats && self.usage.saved.is_none()
    }

    pub(crate) fn started(&mut self, start: &Start) {
        self.route.started(start, &self.who);
    }

    /// Learns from an event that passes, and says whether it is a chunk of an incremental answer.
    pub(crate) fn observe(&mut self, event: &Event) -> bool {
        if let Some(answer) = &mut self.answer {
            answer.push(event.clone());
        }
        match event {
            Event::Start(_) | Event::End => return false,
            Event::Meta(meta) => self.said.update(meta),
            Event::Usage(usage) => self.usage.update(usage),
            Event::Finish { choice, reason, .. } => {
                if let Some(finish) = self.choice(*choice) {
                    *finish = Some(reason.clone());
                }
            }
            Event::Text { choice, .. }
            | Event::Reasoning { choice, .. }
            | Event::Part { choice, .. }
                if self.finish.len() <= *choice as usize =>
            {
                self.choice(*choice);
            }
            _ => {}
        }
        self.is_incremental()
    }

    fn choice(&mut self, choice: u32) -> Option<&mut Option<FinishReason>> {
        let index = choice as usize;
        if index >= MOST_CHOICES {
            return None;
        }
        if self.finish.len() <= index {
            self.finish.resize(index + 1, None);
        }
        self.finish.get_mut(index)
    }

    fn takes_instructions_apart(&self) -> bool {
        let responses = self.who.api == Some(glassbox_core::Api::Responses);
        responses || INSTRUCTIONS_APART.contains(&&*self.who.provider)
    }

    /// How many messages of the request stand on earlier spans of the run. From here on this call's do too.
    fn earlier(&self, answers: &[Message]) -> usize {
        let Some(told) = &self.told else { return 0 };
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        let messages = &self.request.messages;
        let mut earlier = messages.shared_beginning(&told.messages);
        // The message in which the last answer came back.
        if earlier == told.messages.len() {
            let answered = messages.iter().skip(earlier).take(told.answers);
            earlier += answered
                .take_while(|message| message.role == Role::Assistant)
                .count();
        }
        told.messages = messages.clone();
        told.answers = answers.len().min(1);
        earlier
    }
}

impl Record for Inference {
    fn facts(&self) -> Facts<'_> {
        Facts::Inference(self)
    }

    fn contents(&mut self, policy: &Policy) -> Contents {
        let capture = Capture(policy);
        let response = self
            .answer
            .take()
            .map(Fold::into_partial)
            .unwrap_or_default();
        let answers: Vec<Message> = response
            .choices
            .iter()
            .map(|choice| choice.message.clone())
            .collect();
        let earlier = match policy.history {
            History::Full => 0,
            History::New => self.earlier(&answers),
        };
        let messages = &self.request.messages;
        let (instructions, apart) = if earlier == 0 && self.takes_instructions_apart() {
            capture.instructions(messages)
        } else {
            (None, 0)
        };
        let input = capture.messages(messages.iter().skip(earlier.max(apart)));
        let variables = self.request.prompt.as_ref().map(|prompt| &prompt.variables);
        Contents {
            instructions,
            input: Some(input),
            earlier,
            output: capture.answers(&response),
            tools: capture.tools(&self.request.tools),
            variables: variables
                .into_iter()
                .flatten()
                .filter_map(|(key, value)| Some((key.clone(), capture.text(value)?)))
                .collect(),
            failure: self.failure.take().and_then(|said| capture.text(&said)),
            ..Contents::default()
        }
    }

    fn closing(&mut self, prices: &Prices) {
        let tier = self.request.parameters.service_tier.as_deref();
        self.route.price(
            &mut self.usage,
            &self.who,
            &self.said,
            tier,
            &self.tariff,
            prices,
        );
        let answer = Answer {
            id: self.said.id.clone(),
            usage: self.usage.clone(),
        };
        self.repeats = self.ongoing.repeats(&answer);
        if let Some(above) = &self.above {
            above.answered_below(answer);
        }
    }
}
