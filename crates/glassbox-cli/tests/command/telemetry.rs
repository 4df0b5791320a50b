//! What is recorded, under which names, and where it goes.

use crate::binary::{Run, command, glassbox, span};

const QUESTION: &str = "What is 42 * 7, and convert that many km to miles?";
const CAPTURE: &str = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

#[test]
fn content_is_recorded_only_where_it_was_asked_for() {
    let off = glassbox(&["run", "--trace", "console", QUESTION]);
    assert!(!off.stdout.contains("convert that many") && !off.stderr.contains("convert that many"));
    let on = glassbox(&["run", "--trace", "console", "--content", "span", QUESTION]);
    let spans = on.objects();
    let messages = &span(&spans, "chat offline")["attributes"]["gen_ai.input.messages"];
    let messages: serde_json::Value = serde_json::from_str(messages.as_str().unwrap()).unwrap();
    assert_eq!(messages[0]["parts"][0]["content"], QUESTION);
    let tool = &span(&spans, "execute_tool calculate")["attributes"];
    assert_eq!(
        tool["gen_ai.tool.call.arguments"],
        r#"{"expression":"42 * 7"}"#
    );
    assert_eq!(tool["gen_ai.tool.call.result"], "294");
}

#[test]
fn the_variable_asks_for_content_and_the_flag_wins() {
    let run = |variable: &str, flags: &[&str]| {
        let mut arguments = vec!["run", "--trace", "console", "--no-tools"];
        arguments.extend(flags);
        arguments.push("a canary");
        Run::of(command(&arguments).env(CAPTURE, variable).output().unwrap())
    };
    let with = |run: &Run| {
        run.objects()
            .iter()
            .any(|span| span.to_string().contains("a canary"))
    };
    assert!(with(&run("SPAN_ONLY", &[])));
    assert!(!with(&run("SPAN_ONLY", &["--content", "off"])));
    assert!(with(&run("no_content", &["--content", "span"])));
    let wrong = run("yes", &[]);
    assert!(
        !with(&wrong) && wrong.complaint().contains(CAPTURE),
        "{}",
        wrong.stderr
    );
}

#[test]
fn events_go_to_the_trace_where_log_records_go_nowhere() {
    let arguments = ["run", "--trace", "console", "--content", "event", QUESTION];
    let on_span = glassbox(&arguments);
    let spans = on_span.objects();
    let chat = span(&spans, "chat offline");
    let event = &chat["events"][0];
    assert_eq!(event["name"], "gen_ai.client.inference.operation.details");
    assert!(event["attributes"]["gen_ai.input.messages"].is_string());
    assert!(chat["attributes"]["gen_ai.input.messages"].is_null());
    let logged = command(&["run", "--trace", "none", "--content", "event", QUESTION])
        .env("OTEL_LOGS_EXPORTER", "console")
        .output();
    let logged = Run::of(logged.unwrap()).objects();
    assert_eq!(logged.len(), 3, "one for each call");
    let input = &logged[0]["attributes"]["gen_ai.input.messages"];
    assert_eq!(input[0]["parts"][0]["content"], QUESTION);
}

#[test]
fn metrics_go_where_their_variable_says() {
    let run = command(&["run", "--trace", "none", QUESTION])
        .env("OTEL_METRICS_EXPORTER", "console")
        .output();
    let run = Run::of(run.unwrap());
    for name in [
        "gen_ai.invoke_agent.duration",
        "gen_ai.client.inference.duration",
        "gen_ai.client.inference.usage.input_tokens",
        "gen_ai.execute_tool.duration",
        "glassbox.client.cost",
    ] {
        assert!(run.stdout.contains(name), "{name} in {}", run.stdout);
    }
}

#[test]
fn an_exporter_that_there_is_not_exports_nothing() {
    let run = command(&["run", "--trace", "none", QUESTION])
        .env("OTEL_METRICS_EXPORTER", "prometheus")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        .output();
    let run = Run::of(run.unwrap());
    assert_eq!(run.code, 0);
    let said: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(said.len(), 1, "{}", run.stderr);
    assert!(said[0].contains("\"prometheus\" is not otlp"), "{said:?}");
}

#[test]
fn the_convention_gives_the_names() {
    let run =
        |names: &str| glassbox(&["run", "--trace", "console", "--convention", names, QUESTION]);
    let tutorial = run("openllmetry").objects();
    let root = span(&tutorial, "agent.run");
    assert!(root["parent_id"].is_null());
    let tool = span(&tutorial, "tool.calculate");
    assert_eq!(tool["parent_id"], root["context"]["span_id"]);
    let both = run("gen_ai,openinference").objects();
    let agent = &span(&both, "invoke_agent")["attributes"];
    assert_eq!(agent["gen_ai.operation.name"], "invoke_agent");
    assert_eq!(agent["openinference.span.kind"], "AGENT");
    let wrong = run("openllmetri");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("openllmetry"), "{}", wrong.stderr);
}
