//! A host that speaks OpenAI's Chat Completions
//! (<https://platform.openai.com/docs/api-reference/chat>) and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use glassbox_core::{Error, ErrorKind, FinishKind, ToolCall, Usage};
use serde_json::{Value, json};

use crate::turn::Fault;
use crate::{Received, Reply, Server, Turn};

impl Server {
    /// A host that speaks OpenAI's Chat Completions and answers with these turns, one a request, in pieces where the
    /// request asks for a stream. One request more is refused with status 500.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn chat_completions(turns: impl IntoIterator<Item = Turn>) -> Self {
        let turns = Mutex::new(turns.into_iter().collect::<VecDeque<_>>());
        Self::chat_completions_with(move |_| {
            let next = turns
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front();
            next.unwrap_or_else(|| {
                let error = Error::new(ErrorKind::ServerError, "the script has no turn left");
                Turn::refused(error.with_status(500))
            })
        })
    }

    /// As [`chat_completions`](Self::chat_completions), with a turn that is made for each request.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn chat_completions_with(
        answer: impl Fn(&Received) -> Turn + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |request| reply(request, &answer(request)))
    }
}

fn reply(request: &Received, turn: &Turn) -> Reply {
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return refusal(
            &Error::new(ErrorKind::InvalidRequest, "the body is not JSON").with_status(400),
        );
    };
    if !request.path.ends_with("/chat/completions") {
        return refusal(&Error::new(ErrorKind::NotFound, "no such path").with_status(404));
    }
    if let Some(Fault::Refused(error)) = &turn.fault {
        return refusal(error);
    }
    let asked = body["model"].as_str().unwrap_or_default();
    let head = json!({
        "id": turn.id.as_deref().unwrap_or("chatcmpl-1"),
        "created": 1_700_000_000,
        "model": turn.model.as_deref().unwrap_or(asked),
    });
    if body["stream"] == true {
        let with_usage = body["stream_options"]["include_usage"] == true;
        stream(turn, &head, with_usage)
    } else {
        whole(turn, head)
    }
}

fn refusal(error: &Error) -> Reply {
    let message = error.detail().unwrap_or(error.message());
    let body =
        json!({"error": {"message": message, "type": error.kind().as_str(), "code": error.code()}});
    let reply = Reply::json(&body).with_status(error.status().unwrap_or(500));
    match error.retry_after() {
        Some(wait) => reply.with_header("retry-after-ms", wait.as_millis().to_string()),
        None => reply,
    }
}

fn whole(turn: &Turn, head: Value) -> Reply {
    let body = completion(turn, head);
    match &turn.fault {
        None | Some(Fault::Refused(_)) => Reply::json(&body),
        Some(fault) => {
            let text = body.to_string();
            let half = text.len() / 2;
            let reply = Reply::new(200).with_header("content-type", "application/json");
            broken(reply.with_chunk(text[..half].to_owned()), fault)
        }
    }
}

/// The turn as a whole, with the fields of `head`.
pub(crate) fn completion(turn: &Turn, head: Value) -> Value {
    let mut body = head;
    let mut message = json!({"role": "assistant", "content": null});
    if !turn.text.is_empty() {
        message["content"] = json!(turn.text);
    }
    if !turn.reasoning.is_empty() {
        message["reasoning_content"] = json!(turn.reasoning);
    }
    if !turn.tool_calls.is_empty() {
        message["tool_calls"] = turn.tool_calls.iter().map(tool_call).collect();
    }
    body["object"] = json!("chat.completion");
    body["choices"] =
        json!([{"index": 0, "message": message, "finish_reason": finish_reason(turn)}]);
    if !turn.usage.is_empty() {
        body["usage"] = usage(&turn.usage);
    }
    body
}

fn stream(turn: &Turn, head: &Value, with_usage: bool) -> Reply {
    let mut reply = Reply::events();
    for chunk in chunks(turn, head, with_usage) {
        if !turn.pace.is_zero() {
            reply = reply.with_pause(turn.pace);
        }
        reply = reply.with_chunk(format!("data: {chunk}\n\n"));
    }
    match &turn.fault {
        None => reply.with_chunk(DONE),
        Some(fault) => broken(reply, fault),
    }
}

/// What a stream ends with.
pub(crate) const DONE: &str = "data: [DONE]\n\n";

/// The turn in pieces, each with the fields of `head`.
pub(crate) fn chunks(turn: &Turn, head: &Value, with_usage: bool) -> Vec<Value> {
    let chunk = |choices: Value| {
        let mut chunk = head.clone();
        chunk["object"] = json!("chat.completion.chunk");
        chunk["choices"] = choices;
        chunk
    };
    let delta = |delta: Value| chunk(json!([{"index": 0, "delta": delta, "finish_reason": null}]));
    let mut chunks = vec![delta(json!({"role": "assistant", "content": ""}))];
    let reasoning = turn.split(&turn.reasoning);
    chunks.extend(reasoning.map(|piece| delta(json!({"reasoning_content": piece}))));
    let text = turn.split(&turn.text);
    chunks.extend(text.map(|piece| delta(json!({"content": piece}))));
    for (index, call) in turn.tool_calls.iter().enumerate() {
        let mut first = tool_call(call);
        first["index"] = json!(index);
        first["function"]["arguments"] = json!("");
        chunks.push(delta(json!({"tool_calls": [first]})));
        chunks.extend(turn.split(call.arguments.as_str()).map(|piece| {
            delta(json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
        }));
    }
    if turn.fault.is_none() {
        chunks.push(chunk(
            json!([{"index": 0, "delta": {}, "finish_reason": finish_reason(turn)}]),
        ));
    }
    if with_usage && !turn.usage.is_empty() {
        let mut last = chunk(json!([]));
        last["usage"] = usage(&turn.usage);
        chunks.push(last);
    }
    chunks
}

/// Adds what a fault does after the last piece of the body.
fn broken(reply: Reply, fault: &Fault) -> Reply {
    match fault {
        Fault::Broken(_) => reply.with_reset(),
        Fault::Hang => reply.with_hang(),
        Fault::Cut | Fault::Refused(_) => reply,
    }
}

fn tool_call(call: &ToolCall) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments.as_str()},
    })
}

fn finish_reason(turn: &Turn) -> String {
    let Some(reason) = &turn.finish else {
        return if turn.tool_calls.is_empty() {
            "stop"
        } else {
            "tool_calls"
        }
        .to_owned();
    };
    match (&reason.raw, reason.kind) {
        (Some(raw), _) => raw.clone(),
        (None, FinishKind::ToolCall) => "tool_calls".to_owned(),
        (None, kind) => kind.as_str().to_owned(),
    }
}

pub(crate) fn usage(usage: &Usage) -> Value {
    let mut value = json!({
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens(),
    });
    if let Some(cached) = usage.cache_read_input_tokens {
        value["prompt_tokens_details"] = json!({"cached_tokens": cached});
    }
    if let Some(reasoning) = usage.reasoning_output_tokens {
        value["completion_tokens_details"] = json!({"reasoning_tokens": reasoning});
    }
    value
}
