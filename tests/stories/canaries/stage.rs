//! Everything that a path makes somebody emit.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use glassbox::Telemetry;
use glassbox::otel::TelemetryBuilder;
use glassbox_export::{ConsoleExporter, Otlp, TreeExporter};
use glassbox_test::{Capture, Reply, Server};

use super::walk::Path;

/// What was told in one place.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) place: &'static str,
    pub(super) bytes: Vec<u8>,
    /// How many spans there are, where it is the place for them.
    pub(super) count: usize,
}

impl Told {
    fn new(place: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            place,
            bytes: bytes.into(),
            count: 0,
        }
    }

    fn at(&self, canary: &str) -> Option<usize> {
        let mut windows = self.bytes.windows(canary.len());
        windows.position(|window| window == canary.as_bytes())
    }

    pub(super) fn holds(&self, canary: &str) -> bool {
        self.at(canary).is_some()
    }

    /// The canary and what stands around it.
    pub(super) fn excerpt(&self, canary: &str) -> String {
        let at = self.at(canary).unwrap_or(0);
        let end = self.bytes.len().min(at + 80);
        String::from_utf8_lossy(&self.bytes[at.saturating_sub(160)..end]).into_owned()
    }
}

#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Walks the path twice, with the signals as the SDK has them, and with every exporter of spans.
pub(super) async fn emitted(path: Path, builder: impl Fn() -> TelemetryBuilder) -> Vec<Told> {
    let mut told = captured(path, builder()).await;
    told.extend(exported(path, builder()).await);
    told
}

async fn captured(path: Path, builder: TelemetryBuilder) -> Vec<Told> {
    let capture = Capture::new();
    let builder = builder
        .tracer_provider(capture.provider())
        .meter_provider(capture.meter_provider())
        .logger_provider(capture.logger_provider());
    let mut said = vec![format!("{builder:?}")];
    said.extend(path.walk(&builder.build()).await);
    let mut spans = Told::new("spans", format!("{:?}", capture.spans()));
    spans.count = capture.spans().len();
    vec![
        spans,
        Told::new("metrics", format!("{:?}", capture.metrics())),
        Told::new("logs", format!("{:?}", capture.logs())),
        Told::new("words of errors and models", said.join("\n")),
    ]
}

async fn exported(path: Path, builder: TelemetryBuilder) -> Vec<Told> {
    let collector = Server::new(|_| Reply::new(200));
    let (console, tree) = (Written::default(), Written::default());
    let otlp = Otlp::http(&format!("{}/v1/traces", collector.url())).unwrap();
    let guard = glassbox_export::builder()
        .with_console(ConsoleExporter::new(console.clone()))
        .with_tree(TreeExporter::new(tree.clone()))
        .with_otlp(otlp)
        .build()
        .unwrap();
    let telemetry: Telemetry = builder.tracer_provider(guard.tracer_provider()).build();
    path.walk(&telemetry).await;
    let report = guard.shutdown(Duration::from_secs(30));
    assert!(report.is_complete(), "{report}");
    let bodies = collector.requests().into_iter().map(|sent| sent.body);
    let written = |Written(bytes): &Written| bytes.lock().unwrap().clone();
    vec![
        Told::new("console", written(&console)),
        Told::new("tree", written(&tree)),
        Told::new("otlp", bodies.flatten().collect::<Vec<u8>>()),
    ]
}
