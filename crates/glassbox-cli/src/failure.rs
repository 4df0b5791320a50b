use std::process::ExitCode;

use glassbox::{Error, ErrorKind, Outcome};
use serde_json::json;

use crate::args::Form;
use crate::output;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A signal came; the exit code that says which.
    Interrupted(u8),
    /// A limit, or the provider's filter, ended the run. What there is has been printed.
    Ended(Outcome),
    /// The run failed.
    Failed(Box<Error>),
    /// The command was used wrongly.
    Usage(String),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// Says so on standard error in one sentence and, where JSON is wanted, in one object on standard output.
    pub(crate) fn report(self, form: Form) -> ExitCode {
        let (sentence, code) = match &self {
            Self::Interrupted(code) => ("interrupted".to_owned(), *code),
            Self::Ended(outcome) => (ended(*outcome).to_owned(), 1),
            Self::Failed(error) => (
                failed(error),
                if error.kind() == ErrorKind::Configuration {
                    2
                } else {
                    1
                },
            ),
            Self::Usage(message) => (message.clone(), 2),
        };
        output::complain(&sentence);
        if form == Form::Json {
            match &self {
                Self::Failed(error) => output::print_json(&object(error)),
                Self::Usage(message) => output::print_json(&json!({
                    "error": {"kind": "usage", "message": message, "status": null, "provider": null}
                })),
                // The result that was printed says it.
                Self::Interrupted(_) | Self::Ended(_) => {}
            }
        }
        ExitCode::from(code)
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

fn object(error: &Error) -> serde_json::Value {
    json!({"error": {
        "kind": error.kind().as_str(),
        "message": message(error),
        "status": error.status(),
        "provider": error.provider(),
    }})
}
