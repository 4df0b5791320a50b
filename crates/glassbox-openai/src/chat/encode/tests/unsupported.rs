use glassbox_core::{Blob, Message, Messages, Modality, Part, Unsupported};

use super::*;
use crate::dialect::{DEEPSEEK, PERPLEXITY};

fn refused(request: &Request, dialect: &Dialect) -> Error {
    let error = encode(request, "m", dialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    error
}

fn impossible() -> Request {
    Request::new(Messages::from(vec![
        Message::user("x")
            .with_part(Part::image("image/png", [0]))
            .with_part(Part::image("image/png", [1])),
        Message::user("y").with_part(Part::Blob(Blob::new(Modality::Audio, "audio/wav", [0]))),
    ]))
    .with_parameters(everything().with_top_k(5))
    .with_tools([tool()])
    .with_output(OutputFormat::schema("s", json!({"type": "object"})))
    .with_previous_response("resp_1")
    .with_user("u1")
}

#[test]
fn what_the_host_does_not_have_is_refused_all_at_once() {
    let error = refused(&impossible(), &DEEPSEEK);
    assert_eq!(
        error.message(),
        "this API has no top_k, seed, choice_count, service_tier, output, previous_response, images, audio; \
         leave it out, or let the request drop what is unsupported",
    );
    assert_eq!(error.provider(), Some("deepseek"));
    let forced = Request::new("x")
        .with_tools([tool()])
        .with_tool_choice(ToolChoice::Named("f".into()));
    assert!(refused(&forced, &PERPLEXITY).message().contains("tools"));
    assert!(refused(&forced, &ZAI).message().contains("tool_choice"));
    let top_k = Request::new("x").with_parameters(Parameters::new().with_top_k(1));
    assert!(refused(&top_k, &OPENAI).message().contains("top_k"));
}

#[test]
fn what_the_host_does_not_have_is_left_out_where_that_is_wished() {
    let warned = encode(
        &impossible().with_unsupported(Unsupported::Warn),
        "m",
        &DEEPSEEK,
    )
    .unwrap();
    assert_eq!(
        warned.dropped,
        [
            "top_k",
            "seed",
            "choice_count",
            "service_tier",
            "output",
            "previous_response",
            "images",
            "audio"
        ],
    );
    let dropped = encode(
        &impossible().with_unsupported(Unsupported::Drop),
        "m",
        &DEEPSEEK,
    )
    .unwrap();
    assert_eq!(dropped.dropped, [""; 0]);
    assert_eq!(dropped.body, warned.body);
    let body: Value = serde_json::from_slice(&dropped.body).unwrap();
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        [
            "model",
            "messages",
            "tools",
            "max_tokens",
            "temperature",
            "top_p",
            "stop",
            "frequency_penalty",
            "presence_penalty",
            "reasoning_effort",
            "parallel_tool_calls",
            "response_format",
        ],
    );
    assert_eq!(body["messages"][0]["content"], "x");
    assert_eq!(
        body["response_format"],
        json!({"type": "json_object"}),
        "the nearest that there is"
    );
}

#[test]
fn what_a_model_made_stands_in_no_way() {
    let made = Message::assistant("look").with_part(Part::image("image/png", [0]));
    let request = Request::new(vec![Message::user("draw"), made]);
    assert_eq!(
        body(&request, &DEEPSEEK)["messages"][1],
        json!({"role": "assistant", "content": "look"}),
    );
}
