//! What the stories share.
use glassbox_core::{Api, Capabilities, ModelInfo};
use glassbox_otel::Telemetry;
use glassbox_price::{Prices, Rates};
use glassbox_test::Capture;
use glassbox_tool::{ToolError, Toolbox, tool};
use schemars::JsonSchema;
use serde::Deserialize;

/// A recorder, and what it records.
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
    Prices::empty()
        .with_model("openai", "gpt-4o-mini", rates)
        .with_model("openai", "text-embedding-3-small", Rates::input_only(0.5))
}

/// A model behind a host.
pub(crate) fn remote() -> ModelInfo {
    ModelInfo::new("openai", "gpt-4o-mini")
        .with_server("api.openai.com", Some(443))
        .with_api(Api::ChatCompletions)
        .with_capabilities(Capabilities::all())
}

#[derive(Deserialize, JsonSchema)]
struct Add {
    a: i64,
    b: i64,
}

/// `add`, which adds, and `fail`, which fails.
pub(crate) fn tools() -> Toolbox {
    let add = tool("add", "Adds two numbers.", |sum: Add| async move {
        sum.a + sum.b
    });
    let fail = tool("fail", "Fails.", |_: ()| async move {
        Err::<String, _>(ToolError::new("the customer's address is Elm Street 7"))
    });
    let panic = tool("panic", "Panics.", |_: ()| async move {
        if true {
            panic!("broken");
        }
        0
    });
    Toolbox::new()
        .with_tool(add)
        .unwrap()
        .with_tool(fail)
        .unwrap()
        .with_tool(panic)
        .unwrap()
}
