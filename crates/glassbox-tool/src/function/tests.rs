use std::borrow::Cow;

use glassbox_core::ToolSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    FunctionTool, IntoToolOutput, Json, Tool as _, ToolContext, ToolError, tool, tool_with_context,
};

#[derive(Deserialize, JsonSchema)]
struct Pair {
    a: i64,
    #[serde(default)]
    b: i64,
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(entries) => entries,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_function_becomes_a_tool() {
    let add = tool("add", "Adds.", |pair: Pair| async move { pair.a + pair.b }).with_strict(true);
    assert_eq!(add.spec().name, "add");
    assert_eq!(add.spec().description.as_deref(), Some("Adds."));
    assert_eq!(add.spec().strict, Some(true));
    assert_eq!(add.spec().parameters["required"], json!(["a"]));
    let output = add
        .call(object(json!({"a": 40, "b": 2})), &ToolContext::new())
        .await
        .unwrap();
    assert_eq!(output.into_value(), json!(42));
    assert_eq!(format!("{add:?}"), r#"FunctionTool { name: "add", .. }"#);
}

async fn halve(pair: Pair) -> Result<i64, std::num::TryFromIntError> {
    Ok(u8::try_from(pair.a)?.into())
}

#[tokio::test]
async fn a_named_function_and_its_error() {
    let tool = tool("halve", "", halve);
    let error = tool
        .call(object(json!({"a": 300})), &ToolContext::new())
        .await
        .unwrap_err();
    assert_eq!(
        error.message(),
        "out of range integral type conversion attempted"
    );
    assert_eq!(error.kind(), "tool_error");
    assert!(error.source().unwrap().is::<std::num::TryFromIntError>());
}

#[tokio::test]
async fn the_context_reaches_the_function() {
    let tool = tool_with_context("who", "", |(), context: ToolContext| async move {
        format!(
            "{} {:?} {:?}",
            context.call_id(),
            context.user(),
            context.headers()
        )
    });
    let context = ToolContext::new()
        .with_call_id("c1")
        .with_user("u1")
        .with_conversation("v1")
        .with_headers([("traceparent".to_owned(), "00-1".to_owned())]);
    assert_eq!(context.conversation(), Some("v1"));
    let output = tool.call(Map::new(), &context).await.unwrap();
    assert_eq!(
        output.into_value(),
        json!(r#"c1 Some("u1") [("traceparent", "00-1")]"#)
    );
}

#[tokio::test]
async fn functions_without_arguments() {
    #[derive(Deserialize, JsonSchema)]
    struct Unit;
    #[derive(Deserialize, JsonSchema)]
    struct Empty {}
    for tool in [
        tool("a", "", |()| async { "done" }),
        tool("b", "", |_: Unit| async { "done" }),
        tool("c", "", |_: Empty| async { "done" }),
    ] {
        let output = tool.call(Map::new(), &ToolContext::new()).await.unwrap();
        assert_eq!(output.into_value(), json!("done"));
    }
}

#[tokio::test]
async fn a_schema_made_at_run_time() {
    let spec = ToolSpec::new("echo", json!({"type": "object"}));
    let echo = FunctionTool::new(spec, |arguments, _| async move { Json(arguments) });
    let output = echo
        .call(object(json!({"x": [1]})), &ToolContext::new())
        .await
        .unwrap();
    assert_eq!(output.into_value(), json!({"x": [1]}));
}

/// Its `Deserialize` asks for more than its schema says.
#[derive(JsonSchema)]
struct Even(#[expect(dead_code, reason = "never read")] u8);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("x".repeat(1 << 20)))
    }
}

#[tokio::test]
async fn arguments_that_fit_the_schema_and_not_the_type() {
    let tool = tool("even", "", |_: Even| async { "never" });
    let error = tool
        .call(Map::new(), &ToolContext::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ToolError::INVALID_ARGUMENTS);
    assert!(
        error
            .message()
            .starts_with("the arguments cannot be read: xxx")
    );
    assert!(error.message().len() < 400);
}

#[test]
fn outputs() {
    fn value(output: impl IntoToolOutput) -> Value {
        output.into_tool_output().unwrap().into_value()
    }
    #[derive(Serialize)]
    struct Point {
        x: f64,
    }
    assert_eq!(value("a"), json!("a"));
    assert_eq!(value("a".to_owned()), json!("a"));
    assert_eq!(value(Cow::Borrowed("a")), json!("a"));
    assert_eq!(value(7u8), json!(7));
    assert_eq!(value(0.5), json!(0.5));
    assert_eq!(value(true), json!(true));
    assert_eq!(value(()), json!(null));
    assert_eq!(value(json!([1])), json!([1]));
    assert_eq!(value(Json(Point { x: 1.0 })), json!({"x": 1.0}));
    assert_eq!(value(Ok::<_, ToolError>("a")), json!("a"));

    let failed = Err::<String, _>(ToolError::new("no").with_kind("busy"))
        .into_tool_output()
        .unwrap_err();
    assert_eq!((failed.message(), failed.kind()), ("no", "busy"));
    let no_json = Json(std::collections::HashMap::from([((1, 2), 3)]))
        .into_tool_output()
        .unwrap_err();
    assert_eq!(no_json.message(), "key must be a string");
}

#[test]
fn errors_show_kind_message_and_cause() {
    let error: ToolError = "x".parse::<u8>().unwrap_err().into();
    assert_eq!(error.to_string(), "invalid digit found in string");
    assert_eq!(
        format!("{error:?}"),
        r#"ToolError { kind: "tool_error", message: "invalid digit found in string", source: ParseIntError { kind: InvalidDigit } }"#
    );
    assert_eq!(
        format!("{:?}", ToolError::new("m")),
        r#"ToolError { kind: "tool_error", message: "m" }"#
    );
}
