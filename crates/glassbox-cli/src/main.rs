#![doc = include_str!("../README.md")]

mod args;
mod chat;
mod deadline;
mod embed;
mod failure;
mod held;
mod input;
mod interrupt;
mod models;
mod output;
mod prices;
mod printer;
mod run;
mod tracing;
mod view;

use std::future::Future;
use std::process::ExitCode;

use args::{Arguments, Command, Form};
use clap::Parser as _;
use failure::Failure;
use interrupt::Signals;
use tracing::Trace;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let form = arguments.command.form();
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("cannot start: {error}")))
        .and_then(|runtime| {
            let result = runtime.block_on(dispatch(arguments.command));
            // A delivery that was given up still has its thread, and dropping the runtime would wait for it.
            runtime.shutdown_background();
            result
        });
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
        Command::Models(arguments) => models::list(&arguments),
        Command::View(arguments) => view::view(&arguments),
    }
}

/// Does the work until it is done or a signal comes, and delivers the trace either way. Dropping the work ends its
/// spans. A signal during the delivery ends that too; and where the work itself does not let go (a pipe that nobody
/// reads, say), the second signal, or the first after a while, ends the process.
async fn watched(
    trace: &Trace,
    work: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    let mut signals = Signals::default();
    let result = tokio::select! {
        // The work begins with reading its input, which blocks. Signals are taken over after that.
        biased;
        result = work => result,
        code = signals.next() => Err(Failure::Interrupted(code)),
    };
    trace.release();
    tokio::select! {
        biased;
        code = signals.next() => result.and(Err(Failure::Undelivered(code))),
        () = trace.deliver() => result,
    }
}

impl Command {
    fn form(&self) -> Form {
        match self {
            Self::Run(arguments) => arguments.common.output,
            Self::Chat(arguments) => arguments.common.output,
            Self::Embed(arguments) => arguments.output,
            Self::Models(arguments) => arguments.output,
            // What is printed are spans; a failure stands on standard error alone.
            Self::View(_) => Form::Text,
        }
    }
}
