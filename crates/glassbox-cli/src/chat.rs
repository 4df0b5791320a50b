use futures_util::StreamExt as _;
use glassbox::{
    Error, ErrorKind, Event, FinishKind, Fold, ModelInfo, Request, Response, model_with,
};
use serde_json::json;

use crate::args::{ChatArguments, CommonArguments, Form};
use crate::failure::Failure;
use crate::tracing::Trace;
use crate::{input, output};

/// One completion.
pub(crate) async fn chat(arguments: &ChatArguments, trace: &Trace) -> Result<(), Failure> {
    let common = &arguments.common;
    let model = model_with(&common.host.model, &input::options(&common.host)?)?;
    let info = model.info().clone();
    let model = trace.telemetry.model(model);
    let request = request(common)?;
    let live = common.stream && common.output == Form::Text;
    let answer = async {
        let mut events = model.stream(request).await?;
        let mut fold = Fold::new();
        while let Some(event) = events.next().await {
            let event = event?;
            match &event {
                Event::Text {
                    choice: 0, delta, ..
                } if live => output::print(delta),
                _ => {}
            }
            fold.push(event);
        }
        fold.finish()
    };
    let response = within(common.timeout, answer).await?;
    match common.output {
        Form::Json => output::print_json(&object(&response, &info, trace)),
        Form::Text if live => output::print("\n"),
        Form::Text => print(&response),
    }
    Ok(())
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

/// The result of `work`, or a timeout.
pub(crate) async fn within<T>(
    timeout: Option<std::time::Duration>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(timeout) = timeout else {
        return work.await;
    };
    match tokio::time::timeout(timeout, work).await {
        Ok(result) => result,
        Err(_) => Err(Error::new(
            ErrorKind::Timeout,
            format!("no answer within {} s", timeout.as_secs_f64()),
        )),
    }
}

fn print(response: &Response) {
    let text = response.text();
    if !text.is_empty() {
        output::print_line(&text);
    }
    // Without a loop nobody runs them, so they are the answer.
    for call in response.tool_calls() {
        output::print_line(&format!("{}({})", call.name, call.arguments.as_str()));
    }
    if let Some(finish) = response.finish_reason()
        && matches!(finish.kind, FinishKind::Length | FinishKind::ContentFilter)
    {
        output::complain(&format!(
            "the answer is not complete: it stopped for `{finish}`"
        ));
    }
}

fn object(response: &Response, info: &ModelInfo, trace: &Trace) -> serde_json::Value {
    let calls = response
        .tool_calls()
        .map(|call| json!({"id": call.id, "name": call.name, "arguments": call.arguments}));
    let finish = response.finish_reason();
    json!({
        "text": response.text(),
        "reasoning": response.reasoning(),
        "tool_calls": calls.collect::<Vec<_>>(),
        "finish_reason": finish.map(|reason| reason.as_str()),
        "finish_reason_raw": finish.and_then(|reason| reason.raw.as_deref()),
        "usage": output::usage(&response.usage),
        "id": response.id(),
        "model": response.model(),
        "provider": info.provider,
        "cost": response.usage.cost,
        "trace_id": trace.id(),
    })
}
