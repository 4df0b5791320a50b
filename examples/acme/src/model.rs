//! The model: the only asynchronous file.

use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result};
use glassbox_http::{Call, Framing, HttpClient};

use crate::AcmeDecoder;
use crate::encode::encode;

/// A model of Acme's. Cheap to clone.
#[derive(Clone)]
pub struct Acme {
    pub(crate) info: ModelInfo,
    /// The request without its body.
    pub(crate) call: Call,
    pub(crate) http: HttpClient,
}

impl fmt::Debug for Acme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acme")
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for Acme {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let framing = match request.delivery {
            Delivery::Incremental => Framing::Ndjson,
            _ => Framing::Whole,
        };
        let (body, dropped) = encode(&request, &self.info.model)?;
        let mut call = self.call.clone().with_headers(&request.headers)?;
        call.body = body.into();
        let mut reply = self.http.send(call).await?;
        reply.start.dropped = dropped;
        Ok(reply.events(framing, AcmeDecoder::new()))
    }
}
