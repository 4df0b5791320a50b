//! One completion and one embedding with each provider.

use glassbox_core::{Delivery, Usage};
use glassbox_test::laws::Cut;
use glassbox_test::{Server, Turn};
use serde_json::json;

use crate::hosted::{Hosted, each, run, with_keys};

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_completes() {
    each(Hosted::all(), |hosted| async move {
        let turn = Turn::text("Grüße, 世界!").with_usage(Usage::new(7, 5));
        let server = hosted.server(vec![turn], Delivery::Whole);
        let flags = ["--output", "json", "--trace", "none", "Say it."];
        let run = run(with_keys(hosted.pointed(&server, "chat", &flags))).await;
        assert_eq!((run.code, &*run.stderr), (0, ""), "{}", hosted.name);
        let object = run.object();
        assert_eq!(object["text"], "Grüße, 世界!");
        assert_eq!(object["provider"], *hosted.info().provider);
        assert_eq!(object["finish_reason"], "stop");
        assert_eq!(object["usage"]["input_tokens"], 7);
        assert_eq!(object["usage"]["output_tokens"], 5);
        assert_eq!(server.requests().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_with_embeddings_embeds() {
    let mut hosted = Hosted::all();
    hosted.retain(|hosted| {
        let name = format!("{}/m", hosted.name);
        let model = glassbox::embedding_model_with(&name, &hosted.options());
        hosted.api.is_none() && model.is_ok()
    });
    each(hosted, |hosted| async move {
        let vectors = [vec![0.5, -0.25], vec![1.0, 2.0]];
        let mut usage = Usage::default();
        usage.input_tokens = Some(4);
        let body = hosted.wire().vectors(&vectors, &usage).unwrap();
        let reply = body.reply(Cut::Whole);
        let server = Server::new(move |_| reply.clone());
        let flags = ["--output", "json", "--trace", "none", "a", "b"];
        let run = run(with_keys(hosted.pointed(&server, "embed", &flags))).await;
        assert_eq!((run.code, &*run.stderr), (0, ""), "{}", hosted.name);
        let object = run.object();
        assert_eq!(object["embeddings"], json!([[0.5, -0.25], [1.0, 2.0]]));
        let counted = hosted.wire().usage(usage).input_tokens;
        assert_eq!(object["usage"]["input_tokens"].as_u64(), counted);
        assert_eq!(server.requests().len(), 1);
    })
    .await;
}
