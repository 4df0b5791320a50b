use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModelExt as _, Delivery, ErrorKind, Event, Message, OutputFormat, Parameters, Part,
    Request, Role, ToolCallResponse, ToolChoice, ToolSpec, Unsupported,
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
        (
            "how many miles are in 26.2 km?",
            vec![convert(26.2, "km", "miles")],
        ),
        (
            "How many feet are there in a mile?",
            vec![convert(1.0, "mile", "feet")],
        ),
        (
            "How many seconds in 2 hours?",
            vec![convert(2.0, "hours", "seconds")],
        ),
        ("What is 15% of 200?", vec![calculate("15 / 100 * 200")]),
        (
            "20 percent of 50 plus 3",
            vec![calculate("20 / 100 * 50 + 3")],
        ),
        ("10 % 3", vec![calculate("10 % 3")]),
        ("3.5e3 * 2", vec![calculate("3.5e3 * 2")]),
        ("2E-3 + 1.", vec![calculate("2E-3 + 1")]),
        ("6x7", vec![calculate("6 * 7")]),
        (
            "3 * 4 km to miles",
            vec![calculate("3 * 4"), convert(None, "km", "miles")],
        ),
        (
            "20 degrees Celsius in Fahrenheit",
            vec![convert(20.0, "Celsius", "Fahrenheit")],
        ),
        ("1e3 m to km, please", vec![convert(1000.0, "m", "km")]),
        ("Tell me a joke", vec![]),
        ("Is it raining in Paris?", vec![]),
        ("What happened on 2024-01-15?", vec![]),
        ("What is new in 1.2.3 - 4?", vec![]),
        ("What is 0x10?", vec![]),
        ("Is 15% good?", vec![]),
        ("200 + 15%", vec![]),
        ("Solve 2 + 3x = 11", vec![]),
        ("2 + 2 - say it", vec![calculate("2 + 2")]),
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
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("demo/offline"));
}

fn impossible() -> Request {
    let parameters = Parameters::new()
        .with_choice_count(2u32)
        .with_stop_sequence("END");
    let shown = [
        Part::image_uri("https://example.com/a.png"),
        Part::text("1 + 1?"),
    ];
    Request::new(Message::new(Role::User, shown))
        .with_tools(offered())
        .with_parameters(parameters)
        .with_tool_choice(ToolChoice::Required)
        .with_output(OutputFormat::Json)
        .with_previous_response("r0")
}

const IMPOSSIBLE: [&str; 6] = [
    "choice_count",
    "stop_sequences",
    "tool_choice",
    "output",
    "previous_response",
    "images",
];

#[tokio::test]
async fn what_it_cannot_do_is_refused_with_every_name() {
    let model = DemoModel::new("offline").unwrap();
    let error = model.complete(impossible()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.to_string().contains(&IMPOSSIBLE.join(", ")),
        "{error}"
    );
    let schema = OutputFormat::schema("answer", json!({"type": "object"}));
    let error = model
        .complete(Request::new("hi").with_output(schema))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("output"), "{error}");
}

#[tokio::test]
async fn what_it_cannot_do_is_left_out_and_told_where_that_is_wished() {
    let model = DemoModel::new("offline").unwrap();
    for (unsupported, told) in [
        (Unsupported::Warn, IMPOSSIBLE.as_slice()),
        (Unsupported::Drop, &[]),
    ] {
        let request = impossible().with_unsupported(unsupported);
        let mut events = model.events(request.clone()).await.unwrap();
        let Some(Ok(Event::Start(start))) = events.next().await else {
            panic!("a stream begins with its start");
        };
        assert_eq!(start.dropped, told);
        assert_eq!(ask(request).await.tool_calls().count(), 1);
    }
}

#[tokio::test]
async fn what_it_can_do_is_not_refused() {
    let parameters = Parameters::new()
        .with_choice_count(1u32)
        .with_temperature(0.5);
    let request = Request::new("1 + 1?")
        .with_tools(offered())
        .with_parameters(parameters)
        .with_output(OutputFormat::Text);
    assert_eq!(ask(request.clone()).await.tool_calls().count(), 1);
    let forbidden = ask(request.with_tool_choice(ToolChoice::None)).await;
    assert_eq!(forbidden.tool_calls().count(), 0);
    assert!(forbidden.text().contains("may not call it"));
}
