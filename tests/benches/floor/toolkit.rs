//! The same works through Glassbox, as its guide shows them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox::openai::OpenAi;
use glassbox::tool::{JsonSchema, Toolbox, schemars, tool};
use glassbox::{Agent, CompletionModel, CompletionModelExt as _, Event, Telemetry};
use glassbox_export::{Batching, Guard, Otlp};
use serde::Deserialize;

#[derive(Clone)]
pub(crate) struct Toolkit {
    model: Arc<dyn CompletionModel>,
    agent: Agent,
    guard: Option<Arc<Guard>>,
}

#[derive(Deserialize, JsonSchema)]
struct Number {
    n: i64,
}

impl Toolkit {
    pub(crate) fn new(url: &str, traced: bool) -> Self {
        let model = OpenAi::builder("gpt-4o-mini")
            .api_key("sk-none")
            .base_url(format!("{url}/v1"))
            .build()
            .unwrap();
        let tools = Toolbox::new()
            .with_tool(tool("first", "The first.", |number: Number| async move {
                number.n
            }))
            .and_then(|tools| {
                tools.with_tool(tool("second", "The second.", |number: Number| async move {
                    number.n
                }))
            })
            .unwrap();
        let model: Arc<dyn CompletionModel> = Arc::new(model);
        let agent = Agent::new(Arc::clone(&model), tools);
        if !traced {
            return Self {
                model,
                agent,
                guard: None,
            };
        }
        let batching = Batching::default().with_max_queue_size(100_000);
        let otlp = Otlp::http(&format!("{url}/v1/traces")).unwrap();
        let guard = glassbox_export::builder()
            .with_batching(batching)
            .with_otlp(otlp)
            .build()
            .unwrap();
        let telemetry = Telemetry::builder()
            .tracer_provider(guard.tracer_provider())
            .build();
        Self {
            model: telemetry.model(model),
            agent: telemetry.agent(agent),
            guard: Some(Arc::new(guard)),
        }
    }

    pub(crate) async fn chat(&self) {
        assert!(self.model.text("hello").await.unwrap().len() > 1_000);
    }

    pub(crate) async fn agent(&self) {
        assert!(self.agent.run("do two things").await.unwrap().answer.len() > 1_000);
    }

    pub(crate) async fn stream(&self) {
        let mut events = self.model.events("hello").await.unwrap();
        let (mut text, mut counted) = (String::new(), false);
        while let Some(event) = events.next().await {
            match event.unwrap() {
                Event::Text { delta, .. } => text.push_str(&delta),
                Event::Usage(_) => counted = true,
                _ => {}
            }
        }
        assert!(text.len() > 1_000 && counted);
    }

    pub(crate) async fn open(&self) -> impl std::any::Any {
        let mut events = self.model.events("wait").await.unwrap();
        for _ in 0..3 {
            events.next().await.unwrap().unwrap();
        }
        events
    }

    pub(crate) fn finish(&self) {
        if let Some(guard) = &self.guard {
            let report = guard.flush(Duration::from_secs(30));
            assert!(report.is_complete(), "{report}");
        }
    }
}
