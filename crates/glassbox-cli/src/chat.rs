use futures_util::StreamExt as _;
use glassbox::{CompletionModel, FinishKind, Fold, ModelInfo, Part, Request, Response, model_with};
use serde_json::json;

use crate::args::{ChatArguments, CommonArguments, Form};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::tracing::Trace;
use crate::{input, output};

/// Asks the model once, and prints its answer.
pub(crate) async fn chat(arguments: &ChatArguments, trace: &Trace) -> Result<(), Failure> {
    let common = &arguments.common;
    let model = model_with(&input::model(&common.host)?, &input::options(&common.host)?)?;
    let info = model.info().clone();
    let model = trace.telemetry.model(Deadline::new(model, common.timeout));
    let request = request(common)?;
    let mut printer = Printer::new(common.stream && common.output == Form::Text);
    let response = answer(&*model, request, &mut printer).await;
    if response.is_err() {
        printer.end()?;
    }
    let response = response?;
    match common.output {
        Form::Json => output::print_json(&object(&response, &info, trace)),
        Form::Text => {
            printer.conclude(&response.text())?;
            print_rest(&response)
        }
    }
}

/// Waits for the whole answer, and prints its text as it comes.
async fn answer(
    model: &dyn CompletionModel,
    request: Request,
    printer: &mut Printer,
) -> Result<Response, Failure> {
    let mut events = model.stream(request).await?;
    let mut fold = Fold::new();
    while let Some(event) = events.next().await {
        let event = event?;
        printer.follow(&event)?;
        fold.push(event);
    }
    Ok(fold.finish()?)
}

fn request(common: &CommonArguments) -> Result<Request, Failure> {
    let mut request = input::request(common)?.with_message(input::message(common)?);
    if let Some(system) = &common.system {
        request = request.with_system(system);
    }
    if !common.tool.is_empty() {
        request.tools = input::tools(&common.tool)?.specs();
    }
    Ok(request)
}

/// The model's words where it declined to answer.
fn refusal(response: &Response) -> Option<String> {
    let parts = &response.message()?.parts;
    let words = parts.iter().filter_map(|part| match part {
        Part::Refusal(refusal) => Some(refusal.content.as_str()),
        _ => None,
    });
    Some(words.collect::<String>()).filter(|words| !words.is_empty())
}

/// What there is beside the text: a refusal, proposed tool calls, and a warning where the answer was cut.
fn print_rest(response: &Response) -> Result<(), Failure> {
    if let Some(refusal) = refusal(response) {
        output::print_line(&refusal)?;
        output::complain("the model declined to answer");
    }
    // Without a loop nobody runs them, so they are the answer.
    for call in response.tool_calls() {
        output::print_line(&format!("{}({})", call.name, call.arguments.as_str()))?;
    }
    if let Some(finish) = response.finish_reason()
        && matches!(finish.kind, FinishKind::Length | FinishKind::ContentFilter)
    {
        output::complain(&format!(
            "the answer is not complete: it stopped for `{finish}`"
        ));
    }
    Ok(())
}

fn object(response: &Response, info: &ModelInfo, trace: &Trace) -> serde_json::Value {
    let calls = response
        .tool_calls()
        .map(|call| json!({"id": call.id, "name": call.name, "arguments": call.arguments}));
    let finish = response.finish_reason();
    json!({
        "text": response.text(),
        "reasoning": response.reasoning(),
        "refusal": refusal(response),
        "tool_calls": calls.collect::<Vec<_>>(),
        "finish_reason": finish.map(|reason| reason.as_str()),
        "finish_reason_raw": finish.and_then(|reason| reason.raw.as_deref()),
        "usage": output::usage(&response.usage),
        "id": response.id(),
        "model": response.model(),
        "provider": info.provider,
        "cost": output::cost(&response.usage),
        "trace_id": trace.id(),
    })
}
