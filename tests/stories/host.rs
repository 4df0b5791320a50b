//! An agent whose model is behind a loopback server, and a recorder.

use glassbox::openai::OpenAi;
use glassbox::tool::builtin;
use glassbox::{Agent, CompletionModel, Prices, Rates, Telemetry, ToolCall, Usage};
use glassbox_test::{Capture, Server, Turn};

pub(crate) fn telemetry() -> (Telemetry, Capture) {
    let capture = Capture::new();
    (
        Telemetry::builder()
            .tracer_provider(capture.provider())
            .prices(prices())
            .build(),
        capture,
    )
}

/// Prices that do not change from one day to the next, and whose sums are exact.
pub(crate) fn prices() -> Prices {
    let rates = Rates::new(0.5, 2.0).with_cache_read_input(0.125);
    Prices::empty().with_model("openai", "gpt-4o-mini", rates)
}

/// The OpenAI adapter, pointed at a server.
pub(crate) fn model(server: &Server) -> impl CompletionModel {
    let url = format!("{}/v1", server.url());
    OpenAi::builder("gpt-4o-mini")
        .api_key("sk-canary-7f3a")
        .base_url(url)
        .build()
        .unwrap()
}

pub(crate) fn agent(server: &Server) -> Agent {
    Agent::new(model(server), builtin::toolbox()).with_name("converter")
}

/// The tutorial's question: a calculation, a conversion, an answer.
pub(crate) fn turns() -> [Turn; 3] {
    let mut cached = Usage::new(150, 20);
    cached.cache_read_input_tokens = Some(128);
    cached.reasoning_output_tokens = Some(4);
    let convert = r#"{"value":294,"from_unit":"km","to_unit":"miles"}"#;
    [
        Turn::tool_calls([ToolCall::new(
            "call_1",
            "calculate",
            r#"{"expression":"42 * 7"}"#,
        )])
        .with_id("r1")
        .with_usage(Usage::new(100, 15)),
        Turn::tool_calls([ToolCall::new("call_2", "convert_units", convert)])
            .with_id("r2")
            .with_usage(cached),
        Turn::text("294 km is 182.68 miles.")
            .with_id("r3")
            .with_usage(Usage::new(200, 10)),
    ]
}
