//! An agent whose collector misbehaves: its answers are the same, and its spans are counted.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use glassbox::tool::{JsonSchema, Toolbox, schemars, tool};
use glassbox::{Agent, CompletionModel, Telemetry};
use glassbox_export::{Otlp, Report};
use glassbox_test::{ScriptedModel, Turn};
use serde::Deserialize;

/// A run, two calls of the model, and a call of a tool.
const SPANS: u64 = 4;

#[derive(Deserialize, JsonSchema)]
struct City {
    name: String,
}

fn agent() -> Agent {
    let weather = tool(
        "weather",
        "The weather of a city.",
        |city: City| async move { format!("{}: fine", city.name) },
    );
    let model: Arc<dyn CompletionModel> = Arc::new(ScriptedModel::new([
        Turn::tool_call("call_1", "weather", r#"{"name":"Utrecht"}"#),
        Turn::text("It is fine."),
    ]));
    Agent::new(model, Toolbox::new().with_tool(weather).unwrap())
}

/// A port where each connection is answered with this, once something was said, and then closed.
fn answering(answer: Option<&'static str>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 64 * 1024]);
                match answer {
                    Some(answer) => drop(stream.write_all(answer.as_bytes())),
                    None => loop {
                        thread::park();
                    },
                }
            });
        }
    });
    port
}

fn nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

async fn run(otlp: Otlp) -> Report {
    let bare = agent().run("How is the weather?").await.unwrap();
    let guard = glassbox_export::builder().with_otlp(otlp).build().unwrap();
    let telemetry = Telemetry::builder()
        .tracer_provider(guard.tracer_provider())
        .build();
    let traced = telemetry.agent(agent());
    let traced = traced.run("How is the weather?").await.unwrap();
    assert_eq!(traced.answer, bare.answer);
    assert_eq!(
        format!("{:?}", traced.messages),
        format!("{:?}", bare.messages)
    );
    guard.shutdown_async(Duration::from_millis(500)).await
}

#[tokio::test(flavor = "current_thread")]
async fn whatever_the_collector_does() {
    for (what, port) in [
        ("is not there", nobody()),
        ("hangs", answering(None)),
        ("hangs up", answering(Some(""))),
        ("babbles", answering(Some("\u{7}\u{7}\u{7}\r\n\r\n"))),
        (
            "is busy",
            answering(Some("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n")),
        ),
        (
            "refuses",
            answering(Some("HTTP/1.1 401 X\r\ncontent-length: 0\r\n\r\n")),
        ),
        (
            "fails",
            answering(Some("HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n")),
        ),
    ] {
        let url = format!("http://127.0.0.1:{port}");
        for otlp in [Otlp::http(&url), Otlp::grpc(&url)] {
            let report = run(otlp.unwrap()).await;
            let sink = &report.sinks[0];
            let counted = (sink.exported, sink.dropped, sink.failed, sink.pending);
            assert_eq!(counted, (0, 0, SPANS, 0), "{what}: {report}");
            assert!(
                report.to_string().starts_with("could not deliver 4 spans"),
                "{what}"
            );
        }
    }
}
