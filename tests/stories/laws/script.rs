//! Scripts: one run of an agent as it will go, made at random and made smaller where a law breaks.

use std::time::Duration;

use glassbox::otel::{Events, History};
use glassbox::{
    Content, Cost, CostSource, Delivery, Event, FinishKind, Limits, Meta, Retry, Start, Usage,
    Vocabulary,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{option, sample};

use super::CANARY;

/// One run.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// What the model answers, one answer a call. After the last one it says that it is done.
    pub(super) answers: Vec<Answer>,
    /// Whether the model only passes on what another, recorded one says.
    pub(super) routed: bool,
    pub(super) limits: Limits,
    pub(super) delivery: Delivery,
    pub(super) following: Following,
    pub(super) recorder: Recorder,
}

/// What a model answers.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) reasons: bool,
    pub(super) text: &'static str,
    pub(super) calls: Vec<Call>,
    /// How many answers, all of the same text.
    pub(super) choices: u32,
    /// What it reports; a later report replaces an earlier one.
    pub(super) usages: Vec<Usage>,
    pub(super) named: bool,
    /// Before each event.
    pub(super) pace: Duration,
    pub(super) ending: Ending,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Ending {
    Broken,
    Cut,
    End,
    Hang,
    Refused,
}

/// A tool call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Call {
    Add,
    /// Asks an agent in this task.
    Ask,
    /// Arguments that do not fit the schema.
    Bad,
    Fail,
    /// Leaves work behind in a task of its own.
    Leave,
    /// Arguments that are no JSON.
    NoJson,
    Panic,
    /// Asks an agent in another task and waits for it.
    Spawn,
    Unknown,
    Wait,
}

impl Call {
    const ALL: [Self; 10] = [
        Self::Add,
        Self::Ask,
        Self::Bad,
        Self::Fail,
        Self::Leave,
        Self::NoJson,
        Self::Panic,
        Self::Spawn,
        Self::Unknown,
        Self::Wait,
    ];

    /// The tool's name and the arguments.
    fn told(self) -> (&'static str, String) {
        match self {
            Self::Add => ("add", r#"{"a":1,"b":2}"#.to_owned()),
            Self::Ask => ("ask", "{}".to_owned()),
            Self::Bad => ("add", format!(r#"{{"a":"{CANARY}"}}"#)),
            Self::Fail => ("fail", "{}".to_owned()),
            Self::Leave => ("leave", "{}".to_owned()),
            Self::NoJson => ("add", format!("{{\"a\": {CANARY}")),
            Self::Panic => ("panic", "{}".to_owned()),
            Self::Spawn => ("spawn", "{}".to_owned()),
            Self::Unknown => (CANARY, "{}".to_owned()),
            Self::Wait => ("wait", "{}".to_owned()),
        }
    }
}

/// Who follows the run, and how far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Following {
    /// Whether each event is wanted, or the result alone.
    pub(super) live: bool,
    /// Whether another task than the one that asked for the run polls it.
    pub(super) elsewhere: bool,
    pub(super) until: Until,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    End,
    /// Dropped after so many polls.
    Polls(usize),
    /// Dropped after so long.
    Time(Duration),
}

/// How it is recorded.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    pub(super) content: Content,
    pub(super) history: History,
    pub(super) vocabularies: Vec<Vocabulary>,
    pub(super) events: Events,
    pub(super) details: Option<bool>,
    pub(super) agent_usage: bool,
}

impl Answer {
    /// What a script ends with.
    pub(super) fn last() -> Self {
        Self {
            reasons: false,
            text: "done",
            calls: Vec::new(),
            choices: 1,
            usages: vec![Usage::new(7, 3)],
            named: false,
            pace: Duration::ZERO,
            ending: Ending::End,
        }
    }

