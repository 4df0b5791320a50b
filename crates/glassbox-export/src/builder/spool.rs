//! What a builder adds for collectors of spans and files, and the spool before collectors.

use opentelemetry_sdk::Resource;

use super::Builder;
use super::resource::SERVICE_NAME;
use crate::environment::{Environment, Settings};
use crate::error::Error;
use crate::file::OtlpFile;
use crate::otlp::Otlp;
use crate::pipeline::SpoolPlan;
use crate::sink::{SinkSpec, Spans};
use crate::spool::{DEAD_LETTERS, Health, Spool};

/// A verdict comes after a span has ended, and what has ended is in the spool by then.
const UNSAMPLED: &str = "spans that go through a spool are not sampled: each trace is delivered to each collector \
                         (GLASSBOX_SPOOL_DIR, GLASSBOX_TAIL_SAMPLING)";

/// Where spans go.
#[derive(Debug)]
pub(super) enum SpanSink {
    /// To a collector, through a spool where there is one.
    Otlp(Box<Otlp>),
    Other(SinkSpec<Spans>),
}

/// A spool that is asked for.
#[derive(Debug, Clone)]
pub(super) enum Asked {
    /// By the program: without it nothing starts.
    Program(Spool),
    /// By variables: what cannot be kept is delivered all the same.
    Environment(Spool),
}

/// Collectors of spans, and files.
impl Builder {
    /// Adds delivery of spans over OTLP.
    pub fn with_otlp(mut self, otlp: Otlp) -> Self {
        self.sinks.push(SpanSink::Otlp(Box::new(otlp)));
        self
    }

    /// Adds delivery of spans over OTLP, as the `OTEL_EXPORTER_OTLP_*` variables say.
    ///
    /// # Errors
    ///
    /// See [`Otlp::from_environment`].
    pub fn with_otlp_from_env(self) -> Result<Self, Error> {
        self.with_otlp_from_environment(&Environment::from_env())
    }

    /// Like [`with_otlp_from_env`](Self::with_otlp_from_env), from variables given.
    ///
    /// # Errors
    ///
    /// See [`Otlp::from_environment`].
    pub fn with_otlp_from_environment(mut self, environment: &Environment) -> Result<Self, Error> {
        let (otlp, warnings) = Otlp::from_environment(environment)?;
        self.warn(warnings);
        Ok(self.with_otlp(otlp))
    }

    /// Adds a file of OTLP JSON lines.
    ///
    /// A file that cannot be opened is an error of [`install`](Self::install) and [`build`](Self::build).
    pub fn with_file(self, file: OtlpFile) -> Self {
        self.with_sink(file.into_span_spec())
    }
}

/// A spool, so that no span that has ended is lost with the process.
impl Builder {
    /// Keeps spans in a spool until each collector that [`with_otlp`](Self::with_otlp) added has them. Those
    /// that an earlier process of this service has left there are delivered too, with that process's resource.
    /// Without a collector spans are kept until `glassbox spool drain` or another process delivers them.
    ///
    /// A console, a tree and exporters of one's own get spans as they do without. Metrics and log records
    /// do not go through the spool. Nor are spans in it [sampled](Self::with_tail_sampling): a verdict comes after
    /// a span has ended, so each trace is delivered, and a [warning](crate::Guard::warnings) says so.
    pub fn with_spool(mut self, spool: Spool) -> Self {
        self.spool = Some(Asked::Program(spool));
        self
    }

    pub(super) fn read_spool(&mut self, settings: &mut Settings<'_>) {
        self.spool = Spool::read(settings).map(Asked::Environment);
    }

    /// The sinks of spans that are only in memory, and what goes through the spool.
    pub(super) fn span_plan(
        &mut self,
        resource: &Resource,
    ) -> Result<(Vec<SinkSpec<Spans>>, Option<SpoolPlan>), Error> {
        let sinks = std::mem::take(&mut self.sinks);
        let plan = match self.spool.take() {
            Some(Asked::Program(spool)) => Some(self.open(&spool, &sinks, resource)?),
            Some(Asked::Environment(spool)) if sinks.iter().any(SpanSink::is_otlp) => {
                match self.open(&spool, &sinks, resource) {
                    Ok(plan) => Some(plan),
                    Err(error) => {
                        self.warn(vec![format!("{error}; spans are kept in memory only")]);
                        None
                    }
                }
            }
            _ => None,
        };
        let in_memory = |sink| match sink {
            SpanSink::Other(spec) => Some(spec),
            SpanSink::Otlp(otlp) if plan.is_none() => Some((*otlp).into_span_spec()),
            SpanSink::Otlp(_) => None,
        };
        Ok((sinks.into_iter().filter_map(in_memory).collect(), plan))
    }

    fn open(
        &mut self,
        spool: &Spool,
        sinks: &[SpanSink],
        resource: &Resource,
    ) -> Result<SpoolPlan, Error> {
        let name = resource.get(&SERVICE_NAME);
        let name = name.map(|name| name.as_str().into_owned());
        let folder = spool.folder(&name.unwrap_or_default());
        let otlps = sinks.iter().filter_map(SpanSink::otlp);
        let dead = folder.join(DEAD_LETTERS);
        let specs: Vec<_> = otlps
            .map(|otlp| {
                otlp.clone()
                    .into_stored_spec(dead.clone(), spool.max_bytes())
            })
            .collect();
        let targets = specs.iter().map(|spec| spec.target.clone()).collect();
        let store = spool.open(folder, targets).map_err(|error| {
            let directory = spool.directory().display();
            Error::caused(
                format!("cannot keep spans in {directory} (GLASSBOX_SPOOL_DIR)"),
                error,
            )
        })?;
        self.warn(sentences(spool, &store.health()));
        if self.sampling.is_some() && !specs.is_empty() {
            self.warn(vec![UNSAMPLED.to_owned()]);
        }
        Ok(SpoolPlan {
            store: store.with_batch(self.batching.bounded().max_batch_size),
            directory: spool.directory().to_owned(),
            sinks: specs,
        })
    }
}

impl SpanSink {
    fn otlp(&self) -> Option<&Otlp> {
        match self {
            Self::Otlp(otlp) => Some(otlp),
            Self::Other(_) => None,
        }
    }

    /// What it is called in a report.
    #[cfg(test)]
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Otlp(_) => "otlp",
            Self::Other(spec) => &spec.name,
        }
    }

    fn is_otlp(&self) -> bool {
        self.otlp().is_some()
    }
}

/// What is wrong with what earlier processes have left.
fn sentences(spool: &Spool, health: &Health) -> Vec<String> {
    let directory = spool.directory().display();
    let spans = |count, what: &str| match count {
        0 => None,
        1 => Some(format!("{directory}: 1 span {what}")),
        _ => Some(format!("{directory}: {count} spans {what}")),
    };
    let damaged = spans(health.damaged, "cannot be read any more");
    let torn = spans(health.torn, "had not been written to the end");
    let foreign = health.foreign.iter().map(|path| {
        let path = path.display();
        format!("{path} is no file of spans that this version reads; left alone")
    });
    let unreadable = health.unreadable.iter().cloned();
    damaged
        .into_iter()
        .chain(torn)
        .chain(foreign)
        .chain(unreadable)
        .collect()
}
