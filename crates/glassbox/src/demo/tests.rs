use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModelExt as _, Delivery, ErrorKind, Message, Request, ToolCallResponse, ToolSpec,
};
use serde_json::{Value, json};

use super::DemoModel;
use super::prompt::{Task, tasks};

fn calculate(expression: &str) -> Task {
    Task::Calculate(expression.to_owned())
}

fn convert(value: impl Into<Option<f64>>, from: &str, to: &str) -> Task {
    Task::Convert {
        value: value.into(),
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

#[test]
fn it_finds_what_there_is_to_work_out() {
    for (prompt, found) in [
        (
            "What is 42 * 7, and convert that many km to miles?",
            vec![calculate("42 * 7"), convert(None, "km", "miles")],
        ),
        ("What is 42*7?", vec![calculate("42 * 7")]),
        ("What is (1 + 2) × 3?", vec![calculate("(1 + 2) * 3")]),
        ("How much is 6 times 7 plus 1", vec![calculate("6 * 7 + 1")]),
        ("What is 10 divided by 4.", vec![calculate("10 / 4")]),
        ("2 ** 10 = ?", vec![calculate("2 ^ 10")]),
        ("-3 + 5", vec![calculate("-3 + 5")]),
        ("sqrt(16) please", vec![calculate("sqrt(16)")]),
        ("What's 1,000 * 2?", vec![calculate("1000 * 2")]),
        ("Convert 5 km to miles", vec![convert(5.0, "km", "miles")]),
        ("convert -40 C to F", vec![convert(-40.0, "C", "F")]),
        (
            "How many miles are 10 km?",
            vec![convert(10.0, "km", "miles")],
        ),
        (
            "What is 3 + 4 and 10 kg in lbs?",
            vec![calculate("3 + 4"), convert(10.0, "kg", "lbs")],
        ),
        (
            "Take 2 + 2, then convert it from kg to lbs",
            vec![calculate("2 + 2"), convert(None, "kg", "lbs")],
        ),
        ("Tell me a joke", vec![]),
        ("I have 3 apples", vec![]),
        ("It is 5 o'clock in Paris", vec![]),
        ("", vec![]),
        ("((((((", vec![]),
        ("1 +", vec![]),
        ("(1 + 2", vec![calculate("1 + 2")]),
    ] {
        assert_eq!(tasks(prompt), found, "{prompt:?}");
    }
}

#[test]
fn hostile_prompts_are_only_prompts() {
    for prompt in [
        "(".repeat(100_000),
        "1+".repeat(100_000),
        "é".repeat(20_001),
        "\u{0}1*\u{202e}2".to_owned(),
    ] {
        let _ = tasks(&prompt);
    }
}

fn offered() -> Vec<ToolSpec> {
    vec![
        ToolSpec::new("calculate", json!({})),
        ToolSpec::new("convert_units", json!({})),
    ]
}

async fn ask(request: Request) -> glassbox_core::Response {
    DemoModel::new("offline")
        .unwrap()
        .complete(request)
        .await
        .unwrap()
}

#[tokio::test]
async fn it_works_through_the_tools_and_words_what_they_gave() {
    let mut request =
        Request::new("What is 42 * 7, and convert that many km to miles?").with_tools(offered());
    let first = ask(request.clone()).await;
    let call = first.tool_calls().next().unwrap().clone();
    assert_eq!(
        (call.name.as_str(), first.tool_calls().count()),
        ("calculate", 1)
    );
    assert_eq!(call.arguments.to_value(), json!({"expression": "42 * 7"}));
    request.messages.push(first.choices[0].message.clone());
    request.messages.push(Message::tool([ToolCallResponse::new(
        call.id, call.name, "294",
    )]));
    let second = ask(request.clone()).await;
    let call = second.tool_calls().next().unwrap().clone();
    assert_eq!(
        call.arguments.to_value(),
        json!({"value": 294.0, "from_unit": "km", "to_unit": "miles"})
    );
    request.messages.push(second.choices[0].message.clone());
    request.messages.push(Message::tool([ToolCallResponse::new(
        call.id,
        call.name,
        "182.6831 miles",
    )]));
    let third = ask(request).await;
    assert_eq!(third.text(), "42 * 7 = 294, and 294 km is 182.68 miles.");
    assert!(third.usage.input_tokens > second.usage.input_tokens);
    assert!(third.usage.output_tokens.unwrap() > 0);
    assert!(third.id().is_some() && third.id() != second.id());
}

#[tokio::test]
async fn what_does_not_depend_on_anything_is_asked_for_at_once() {
    let request = Request::new("What is 3 + 4 and 10 kg in lbs?").with_tools(offered());
    let names: Vec<_> = ask(request)
        .await
        .tool_calls()
        .map(|call| call.name.clone())
        .collect();
    assert_eq!(names, ["calculate", "convert_units"]);
}

#[tokio::test]
async fn a_tool_that_failed_is_said_to_have_failed() {
    let mut request = Request::new("What is 1 / 0?").with_tools(offered());
    let call = ask(request.clone())
        .await
        .tool_calls()
        .next()
        .unwrap()
        .clone();
    let failed =
        ToolCallResponse::new(call.id, call.name, Value::from("division by zero")).with_error();
    request.messages.push(Message::tool([failed]));
    assert_eq!(
        ask(request).await.text(),
        "that did not work out: division by zero."
    );
}

#[tokio::test]
async fn it_says_what_it_is_and_what_it_would_need() {
    assert!(
        ask(Request::new("Tell me a joke").with_tools(offered()))
            .await
            .text()
            .contains("--model openai/")
    );
    assert!(
        ask(Request::new("What is 1 + 1?"))
            .await
            .text()
            .contains("`calculate`")
    );
}

#[tokio::test]
async fn it_streams_in_pieces_that_add_up() {
    let request = Request::new("Tell me a joke");
    let whole = ask(request.clone()).await;
    let incremental = ask(request.clone().with_delivery(Delivery::Incremental)).await;
    assert_eq!(whole, incremental);
    let model = DemoModel::new("offline").unwrap();
    assert!(model.events(request).await.unwrap().count().await > 20);
}

#[tokio::test(start_paused = true)]
async fn the_slow_one_takes_its_time() {
    let began = tokio::time::Instant::now();
    let model = DemoModel::new("slow").unwrap();
    model.events("Tell me a joke").await.unwrap().count().await;
    assert!(began.elapsed().as_millis() > 500);
}

#[test]
fn there_are_two_of_them() {
    let error = DemoModel::new("online").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("demo/offline"));
}
