use futures_util::StreamExt as _;
use glassbox::{Agent, Error, ErrorKind, Limits, RunEvent, RunResult, Toolbox, model_with};
use serde_json::json;

use crate::args::{Form, RunArguments};
use crate::failure::Failure;
use crate::printer::Printer;
use crate::tracing::Trace;
use crate::{input, output, prices};

/// Runs an agent once, and prints its answer.
pub(crate) async fn run(arguments: &RunArguments, trace: &Trace) -> Result<(), Failure> {
    let common = &arguments.common;
    let agent = agent(arguments)?;
    let message = input::message(common)?;
    let mut printer = Printer::new(common.stream && common.output == Form::Text);
    let mut events = trace.telemetry.agent(agent).stream(message);
    let result = loop {
        match events.next().await {
            Some(Ok(RunEvent::Finished(result))) => break *result,
            Some(Ok(RunEvent::Model { event, .. })) => printer.follow(&event)?,
            Some(Ok(RunEvent::Answered { .. })) => printer.end()?,
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                printer.end()?;
                return Err(error.into());
            }
            None => {
                return Err(
                    Error::new(ErrorKind::Protocol, "the run ended without a result").into(),
                );
            }
        }
    };
    drop(events);
    match common.output {
        Form::Json => output::print_json(&object(&result, trace))?,
        Form::Text => printer.conclude(&result.answer)?,
    }
    if result.outcome.is_answer() {
        Ok(())
    } else {
        Err(Failure::Ended(result.outcome))
    }
}

fn agent(arguments: &RunArguments) -> Result<Agent, Failure> {
    let common = &arguments.common;
    let (name, options) = (input::model(&common.host)?, input::options(&common.host)?);
    let model = model_with(&name, &options)?;
    let tools = if arguments.no_tools {
        Toolbox::new()
    } else {
        input::tools(&common.tool)?
    };
    let mut limits = Limits::new().with_steps(arguments.max_steps);
    limits.time = common.timeout;
    limits.cost = arguments.max_cost;
    if limits.cost.is_some() {
        prices::require(&name, model.info(), options.prices.as_ref())?;
    }
    let mut agent = Agent::new(model, tools)
        .with_request(input::request(common)?)
        .with_limits(limits);
    agent.name = arguments.agent_name.as_deref().map(Into::into);
    agent.system = common.system.as_deref().map(Into::into);
    Ok(agent)
}

fn object(result: &RunResult, trace: &Trace) -> serde_json::Value {
    json!({
        "answer": result.answer,
        "outcome": result.outcome.as_str(),
        "steps": result.steps,
        "usage": output::usage(&result.usage),
        "cost": output::cost(&result.usage),
        "trace_id": trace.id(),
        "messages": result.messages,
    })
}
