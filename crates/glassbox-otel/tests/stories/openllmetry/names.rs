//! What spans are called, what they are part of, and what only OpenAI has.
use futures_util::stream;
use glassbox_agent::Agent;
use glassbox_core::{
    Api, CompletionModel, CompletionModelExt as _, Event, EventStream, FinishKind, Meta, ModelInfo,
    Operation, Request, Result,
};
use glassbox_test::{Capture, ScriptedModel, Turn};
use glassbox_tool::{Toolbox, tool};

use super::{builder, everything};
use crate::common::remote;

#[tokio::test]
async fn a_model_call_is_named_as_the_instrumentations_name_it() {
    let google =
        |provider| ModelInfo::new(provider, "m").with_operation(Operation::GenerateContent);
    let cases = [
        (ModelInfo::new("openai", "m"), "openai.chat", "openai"),
        (
            ModelInfo::new("azure.ai.openai", "m"),
            "openai.chat",
            "az.ai.openai",
        ),
        (
            ModelInfo::new("openai", "m").with_api(Api::Responses),
            "openai.response",
            "openai",
        ),
        (
            ModelInfo::new("aws.bedrock", "m"),
            "bedrock.converse",
            "aws.bedrock",
        ),
        (
            google("gcp.gemini"),
            "gemini.generate_content",
            "gcp.gemini",
        ),
        (
            google("gcp.vertex_ai"),
            "vertexai.generate_content",
            "gcp.vertex_ai",
        ),
        (
            ModelInfo::new("mistral_ai", "m"),
            "mistralai.chat",
            "mistral_ai",
        ),
        (ModelInfo::new("x_ai", "m"), "x_ai.chat", "xai"),
        (ModelInfo::new("my-host", "m"), "my-host.chat", "my-host"),
    ];
    for (info, name, system) in cases {
        let capture = Capture::new();
        let model = ScriptedModel::new([Turn::text("hi")]).with_info(info);
        let model = builder(&capture).build().model(model);
        model.complete("hello").await.unwrap();
        let span = &capture.spans()[0];
        assert_eq!(span.name(), name);
        assert_eq!(span.text("gen_ai.system").unwrap(), format!("{system:?}"));
        assert_eq!(span.text("llm.request.type").unwrap(), "\"chat\"");
    }
}

#[tokio::test]
async fn what_is_inside_knows_its_workflow_its_agent_and_its_path() {
    let capture = Capture::new();
    let telemetry = builder(&capture).build();
    let helper = Agent::new(ScriptedModel::new([Turn::text("42")]), Toolbox::new());
    let helper = telemetry.agent(helper.with_name("helper"));
    let inner = telemetry.clone();
    let ask = tool("ask", "Asks the helper.", move |_: ()| {
        let (helper, telemetry) = (helper.clone(), inner.clone());
        async move {
            telemetry
                .plan()
                .run(helper.run("6 * 7?"))
                .await
                .unwrap()
                .answer
        }
    });
    let model = ScriptedModel::new([Turn::tool_call("1", "ask", "{}"), Turn::text("42")]);
    let agent = Agent::new(model, Toolbox::new().with_tool(ask).unwrap()).with_name("chief");
    let agent = telemetry.agent(agent);
    telemetry
        .workflow("joke")
        .run(agent.run("go"))
        .await
        .unwrap();
    let names: Vec<String> = capture
        .spans()
        .iter()
        .map(|span| {
            let text = |key| span.text(key).unwrap_or_default().replace('"', "");
            let (agent, path) = (text("gen_ai.agent.name"), text("traceloop.entity.path"));
            assert_eq!(text("traceloop.workflow.name"), "joke");
            format!("{} of {agent} in {path}", span.name())
        })
        .collect();
    for expected in [
        "joke.workflow of  in ",
        "agent.run of chief in ",
        "tool.ask of chief in ",
        "plan.task of chief in ask",
        "agent.run of helper in ask.plan",
        "scripted.chat of helper in ask.plan",
        "scripted.chat of chief in ",
    ] {
        assert!(
            names.iter().any(|name| name == expected),
            "{expected}: {names:?}"
        );
    }
}

#[tokio::test]
async fn an_agent_outside_of_any_workflow_is_its_own() {
    let capture = Capture::new();
    let telemetry = builder(&capture).build();
    let agent = Agent::new(ScriptedModel::new([Turn::text("hi")]), Toolbox::new());
    telemetry
        .agent(agent.with_name("greeter"))
        .run("go")
        .await
        .unwrap();
    for span in capture.spans() {
        assert_eq!(span.text("traceloop.workflow.name").unwrap(), "\"greeter\"");
    }
}

#[tokio::test]
async fn what_is_openais_is_on_openais_hosts_alone() {
    /// Says everything that OpenAI says of itself.
    #[derive(Debug)]
    struct Chatty(ModelInfo);

    #[async_trait::async_trait]
    impl CompletionModel for Chatty {
        fn info(&self) -> &ModelInfo {
            &self.0
        }

        async fn stream(&self, _request: Request) -> Result<EventStream> {
            let mut meta = Meta::default();
            meta.service_tier = Some("default".into());
            meta.system_fingerprint = Some("fp_1".into());
            let events = [
                Event::Start(Box::default()),
                Event::Meta(Box::new(meta)),
                Event::text_of(0, "hi"),
                Event::finish(0, FinishKind::Stop),
                Event::End,
            ];
            Ok(Box::pin(stream::iter(events.map(Ok))))
        }
    }

    let elsewhere = ModelInfo::new("groq", "m").with_api(Api::ChatCompletions);
    for (info, is_openai) in [(remote(), true), (elsewhere, false)] {
        let capture = Capture::new();
        let model = builder(&capture).build().model(Chatty(info));
        model.complete(everything()).await.unwrap();
        let span = &capture.spans()[0];
        for (key, value) in [
            ("gen_ai.openai.request.seed", "7"),
            ("gen_ai.openai.request.response_format", "\"json_schema\""),
            ("gen_ai.openai.request.service_tier", "\"flex\""),
            ("gen_ai.openai.response.service_tier", "\"default\""),
            ("gen_ai.openai.response.system_fingerprint", "\"fp_1\""),
            ("gen_ai.openai.system_fingerprint", "\"fp_1\""),
        ] {
            assert_eq!(
                span.text(key).as_deref(),
                is_openai.then_some(value),
                "{key}"
            );
        }
    }
}
