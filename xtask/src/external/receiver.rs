//! Traces in a collector that is not ours: the command sends runs over each protocol to rotel, which says what arrived,
//! and every span is there with every attribute in its type.

use std::collections::BTreeMap;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::{Installation, Outcome, Running, install, output};
use crate::ci::{Line, TOOLS};
use crate::tidy;

pub(super) mod seen;

use seen::Span;

const PACKAGE: &str = "rotel==0.0.1a15";

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);

const QUESTION: &str = "What is 42 * 7, and convert that many km to miles?";

/// Runs with every type of attribute, one with a tool and one that ends at its limit and says so in an event.
const RUNS: &[&[&str]] = &[&["--stream"], &["--stream", "--max-steps", "1"]];

pub(super) fn check(root: &Path) -> Result<Outcome> {
    let line = |text: String| text.split_whitespace().map(str::to_owned).collect();
    let installation = Installation {
        name: "rotel",
        what: PACKAGE,
        lines: vec![
            line(format!("python3 -m venv {TOOLS}/rotel")),
            line(format!(
                "{TOOLS}/rotel/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --pre {PACKAGE}"
            )),
        ],
    };
    let folder = match install(root, &installation)? {
        Ok(folder) => folder,
        Err(why) => return Ok(Outcome::Skipped(why)),
    };
    Line::cargo("build --package glassbox-cli").run(root)?;
    let binary = tidy::metadata(root)?
        .target_directory
        .join("debug/glassbox");
    let collector = Collector::start(&folder)?;
    let mut expected = BTreeMap::new();
    for (protocol, endpoint) in collector.endpoints() {
        for run in RUNS {
            let spans = sent(binary.as_std_path(), protocol, &endpoint, run)?;
            if spans.is_empty() {
                bail!("a run over {protocol} wrote no spans");
            }
            expected.extend(spans);
        }
    }
    let arrived = collector.arrived(&expected)?;
    let mut findings = Vec::new();
    for (id, span) in &expected {
        match arrived.get(id) {
            None => findings.push(format!("{id}, {}: did not arrive", span.name)),
            Some(other) if other != span => {
                findings.push(format!(
                    "{id}: was sent as\n{span:#?}\nand arrived as\n{other:#?}"
                ));
            }
            Some(_) => {}
        }
    }
    if !findings.is_empty() {
        bail!("{}", findings.join("\n"));
    }
    let attributes: usize = expected.values().map(|span| span.attributes.len()).sum();
    Ok(Outcome::Passed(format!(
        "{} spans over gRPC, HTTP with protobuf and HTTP with JSON, {attributes} attributes with their types",
        expected.len()
    )))
}

/// The spans of one run that was sent, as the command itself writes them.
fn sent(
    binary: &Path,
    protocol: &str,
    endpoint: &str,
    run: &[&str],
) -> Result<BTreeMap<String, Span>> {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("OTEL_") || text.starts_with("GLASSBOX_") {
            command.env_remove(&name);
        }
    }
    command
        .args([
            "run",
            "--trace",
            "otlp",
            "--trace",
            "console",
            "--content",
            "span",
        ])
        .args(run)
        .arg(QUESTION)
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_METRICS_EXPORTER", "otlp")
        .stdin(Stdio::null());
    let (_, out, err) = output(&mut command, PATIENCE)?;
    if err.contains("could not deliver") {
        bail!("over {protocol}: {err}");
    }
    seen::written(&out).with_context(|| {
        format!("over {protocol}: reading what it wrote; beside it, it said {err:?}")
    })
}

/// rotel, on two ports of the loopback interface.
struct Collector {
    grpc: u16,
    http: u16,
    log: std::path::PathBuf,
    running: Running,
}

impl Collector {
    fn start(folder: &Path) -> Result<Self> {
        let mut python = Command::new(folder.join("bin/python"));
        python.args([
            "-c",
            "import os, rotel; print(os.path.join(os.path.dirname(rotel.__file__), 'rotel-agent'))",
        ]);
        let (_, program, err) = output(&mut python, PATIENCE)?;
        if program.trim().is_empty() {
            bail!("the package {PACKAGE} has no program: {err}");
        }
        let (grpc, http) = (free_port()?, free_port()?);
        let log = folder.join("rotel.log");
        let out = fs::File::create(&log)?;
        let child = Command::new(program.trim())
            .args([
                "start",
                "--exporter",
                "blackhole",
                "--debug-log",
                "traces",
                "--debug-log-verbosity",
                "detailed",
            ])
            .arg(format!("--otlp-grpc-endpoint=127.0.0.1:{grpc}"))
            .arg(format!("--otlp-http-endpoint=127.0.0.1:{http}"))
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .context("starting rotel")?;
        let mut collector = Self {
            grpc,
            http,
            log,
            running: Running(child),
        };
        collector.wait_until_ready()?;
        Ok(collector)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while [self.grpc, self.http]
            .iter()
            .any(|&port| TcpStream::connect(("127.0.0.1", port)).is_err())
        {
            if let Some(status) = self.running.0.try_wait()? {
                bail!(
                    "rotel ended with {status}: {}",
                    fs::read_to_string(&self.log).unwrap_or_default()
                );
            }
            if Instant::now() >= end {
                bail!("rotel did not listen within {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    fn endpoints(&self) -> [(&'static str, String); 3] {
        let at = |port| format!("http://127.0.0.1:{port}");
        [
            ("grpc", at(self.grpc)),
            ("http/protobuf", at(self.http)),
            ("http/json", at(self.http)),
        ]
    }

    /// What arrived, once all that is expected did or patience is over. It writes a moment after it has answered.
    fn arrived(&self, expected: &BTreeMap<String, Span>) -> Result<BTreeMap<String, Span>> {
        let end = Instant::now() + PATIENCE;
        loop {
            let arrived = seen::logged(&fs::read_to_string(&self.log)?);
            let whole = expected
                .iter()
                .all(|(id, span)| arrived.get(id) == Some(span));
            if whole || Instant::now() >= end {
                return Ok(arrived);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// A port that nothing listens on now.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("asking for a free port")?;
    Ok(listener.local_addr()?.port())
}
