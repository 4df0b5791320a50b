//! Long runs and large histories: nothing of ours grows with the square of them.

use glassbox::tool::builtin;
use glassbox::{Agent, Limits, Message, Messages, Outcome, Usage};
use glassbox_test::{ScriptedModel, Server, Turn};

use crate::host::{agent, telemetry};

const CALL: &str = r#"{"expression":"1+1"}"#;

#[tokio::test]
async fn two_hundred_steps_are_two_hundred_steps() {
    let (telemetry, capture) = telemetry();
    let model = ScriptedModel::from_fn(|request| {
        let turn = if request.messages.len() >= 400 {
            Turn::text("2")
        } else {
            Turn::tool_call("c", "calculate", CALL)
        };
        turn.with_usage(Usage::new(1, 1))
    });
    let agent = Agent::new(model, builtin::toolbox()).with_limits(Limits::new().with_steps(300));
    let result = telemetry.agent(agent).run("go").await.unwrap();
    assert_eq!((result.outcome, result.steps), (Outcome::Answer, 201));
    let spans = capture.spans();
    assert_eq!(spans.len(), 402);
    let sizes = |name: &str| {
        let sizes = spans
            .iter()
            .filter(|span| span.name() == name)
            .map(|span| span.data().attributes.len());
        (sizes.clone().min(), sizes.max())
    };
    let (least, most) = sizes("chat script");
    assert_eq!(
        least, most,
        "a span's attributes do not grow with the conversation"
    );
}

#[tokio::test]
async fn a_megabyte_of_history_goes_over_the_wire() {
    let (telemetry, capture) = telemetry();
    let server = Server::chat_completions([
        Turn::tool_call("c1", "calculate", CALL).with_usage(Usage::new(250_000, 10)),
        Turn::text("2").with_usage(Usage::new(250_020, 1)),
    ]);
    let paragraph = "All work and no play makes a long history. ".repeat(25);
    let history: Messages = (0..1_000)
        .map(|n| {
            if n % 2 == 0 {
                Message::user(&*paragraph)
            } else {
                Message::assistant(&*paragraph)
            }
        })
        .collect();
    let result = telemetry.agent(agent(&server)).run(history).await.unwrap();
    assert_eq!(result.answer, "2");
    let sent = server.requests();
    assert!(sent.iter().all(|request| request.body.len() > 1_000_000));
    assert_eq!(capture.spans().len(), 4);
}
