use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use glassbox_core::{ErrorKind, ToolCall, ToolCallResponse, ToolSpec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    FunctionTool, Invocation, Invoke, Tool, ToolContext, ToolError, ToolOutput, ToolRequest,
    Toolbox, tool,
};

#[derive(Deserialize, JsonSchema)]
struct Number {
    n: i64,
}

fn toolbox() -> Toolbox {
    Toolbox::new()
        .with_tool(tool("double", "Doubles.", |number: Number| async move {
            number.n * 2
        }))
        .unwrap()
        .with_tool(tool("fail", "", |()| async {
            Err::<(), _>(ToolError::new("the sea is rough"))
        }))
        .unwrap()
        .with_tool(tool("break", "", |()| async { explode("at dawn") }))
        .unwrap()
}

fn explode(when: &str) -> String {
    panic!("it broke {when}")
}

/// Panics with something that is no text.
fn burst() {
    std::panic::panic_any(vec![1_u8])
}

async fn call(toolbox: &Toolbox, name: &str, arguments: &str) -> Invocation {
    toolbox
        .call(
            &ToolCall::new("call_1", name, arguments),
            ToolContext::new(),
        )
        .await
}

#[tokio::test]
async fn a_call_is_answered() {
    let done = call(&toolbox(), "double", r#"{"n": 21}"#).await;
    assert_eq!(done.response, ToolCallResponse::new("call_1", "double", 42));
    assert!(done.error.is_none());
}

#[tokio::test]
async fn every_failure_is_an_answer_with_a_kind() {
    let rows = [
        ("fail", "{}", "tool_error", "the sea is rough"),
        (
            "break",
            "{}",
            "panic",
            "the tool failed because of a defect in it: it broke at dawn",
        ),
        (
            "double",
            "{",
            "invalid_arguments",
            "the arguments are not valid JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "double",
            "{}",
            "invalid_arguments",
            "the arguments do not fit the tool's schema:\n- at the top: \"n\" is a required property",
        ),
        (
            "dubble",
            "{}",
            "unknown_tool",
            "there is no tool named `dubble`; did you mean `double`? The tools are `double`, `fail`, `break`.",
        ),
        (
            "weather",
            "{}",
            "unknown_tool",
            "there is no tool named `weather`. The tools are `double`, `fail`, `break`.",
        ),
    ];
    for (name, arguments, kind, message) in rows {
        let failed = call(&toolbox(), name, arguments).await;
        assert_eq!(
            failed.response,
            ToolCallResponse::new("call_1", name, message).with_error()
        );
        assert_eq!(failed.error.unwrap().kind(), kind, "{name}");
    }
}

#[tokio::test]
async fn a_panic_with_anything_is_survived_and_kept_short() {
    let toolbox = Toolbox::new()
        .with_tool(tool("any", "", |()| async { burst() }))
        .unwrap()
        .with_tool(tool("long", "", |()| async {
            explode(&"x".repeat(1 << 20))
        }))
        .unwrap()
        .with_tool(Early)
        .unwrap();
    let failed = call(&toolbox, "any", "").await;
    assert_eq!(
        failed.response.to_text(),
        "the tool failed because of a defect in it"
    );
    let failed = call(&toolbox, "long", "").await;
    assert!(failed.response.to_text().len() < 300);
    let failed = call(&toolbox, "early", "").await;
    assert_eq!(failed.error.unwrap().kind(), ToolError::PANIC);
}

/// Panics before there is a future.
#[derive(Debug)]
struct Early;

impl Tool for Early {
    fn spec(&self) -> &ToolSpec {
        static SPEC: std::sync::LazyLock<ToolSpec> =
            std::sync::LazyLock::new(|| ToolSpec::new("early", json!({"type": "object"})));
        &SPEC
    }

    fn call<'a, 'b, 'c>(
        &'a self,
        _: Map<String, Value>,
        _: &'b ToolContext,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<ToolOutput, ToolError>> + Send + 'c>>
    where
        'a: 'c,
        'b: 'c,
    {
        panic!("too early")
    }
}

#[tokio::test]
async fn unknown_names_are_kept_short() {
    let failed = call(&toolbox(), &"x".repeat(1 << 20), "{}").await;
    assert!(failed.response.to_text().len() < 300);
    let failed = call(&Toolbox::new(), "x", "{}").await;
    assert_eq!(
        failed.response.to_text(),
        "there is no tool named `x`. There are no tools."
    );
}

#[tokio::test]
async fn the_context_names_the_call() {
    let told = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&told);
    let spec = ToolSpec::new("t", json!({"type": "object"}));
    let toolbox = Toolbox::new()
        .with_tool(FunctionTool::new(spec, move |_, context| {
            *keep.lock().unwrap() = Some(context);
            async {}
        }))
        .unwrap();
    let context = ToolContext::new().with_user("u");
    toolbox.call(&ToolCall::new("c9", "t", ""), context).await;
    let told = told.lock().unwrap().take().unwrap();
    assert_eq!(
        (told.call_id(), told.tool_name(), told.user()),
        ("c9", "t", Some("u"))
    );
}

