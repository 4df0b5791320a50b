use std::process::ExitCode;

use glassbox::{Error, ErrorKind, Outcome};
use serde_json::{Value, json};

use crate::args::Form;
use crate::output;

/// Why the command does not exit with 0.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads the answer any more. That is no failure of ours.
    Closed,
    /// A signal came; the exit code that says which.
    Interrupted(u8),
    /// A signal came after the answer, while the trace was delivered.
    Undelivered(u8),
    /// The answer could not be written.
    Lost(std::io::Error),
    /// A limit, or the provider's filter, ended the run. What there is has been printed.
    Ended(Outcome),
    /// The run failed.
    Failed(Box<Error>),
    /// What was asked for is not there.
    Nothing(String),
    /// The command was used wrongly.
    Usage(String),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// Says so on standard error in one sentence and, where JSON is wanted, in one object on standard output.
    pub(crate) fn report(self, form: Form) -> ExitCode {
        if matches!(self, Self::Closed) {
            return ExitCode::SUCCESS;
        }
        output::complain(&self.sentence());
        if form == Form::Json
            && let Some(object) = self.object()
        {
            // Where this cannot be written, the sentence and the exit code have to do.
            let _ = output::print_json(&object);
        }
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Interrupted(code) | Self::Undelivered(code) => *code,
            Self::Ended(_) | Self::Lost(_) | Self::Nothing(_) => 1,
            Self::Usage(_) => 2,
            // Both are found before anything is sent, and are cured by another flag.
            Self::Failed(error) => match error.kind() {
                ErrorKind::Configuration | ErrorKind::Unsupported => 2,
                _ => 1,
            },
        }
    }

    fn sentence(&self) -> String {
        match self {
            Self::Closed => "nobody reads the answer".to_owned(),
            Self::Interrupted(_) => "interrupted".to_owned(),
            Self::Undelivered(_) => "interrupted while the trace was being delivered".to_owned(),
            Self::Ended(outcome) => ended(*outcome).to_owned(),
            Self::Lost(error) => {
                format!("cannot write the answer to standard output: {error}")
            }
            Self::Failed(error) => failed(error),
            Self::Nothing(message) | Self::Usage(message) => message.clone(),
        }
    }

    /// The error as JSON. `None` where the result was printed, and where nothing can be printed.
    fn object(&self) -> Option<Value> {
        let plain = |kind: &str| {
            Some(json!({"error": {
                "kind": kind,
                "message": self.sentence(),
                "status": null,
                "provider": null,
            }}))
        };
        match self {
            Self::Closed
            | Self::Ended(_)
            | Self::Lost(_)
            | Self::Nothing(_)
            | Self::Undelivered(_) => None,
            Self::Interrupted(_) => plain("interrupted"),
            Self::Usage(_) => plain(ErrorKind::Configuration.as_str()),
            Self::Failed(error) => Some(json!({"error": {
                "kind": error.kind().as_str(),
                "message": message(error),
                "status": error.status(),
                "provider": error.provider(),
            }})),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::StepLimit => {
            "the model still wanted tools after the last step that was allowed; raise --max-steps"
        }
        Outcome::TimeLimit => "the time was up; raise --timeout",
        Outcome::CostLimit => "the calls have cost what was allowed; raise --max-cost",
        Outcome::CostUnknown => {
            "nobody knows what the last call cost, so --max-cost could not be kept; give its model a price with --prices \
             FILE, or leave --max-cost out"
        }
        Outcome::Truncated => "the answer was cut by its limit on tokens; raise --max-tokens",
        Outcome::ContentFilter => {
            "the provider's safety system, or the model, refused; rephrase the request"
        }
        _ => "a limit ended the run before there was an answer",
    }
}

fn failed(error: &Error) -> String {
    match error.kind() {
        // These name the setting or the option, and what is wrong with it.
        ErrorKind::Configuration | ErrorKind::Unsupported => message(error),
        kind => format!("{}; {}", message(error), kind.advice()),
    }
}

/// Our words, and those of the provider. The terminal is the user's own, so what they quote is no secret here.
fn message(error: &Error) -> String {
    let detail = error.detail().unwrap_or_default();
    let detail = detail.split_whitespace().collect::<Vec<_>>().join(" ");
    if detail.is_empty() {
        error.to_string()
    } else {
        format!("{error}: {}", output::clean(&detail, 500))
    }
}