    /// Its events, up to where it breaks. `at` tells it from the others.
    pub(super) fn events(&self, at: usize, delivery: Delivery) -> Vec<Event> {
        let id = self.named.then(|| format!("r{at}"));
        let mut start = Start::new();
        if at == 1 {
            start.retries.push(Retry::new(
                1,
                glassbox::ErrorKind::Overloaded,
                Some(503),
                Duration::ZERO,
                Duration::from_millis(1),
            ));
        }
        let mut events = vec![
            Event::Start(Box::new(start)),
            Event::Meta(Box::new(Meta::new(id, Some("script-2".to_owned())))),
        ];
        for choice in 0..self.choices {
            if self.reasons {
                events.push(Event::reasoning(choice, CANARY));
            }
            let middle = (1..self.text.len()).find(|at| self.text.is_char_boundary(*at));
            let pieces = match (middle, delivery) {
                (Some(at), Delivery::Incremental) => vec![&self.text[..at], &self.text[at..]],
                _ => vec![self.text],
            };
            events.extend(
                pieces
                    .into_iter()
                    .map(|piece| Event::text_of(choice, piece)),
            );
        }
        for (number, call) in (0..).zip(&self.calls) {
            let (name, arguments) = call.told();
            events.push(Event::tool_call(0, number, format!("c{at}.{number}"), name));
            events.push(Event::arguments(0, number, arguments));
        }
        let mut usages = self.usages.iter().cloned();
        events.extend(usages.next().map(|usage| Event::Usage(Box::new(usage))));
        if matches!(self.ending, Ending::End) {
            let finish = |choice| Event::finish(choice, FinishKind::Stop);
            events.extend((0..self.choices).map(finish));
        }
        events.extend(usages.map(|usage| Event::Usage(Box::new(usage))));
        if matches!(self.ending, Ending::End) {
            events.push(Event::End);
        }
        events
    }
}

fn usage() -> impl Strategy<Value = Usage> {
    let count = || option::weighted(0.8, 0u64..100);
    (count(), count(), count(), count(), count(), any::<bool>()).prop_map(
        |(input, output, read, write, reasoning, charged)| {
            let mut usage = Usage::default();
            usage.input_tokens = input;
            usage.output_tokens = output;
            usage.cache_read_input_tokens = read;
            usage.cache_write_input_tokens = write;
            usage.reasoning_output_tokens = reasoning;
            usage.text.input_tokens = input;
            usage.cost = charged.then(|| Cost::new(0.01, CostSource::Provider));
            usage
        },
    )
}

fn pace() -> impl Strategy<Value = Duration> {
    sample::select(vec![0, 0, 10, 100]).prop_map(Duration::from_millis)
}

fn answer() -> impl Strategy<Value = Answer> {
    let ending = prop_oneof![
        16 => Just(Ending::End),
        1 => Just(Ending::Broken),
        1 => Just(Ending::Cut),
        1 => Just(Ending::Hang),
        1 => Just(Ending::Refused),
    ];
    let told = (
        any::<bool>(),
        sample::select(vec!["", "a kanari sings", "ü"]),
        1..4u32,
    );
    let calls = vec(sample::select(Call::ALL.to_vec()), 0..=3);
    let reported = (vec(usage(), 0..=2), any::<bool>());
    (told, calls, reported, pace(), ending).prop_map(
        |((reasons, text, choices), calls, (usages, named), pace, ending)| Answer {
            reasons,
            text,
            calls,
            choices,
            usages,
            named,
            pace,
            ending,
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    let rarely = |most: u64| option::weighted(0.15, 0..most);
    (1..7u32, rarely(300), rarely(5), rarely(1_000)).prop_map(|(steps, tokens, cents, time)| {
        let mut limits = Limits::new().with_steps(steps);
        limits.tokens = tokens;
        limits.cost = cents.map(|cents| cents as f64 / 100.0);
        limits.time = time.map(Duration::from_millis);
        limits
    })
}

fn following() -> impl Strategy<Value = Following> {
    let until = prop_oneof![
        3 => Just(Until::End),
        1 => (0..40usize).prop_map(Until::Polls),
        1 => (0..2_000u64).prop_map(|ms| Until::Time(Duration::from_millis(ms))),
    ];
    (any::<bool>(), any::<bool>(), until).prop_map(|(live, elsewhere, until)| Following {
        live,
        elsewhere,
        until,
    })
}

fn recorder() -> impl Strategy<Value = Recorder> {
    use Content::{Event, Off, Span, SpanAndEvent};
    let all = Vocabulary::ALL;
    (
        sample::select(vec![Off, Off, Off, Event, Span, SpanAndEvent]),
        sample::select(vec![History::Full, History::New]),
        sample::subsequence(all, 1..=all.len()).prop_shuffle(),
        sample::select(vec![Events::Logs, Events::Spans, Events::Both]),
        option::of(any::<bool>()),
        any::<bool>(),
    )
        .prop_map(
            |(content, history, vocabularies, events, details, agent_usage)| Recorder {
                content,
                history,
                vocabularies,
                events,
                details,
                agent_usage,
            },
        )
}

/// Any script.
pub(super) fn script() -> impl Strategy<Value = Script> {
    let delivery = sample::select(vec![Delivery::Whole, Delivery::Incremental]);
    let answers = vec(answer(), 0..5);
    (
        answers,
        any::<bool>(),
        limits(),
        delivery,
        following(),
        recorder(),
    )
        .prop_map(
            |(answers, routed, limits, delivery, following, recorder)| Script {
                answers,
                routed,
                limits,
                delivery,
                following,
                recorder,
            },
        )
}
