#![doc = include_str!("../README.md")]

mod args;
mod chat;
mod embed;
mod failure;
mod input;
mod interrupt;
mod models;
mod output;
mod run;
mod tracing;

use std::future::Future;
use std::process::ExitCode;

use args::{Arguments, Command, Form};
use clap::Parser as _;
use failure::Failure;
use tracing::Trace;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let form = arguments.command.form();
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("cannot start: {error}")))
        .and_then(|runtime| runtime.block_on(dispatch(arguments.command)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(form),
    }
}

async fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => {
            let trace = Trace::start(&arguments.common.trace)?;
            watched(&trace, run::run(&arguments, &trace)).await
        }
        Command::Chat(arguments) => {
            let trace = Trace::start(&arguments.common.trace)?;
            watched(&trace, chat::chat(&arguments, &trace)).await
        }
        Command::Embed(arguments) => {
            let trace = Trace::start(&arguments.trace)?;
            watched(&trace, embed::embed(&arguments, &trace)).await
        }
        Command::Models { output } => models::list(output),
    }
}

/// Does the work until it is done or a signal comes, and delivers the trace either way. Dropping the work ends its
/// spans.
async fn watched(
    trace: &Trace,
    work: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    let result = tokio::select! {
        result = work => result,
        code = interrupt::signal() => Err(Failure::Interrupted(code)),
    };
    tokio::select! {
        () = trace.deliver() => result,
        // Whoever asks a second time does not want to wait for a collector.
        code = interrupt::signal() => Err(Failure::Interrupted(code)),
    }
}

impl Command {
    fn form(&self) -> Form {
        match self {
            Self::Run(arguments) => arguments.common.output,
            Self::Chat(arguments) => arguments.common.output,
            Self::Embed(arguments) => arguments.output,
            Self::Models { output } => *output,
        }
    }
}