#[test]
fn quirk_35_names_are_unique_and_plain() {
    let named = |name: &str| tool(name, "", |()| async {});
    let twice = toolbox().with_tool(named("double")).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Configuration);
    assert_eq!(
        twice.message(),
        "there are two tools named `double`; rename one"
    );
    for name in ["", "a b", "é", "a.b", &"x".repeat(65)] {
        let error = Toolbox::new().with_tool(named(name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        assert!(
            error
                .message()
                .starts_with(&format!("a tool cannot be named `{name}`")),
            "{error}"
        );
    }
    for name in ["a", "get_weather-2", &"x".repeat(64)] {
        Toolbox::new().with_tool(named(name)).unwrap();
    }
}

#[test]
fn order_and_sharing() {
    let toolbox = toolbox();
    let names: Vec<&str> = toolbox
        .iter()
        .map(|tool| tool.spec().name.as_str())
        .collect();
    assert_eq!(names, ["double", "fail", "break"]);
    assert_eq!((toolbox.len(), toolbox.is_empty()), (3, false));
    assert!(Toolbox::default().is_empty());
    assert!(Arc::ptr_eq(&toolbox.specs(), &toolbox.clone().specs()));
    assert_eq!(toolbox.specs()[0], *toolbox.get("double").unwrap().spec());
    assert!(toolbox.get("nothing").is_none());
    assert_eq!(format!("{toolbox:?}"), r#"["double", "fail", "break"]"#);

    let joined = crate::builtin::toolbox()
        .with_tools(toolbox.iter().cloned())
        .unwrap();
    assert_eq!(joined.len(), 5);
    assert!(joined.with_tools(toolbox.iter().cloned()).is_err());
}

/// What telemetry does: looks at every call and every answer.
#[derive(Debug)]
struct Watch {
    inner: Arc<dyn Invoke>,
    seen: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Invoke for Watch {
    async fn invoke(&self, request: ToolRequest<'_>) -> Invocation {
        let known = request.spec().is_some();
        let name = request.call().name.clone();
        let headers = [("traceparent".to_owned(), "00-7".to_owned())];
        let context = request.context().clone().with_headers(headers);
        let done = self.inner.invoke(request.with_context(context)).await;
        let kind = done.error.as_ref().map_or("ok", |error| error.kind());
        self.seen
            .lock()
            .unwrap()
            .push(format!("{name} {known} {kind}"));
        done
    }
}

#[tokio::test]
async fn one_wrapper_sees_every_call() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let toolbox = toolbox()
        .wrap(|inner| Watch {
            inner,
            seen: Arc::clone(&seen),
        })
        .with_tool(crate::tool_with_context(
            "late",
            "",
            |(), context: ToolContext| async move { context.headers()[0].1.clone() },
        ))
        .unwrap();
    for (name, arguments) in [
        ("double", r#"{"n":1}"#),
        ("double", "{"),
        ("double", "{}"),
        ("fail", ""),
        ("break", ""),
        ("nope", ""),
    ] {
        call(&toolbox, name, arguments).await;
    }
    assert_eq!(call(&toolbox, "late", "").await.response.to_text(), "00-7");
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "double true ok",
            "double true invalid_arguments",
            "double true invalid_arguments",
            "fail true tool_error",
            "break true panic",
            "nope false unknown_tool",
            "late true ok",
        ]
    );
}

#[tokio::test]
async fn dropping_a_call_cancels_it() {
    struct OnDrop(Arc<AtomicUsize>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&dropped);
    let toolbox = Toolbox::new()
        .with_tool(tool("wait", "", move |()| {
            let guard = OnDrop(Arc::clone(&count));
            async move {
                std::future::pending::<()>().await;
                drop(guard);
            }
        }))
        .unwrap();
    let wait = ToolCall::new("1", "wait", "");
    let mut pending = Box::pin(toolbox.call(&wait, ToolContext::new()));
    assert!((&mut pending).now_or_never().is_none());
    assert_eq!(dropped.load(Ordering::SeqCst), 0);
    drop(pending);
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_built_in_tools() {
    let toolbox = crate::builtin::toolbox();
    let names: Vec<&str> = toolbox
        .iter()
        .map(|tool| tool.spec().name.as_str())
        .collect();
    assert_eq!(names, ["calculate", "convert_units"]);
    let product = call(&toolbox, "calculate", r#"{"expression": "42 * 7"}"#).await;
    assert_eq!(product.response.response, json!("294"));
    let miles = call(
        &toolbox,
        "convert_units",
        r#"{"value": 294, "from_unit": "km", "to_unit": "miles"}"#,
    )
    .await;
    assert_eq!(miles.response.response, json!("182.6831 miles"));
    for (name, arguments, message) in [
        (
            "calculate",
            r#"{"expression": "1/0"}"#,
            "division by zero at column 2",
        ),
        (
            "convert_units",
            r#"{"value": 1, "from_unit": "km", "to_unit": "galon"}"#,
            "the unit `galon` is not known; did you mean `gallon`?",
        ),
    ] {
        let failed = call(&toolbox, name, arguments).await;
        assert_eq!(failed.response.to_text(), message);
        assert_eq!(failed.error.unwrap().kind(), "tool_error");
    }
    let parameters = &toolbox.specs()[1].parameters;
    assert_eq!(parameters["properties"]["value"]["type"], "number");
    assert_eq!(
        parameters["required"],
        json!(["value", "from_unit", "to_unit"])
    );
    for spec in toolbox.specs().iter() {
        assert!(glassbox_core::schema::is_strict_compatible(
            &spec.parameters
        ));
    }
}
