//! Wrapping twice, or one thing inside another, records everything once: spans, metrics and events.

use glassbox::otel::{Events, TelemetryBuilder};
use glassbox::tool::builtin;
use glassbox::{
    Agent, CompletionModel, CompletionModelExt as _, EmbeddingModel as _, EmbeddingRequest, Error,
    ErrorKind, Telemetry, Usage,
};
use glassbox_test::{Capture, ScriptedEmbeddings, ScriptedModel, Turn};

#[derive(Clone, Copy, Debug)]
enum Signals {
    All,
    Logs,
    Metrics,
    MetricsAndLogs,
    Traces,
}

impl Signals {
    const ALL: [Self; 5] = [
        Self::All,
        Self::Logs,
        Self::Metrics,
        Self::MetricsAndLogs,
        Self::Traces,
    ];

    fn telemetry(self, capture: &Capture) -> Telemetry {
        // The global tracer provider of this process records nothing.
        let mut builder: TelemetryBuilder = Telemetry::builder()
            .events(Events::Both)
            .operation_details(true);
        if matches!(self, Self::All | Self::Traces) {
            builder = builder.tracer_provider(capture.provider());
        }
        if matches!(self, Self::All | Self::Metrics | Self::MetricsAndLogs) {
            builder = builder.meter_provider(capture.meter_provider());
        }
        if matches!(self, Self::All | Self::Logs | Self::MetricsAndLogs) {
            builder = builder.logger_provider(capture.logger_provider());
        }
        builder.build()
    }
}

fn script() -> ScriptedModel {
    let call = r#"{"expression":"6 * 7"}"#;
    ScriptedModel::new([
        Turn::tool_call("c1", "calculate", call).with_usage(Usage::new(10, 5)),
        Turn::tool_call("c2", "nonsuch", "{}"),
        Turn::text("42").with_usage(Usage::new(20, 1)),
    ])
}

fn agent(model: impl CompletionModel) -> Agent {
    Agent::new(model, builtin::toolbox()).with_name("twice")
}

/// Runs a run that answers and a call that fails, each wrapped so, and gives what was recorded. What durations came to
/// is not in it.
async fn recorded(signals: Signals, wrap: impl Fn(&Telemetry, ScriptedModel) -> Agent) -> String {
    let capture = Capture::new();
    let telemetry = signals.telemetry(&capture);
    let result = wrap(&telemetry, script()).run("go").await.unwrap();
    assert_eq!(result.answer, "42");
    let refused = Error::new(ErrorKind::Overloaded, "busy").with_status(503);
    let failing = ScriptedModel::new([Turn::refused(refused)]);
    wrap(&telemetry, failing).run("go").await.unwrap_err();
    assert_eq!(capture.open(), 0);
    capture.render_all()
}

#[tokio::test]
async fn an_agent_is_recorded_once() {
    for signals in Signals::ALL {
        let once = recorded(signals, |telemetry, model| telemetry.agent(agent(model))).await;
        assert!(!once.is_empty(), "{signals:?}");
        let twice = recorded(signals, |telemetry, model| {
            telemetry.agent(telemetry.agent(agent(model)))
        });
        assert_eq!(twice.await, once, "the agent twice: {signals:?}");
        let model_too = recorded(signals, |telemetry, model| {
            telemetry.agent(agent(telemetry.model(model)))
        });
        assert_eq!(model_too.await, once, "the model too: {signals:?}");
        let all = recorded(signals, |telemetry, model| {
            let model = telemetry.model(telemetry.model(model));
            let tools = telemetry.tools(telemetry.tools(builtin::toolbox()));
            telemetry.agent(telemetry.agent(Agent::new(model, tools).with_name("twice")))
        });
        assert_eq!(all.await, once, "everything twice: {signals:?}");
    }
}

#[tokio::test]
async fn what_stands_alone_is_recorded_once() {
    for signals in Signals::ALL {
        let mut told = Vec::new();
        for times in [1, 2, 3] {
            let capture = Capture::new();
            let telemetry = signals.telemetry(&capture);
            let turn = Turn::text("hi").with_usage(Usage::new(3, 2));
            let mut model = telemetry.model(ScriptedModel::new([turn.clone(), turn]));
            let mut vectors = telemetry.embeddings(ScriptedEmbeddings::new());
            for _ in 1..times {
                model = telemetry.model(model);
                vectors = telemetry.embeddings(vectors);
            }
            model.complete("hello").await.unwrap();
            // Dropped before its end.
            drop(model.events("hello").await.unwrap());
            vectors.embed(EmbeddingRequest::new(["a"])).await.unwrap();
            told.push(capture.render_all());
        }
        assert!(!told[0].is_empty(), "{signals:?}");
        assert!(told.iter().all(|other| *other == told[0]), "{told:#?}");
    }
}

#[tokio::test]
async fn each_of_two_recorders_records_once() {
    let (ours, theirs) = (Capture::new(), Capture::new());
    let [a, b] = [&ours, &theirs].map(|capture| Signals::All.telemetry(capture));
    a.agent(b.agent(agent(script()))).run("go").await.unwrap();
    let spans = |capture: &Capture| capture.spans().len();
    assert_eq!(
        spans(&ours) + spans(&theirs),
        6,
        "a run, three calls, two tools"
    );
}
