//! The options of a request as this API has them, and those that it does not have.

use glassbox_core::{
    Error, ErrorKind, Message, Modality, OutputFormat, Part, Request, Result, Role, ToolChoice,
    Unsupported,
};
use serde::Serialize;

use crate::PROVIDER;
use crate::config::Settings;
use crate::rules::Thinking;

/// What is sent of the options of a request, and the names of what is not.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) max_tokens: u64,
    pub(super) temperature: Option<f64>,
    pub(super) top_p: Option<f64>,
    pub(super) top_k: Option<u32>,
    pub(super) think: Option<Think<'a>>,
    pub(super) tool_choice: Option<Choice<'a>>,
    /// Whether the form of the answer is sent.
    pub(super) format: bool,
    pub(super) missing: Vec<String>,
}

/// Whether and how to think.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Think<'a> {
    Adaptive {
        #[serde(skip_serializing_if = "Option::is_none")]
        display: Option<&'static str>,
        #[serde(skip)]
        effort: &'a str,
    },
    Disabled,
    Enabled {
        budget_tokens: u64,
    },
}

impl<'a> Think<'a> {
    /// The effort, where it has a place of its own.
    pub(super) fn effort(&self) -> Option<&'a str> {
        match self {
            Self::Adaptive { effort, .. } => Some(effort),
            _ => None,
        }
    }
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Choice<'a> {
    Any(Parallel),
    Auto(Parallel),
    None,
    Tool {
        name: &'a str,
        #[serde(flatten)]
        parallel: Parallel,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Parallel {
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_parallel_tool_use: Option<bool>,
}

/// The least that a budget may be ("Extended thinking"), and the most that is of use without batches.
const BUDGET: (u64, u64) = (1_024, 32_000);

impl<'a> Plan<'a> {
    pub(super) fn of(request: &'a Request, settings: &Settings) -> Self {
        let given = &*request.parameters;
        let max_tokens = given.max_tokens.or(settings.max_tokens);
        let mut plan = Self {
            max_tokens: max_tokens.unwrap_or(settings.rules.max_tokens),
            temperature: given.temperature,
            top_p: given.top_p,
            top_k: given.top_k,
            think: None,
            tool_choice: None,
            format: false,
            missing: Vec::new(),
        };
        plan.think(request, settings);
        plan.sample(settings);
        plan.choose(request, settings);
        plan.shape(request, settings);
        let demands = [
            (given.seed.is_some(), "seed"),
            (given.frequency_penalty.is_some(), "frequency_penalty"),
            (given.presence_penalty.is_some(), "presence_penalty"),
            (
                given.choice_count.is_some_and(|count| count != 1),
                "choice_count",
            ),
            (request.previous_response.is_some(), "previous_response"),
        ];
        for (is_missing, name) in demands {
            plan.demand(is_missing, name);
        }
        plan.content(request);
        plan
    }

    fn demand(&mut self, is_missing: bool, name: &str) {
        if is_missing && !self.missing.iter().any(|known| known == name) {
            self.missing.push(name.to_owned());
        }
    }

    fn think(&mut self, request: &'a Request, settings: &Settings) {
        let Some(effort) = request.parameters.reasoning_effort.as_deref() else {
            return;
        };
        let rules = settings.rules;
        self.think = match (effort, rules.thinking) {
            ("none", Thinking::Never) => return,
            ("none", _) if rules.may_stop_thinking => Some(Think::Disabled),
            ("none", _) | (_, Thinking::Never) => None,
            (_, Thinking::Budget) => budget(effort, self.max_tokens)
                .map(|budget_tokens| Think::Enabled { budget_tokens }),
            (_, Thinking::Adaptive) => Some(Think::Adaptive {
                display: rules.hides_thinking.then_some("summarized"),
                effort: if effort == "minimal" { "low" } else { effort },
            }),
        };
        let name = match rules.thinking {
            Thinking::Budget if self.max_tokens <= BUDGET.0 => {
                "reasoning_effort with max_tokens of 1024 or less"
            }
            _ => "reasoning_effort",
        };
        self.demand(self.think.is_none(), name);
    }

    /// Whether the model is told to think. Then it takes neither every temperature nor a forced tool.
    fn thinks(&self) -> bool {
        !matches!(self.think, None | Some(Think::Disabled))
    }

    fn sample(&mut self, settings: &Settings) {
        let rules = settings.rules;
        // The default may always be named.
        let named = self.temperature.filter(|temperature| *temperature != 1.0);
        let low = self.top_p.filter(|top_p| *top_p < 0.95);
        let (temperature, top_p, top_k) = if !rules.sampling {
            (
                named.map(|_| "temperature"),
                self.top_p.filter(|top_p| *top_p != 1.0).map(|_| "top_p"),
                self.top_k.map(|_| "top_k"),
            )
        } else if self.thinks() {
            (
                named.map(|_| "temperature with reasoning_effort"),
                low.map(|_| "top_p below 0.95 with reasoning_effort"),
                self.top_k.map(|_| "top_k with reasoning_effort"),
            )
        } else if !rules.both_samplings && self.temperature.is_some() {
            (None, self.top_p.map(|_| "top_p with temperature"), None)
        } else {
            (None, None, None)
        };
        if !rules.sampling {
            self.temperature = None;
            self.top_p = None;
        }
        for name in [temperature, top_p, top_k].into_iter().flatten() {
            self.demand(true, name);
        }
        self.temperature = self.temperature.filter(|_| temperature.is_none());
        self.top_p = self.top_p.filter(|_| top_p.is_none());
        self.top_k = self.top_k.filter(|_| top_k.is_none());
    }

    fn choose(&mut self, request: &'a Request, settings: &Settings) {
        if request.tools.is_empty()
            && settings.server_tools.is_empty()
            && !request.extra.contains_key("tools")
        {
            let forced = matches!(
                request.tool_choice,
                ToolChoice::Required | ToolChoice::Named(_)
            );
            return self.demand(forced, "tool_choice without tools");
        }
        let parallel = Parallel {
            disable_parallel_tool_use: (request.parameters.parallel_tool_calls == Some(false))
                .then_some(true),
        };
        let auto = parallel
            .disable_parallel_tool_use
            .map(|_| Choice::Auto(parallel));
        let forced = match &request.tool_choice {
            ToolChoice::Required => Choice::Any(parallel),
            ToolChoice::Named(name) => Choice::Tool { name, parallel },
            ToolChoice::None => {
                self.tool_choice = Some(Choice::None);
                return;
            }
            _ => {
                self.tool_choice = auto;
                return;
            }
        };
        if self.thinks() {
            self.demand(true, "tool_choice with reasoning_effort");
            self.tool_choice = auto;
        } else {
            self.tool_choice = Some(forced);
        }
    }

    fn shape(&mut self, request: &Request, settings: &Settings) {
        match request.output.as_deref() {
            None | Some(OutputFormat::Text) => {}
            Some(OutputFormat::Schema { .. }) if settings.rules.structured_output => {
                self.format = true;
            }
            // JSON without a schema is unknown here.
            Some(_) => self.demand(true, "output"),
        }
    }

    /// What is said to the model. What it said itself once is a different matter: of that, media are left out.
    fn content(&mut self, request: &Request) {
        for message in request.messages.iter() {
            if let Role::Other(role) = &message.role
                && role != "developer"
            {
                self.demand(true, &format!("role `{}`", role.escape_debug()));
            }
            if message.role != Role::Assistant {
                for part in &message.parts {
                    if let Some(name) = refused(message, part) {
                        self.demand(true, name);
                    }
                }
            }
        }
    }
}

/// The share of `max_tokens` that an effort may think for. `None` where there is no room, or no such effort.
fn budget(effort: &str, max_tokens: u64) -> Option<u64> {
    let percent = match effort {
        "minimal" => 0,
        "low" => 20,
        "medium" => 50,
        "high" => 80,
        "xhigh" | "max" => 95,
        _ => return None,
    };
    let share = u128::from(max_tokens) * percent / 100;
    let share = u64::try_from(share).unwrap_or(u64::MAX);
    (max_tokens > BUDGET.0).then(|| share.clamp(BUDGET.0, BUDGET.1))
}

/// What this part is called, where it cannot be said to the model.
fn refused(message: &Message, part: &Part) -> Option<&'static str> {
    let modality = match part {
        Part::Blob(blob) => &blob.modality,
        Part::Uri(uri) => &uri.modality,
        Part::File(file) => &file.modality,
        Part::Other(_) => return Some("parts of other types"),
        _ => return None,
    };
    match modality {
        _ if is_instruction(message) => Some("data in instructions"),
        Modality::Image | Modality::Document => None,
        Modality::Audio => Some("audio"),
        Modality::Video => Some("video"),
        _ => Some("data of other kinds"),
    }
}

/// Whether it belongs into `system`.
pub(super) fn is_instruction(message: &Message) -> bool {
    match &message.role {
        Role::System => true,
        Role::Other(role) => role == "developer",
        _ => false,
    }
}

/// Refuses the request, or says what to leave out and report, as it wishes.
pub(super) fn check(request: &Request, missing: Vec<String>) -> Result<Vec<String>> {
    match request.unsupported {
        _ if missing.is_empty() => Ok(missing),
        Unsupported::Drop => Ok(Vec::new()),
        Unsupported::Warn => Ok(missing),
        _ => Err(Error::new(
            ErrorKind::Unsupported,
            format!(
                "this model has no {}; leave it out, or let the request drop what is unsupported",
                missing.join(", ")
            ),
        )
        .with_provider(PROVIDER)),
    }
}
