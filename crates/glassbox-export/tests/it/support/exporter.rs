//! Exporters of the SDK's kind that do what a test needs.

use std::future::pending;
use std::sync::{Arc, Mutex};

use opentelemetry::trace::{Tracer as _, TracerProvider as _};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tokio::sync::Semaphore;

/// Keeps the sizes of the batches and the names of the spans.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keep(Arc<Mutex<Vec<Vec<String>>>>);

impl Keep {
    pub(crate) fn batches(&self) -> Vec<usize> {
        self.0.lock().unwrap().iter().map(Vec::len).collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().flatten().cloned().collect()
    }
}

impl SpanExporter for Keep {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let names = batch.into_iter().map(|span| span.name.into_owned());
        self.0.lock().unwrap().push(names.collect());
        Ok(())
    }
}

/// Takes a batch only when it gets a permit.
#[derive(Debug, Clone)]
pub(crate) struct Gate(pub(crate) Arc<Semaphore>);

impl SpanExporter for Gate {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        self.0.acquire().await.unwrap().forget();
        Ok(())
    }
}

/// Never comes back.
#[derive(Debug)]
pub(crate) struct Hang;

impl SpanExporter for Hang {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        pending().await
    }
}

/// Fails as often as it is told, then succeeds.
#[derive(Debug)]
pub(crate) struct Fail(pub(crate) Mutex<usize>);

impl SpanExporter for Fail {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        let mut left = self.0.lock().unwrap();
        match left.checked_sub(1) {
            None => Ok(()),
            Some(less) => {
                *left = less;
                Err(OTelSdkError::InternalFailure("no luck".to_owned()))
            }
        }
    }
}

#[derive(Debug)]
pub(crate) struct Panic;

impl SpanExporter for Panic {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        panic!("an exporter's own bug")
    }
}

/// Makes a span for each batch it exports, as an instrumented client would.
#[derive(Debug)]
pub(crate) struct Chatty(pub(crate) SdkTracerProvider, pub(crate) Keep);

impl SpanExporter for Chatty {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        drop(self.0.tracer("exporter").start("export"));
        self.1.export(batch).await
    }
}

/// Blocks the thread it is called on.
#[derive(Debug)]
pub(crate) struct Block;

impl SpanExporter for Block {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        loop {
            std::thread::park();
        }
    }
}
