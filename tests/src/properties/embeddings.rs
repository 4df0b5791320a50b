use std::sync::Arc;

use futures_executor::block_on;
use glassbox_core::{
    Delivery, EmbeddingModel, EmbeddingRequest, EmbeddingResponse, EncodingFormat, Result,
};
use glassbox_http::MemoryTransport;

use super::hosts::{EMBEDDINGS, client};
use super::input::{Cut, Input};
use super::said;

/// What is asked for: as many vectors must come.
const TEXTS: [&str; 2] = ["one", "two"];

/// Whatever a host answers, there is a vector for every text, or an error, however the body is cut.
pub(super) fn embeddings(input: &[u8]) {
    let Some(input) = Input::read(input) else {
        return;
    };
    let whole = shown(&embed(&input, Cut::Whole));
    for cut in Cut::OTHERS {
        assert_eq!(shown(&embed(&input, cut)), whole, "{cut:?}");
    }
    match embed(&input, Cut::Whole) {
        Ok(response) => {
            assert_eq!(response.embeddings.len(), TEXTS.len());
            serde_json::to_string(&response).expect("a response is JSON");
        }
        Err(error) => said::assert_safe(&error),
    }
}

/// As text, in which a number that is none is equal to itself.
fn shown(result: &Result<EmbeddingResponse>) -> String {
    match result {
        Ok(response) => format!("{response:?}"),
        Err(error) => said::all(error),
    }
}

fn embed(input: &Input<'_>, cut: Cut) -> Result<EmbeddingResponse> {
    let response = input.response(200, "application/json", cut);
    let transport = MemoryTransport::new().with(response);
    let make = input.pick(EMBEDDINGS);
    let which = input.index(usize::MAX) / EMBEDDINGS.len();
    let model: Arc<dyn EmbeddingModel> = make(which, client(transport, input.limits()));
    let mut request = EmbeddingRequest::new(TEXTS);
    if input.delivery() == Delivery::Incremental {
        request = request.with_encoding_format(EncodingFormat::Base64);
    }
    block_on(model.embed(request))
}
