use std::sync::Arc;

use glassbox_core::{EmbeddingRequest, Error, ErrorKind, Usage};
use glassbox_http::MemoryTransport;
use serde_json::json;

use super::history::{assert_in_order, leaves};
use super::stage::{Laws, line};
use super::{Body, Cut};

/// What is to be embedded: texts that JSON has to escape, one of them twice.
const INPUTS: [&str; 4] = ["Zürich \"HB\"", "東京 😀", "tab\there", "東京 😀"];

impl Laws {
    /// Every text gets its own vector.
    pub async fn embeddings_round_trip(&self) {
        const LAW: &str = "embeddings_round_trip";
        if !self.runs(LAW) {
            return;
        }
        // Halves and quarters, which every way to write a number can say.
        let vectors = [
            vec![0.5, -0.25, 1.0],
            vec![0.0, 2.0, -1.5],
            vec![3.0, 0.75, -0.5],
            vec![1.25, -2.0, 0.25],
        ];
        let mut usage = Usage::default();
        usage.input_tokens = Some(17);
        match self.host.wire() {
            Some(wire) => {
                let body = wire.vectors(&vectors, &usage);
                let body = body.expect("a host with embeddings spells vectors");
                for cut in Cut::ALL {
                    let transport = MemoryTransport::new().with(body.response(cut));
                    let response = self.embed(&transport).await.expect("vectors");
                    assert_eq!(response.embeddings, vectors, "{cut:?}");
                    assert_eq!(
                        response.usage.input_tokens,
                        wire.usage(usage.clone()).input_tokens
                    );
                    let sent = transport.requests().pop().expect("a request");
                    let sent = serde_json::from_slice(sent.body()).expect("a request of JSON");
                    assert_in_order(&leaves(&sent), &INPUTS.map(|text| json!(text)));
                }
                self.fails(wire.vectors(&vectors[..3], &usage), ErrorKind::Protocol)
                    .await;
                let refusal = wire.refusal(ErrorKind::RateLimited, "slow down");
                self.fails(refusal, ErrorKind::RateLimited).await;
            }
            None => {
                let response = self.embed(&MemoryTransport::new()).await.expect("vectors");
                let [a, b, c, again] = &response.embeddings[..] else {
                    panic!("{} vectors for 4 texts", response.embeddings.len());
                };
                assert_eq!(b, again, "the same text has the same vector");
                assert!(a != b && b != c && a != c, "texts differ, vectors do not");
            }
        }
        self.held();
    }

    async fn embed(
        &self,
        transport: &MemoryTransport,
    ) -> Result<glassbox_core::EmbeddingResponse, Error> {
        let line = line("http://host.invalid", transport.clone());
        let model = self.host.embeddings(&line).expect("an embedding model");
        let model = match &self.wrapper {
            Some(wrapper) => wrapper.embeddings(Arc::clone(&model)),
            None => model,
        };
        model.embed(EmbeddingRequest::new(INPUTS)).await
    }

    async fn fails(&self, body: Option<Body>, kind: ErrorKind) {
        let body = body.expect("a body");
        let transport = MemoryTransport::new().with(body.response(Cut::Whole));
        let failed = self.embed(&transport).await;
        let error = failed.expect_err("too few vectors, or a refusal");
        assert_eq!(error.kind(), kind, "{error:?}");
    }
}
