use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;
use std::time::Duration;

use glassbox::otel::{Events, TelemetryBuilder};
use glassbox::{Prices, Telemetry, Vocabulary};
use glassbox_export::{
    Builder, ConsoleExporter, Environment, Guard, OtlpFile, TreeExporter, TreeStyle,
};

use crate::args::{TraceArguments, TraceKind};
use crate::failure::Failure;
use crate::held::{Held, Release};
use crate::output;

/// How long the delivery of the trace may take at the end.
const DELIVERY: Duration = Duration::from_secs(10);

const METRICS: &str = "OTEL_METRICS_EXPORTER";
const LOGS: &str = "OTEL_LOGS_EXPORTER";

/// Where the trace goes, and what records it.
pub(crate) struct Trace {
    guard: Arc<Guard>,
    /// What is kept back until the answer is out.
    held: Vec<Release>,
    pub(crate) telemetry: Telemetry,
}

impl Trace {
    pub(crate) fn start(arguments: &TraceArguments) -> Result<Self, Failure> {
        if let Some(other) = arguments.contradiction() {
            return Err(Failure::usage(format!(
                "--trace none and --trace {other} contradict each other; leave one out"
            )));
        }
        let environment = Environment::from_env();
        let mut held = Vec::new();
        let builder = builder(&arguments.trace, &environment, &mut held)
            .and_then(|builder| beside(builder, &environment))
            .map_err(|error| Failure::usage(error.to_string()))?;
        let guard = builder
            .with_service_name("glassbox")
            .install()
            .map_err(|error| Failure::usage(error.to_string()))?;
        guard
            .warnings()
            .iter()
            .for_each(|warning| output::complain(warning));
        let telemetry = telemetry(arguments, &environment, &guard);
        Ok(Self {
            guard: Arc::new(guard),
            held,
            telemetry,
        })
    }

    /// The trace's id, once it has begun.
    pub(crate) fn id(&self) -> Option<String> {
        self.guard.last_trace_id().map(|id| id.to_string())
    }

    /// The answer is out: what the trace has to say beside it may follow.
    pub(crate) fn release(&self) {
        self.held.iter().for_each(Release::release);
    }

    /// Delivers every span, and says what could not be delivered. Nothing else on this thread is held up.
    pub(crate) async fn deliver(&self) {
        let guard = Arc::clone(&self.guard);
        if let Ok(report) = tokio::task::spawn_blocking(move || guard.shutdown(DELIVERY)).await {
            report
                .problems()
                .for_each(|problem| output::complain(&problem));
        }
    }
}

/// Metrics and log records go where their variables say, and nowhere without: not every host that takes spans takes
/// them too.
fn beside(builder: Builder, environment: &Environment) -> Result<Builder, glassbox_export::Error> {
    let mut builder = builder;
    if environment.var(METRICS).is_some() {
        builder = builder.with_metrics_from_environment(environment)?;
    }
    if environment.var(LOGS).is_some() {
        builder = builder.with_logs_from_environment(environment)?;
    }
    Ok(builder)
}

/// What records, as the environment and, above it, the arguments say.
fn telemetry(arguments: &TraceArguments, environment: &Environment, guard: &Guard) -> Telemetry {
    // The command's models say themselves what calls cost, by the list that it was given.
    let mut builder = TelemetryBuilder::from_env()
        .prices(Prices::empty())
        .tracer_provider(guard.tracer_provider());
    builder
        .warnings()
        .iter()
        .for_each(|warning| output::complain(warning));
    if environment.var(METRICS).is_some() {
        builder = builder.meter_provider(guard.meter_provider());
    }
    if let Some(content) = arguments.content {
        builder = builder.content(content.into());
    }
    if environment.var(LOGS).is_some() {
        builder = builder.logger_provider(guard.logger_provider());
    } else if builder.has_content_in_events() {
        // Where log records go nowhere, the trace is the place to see them.
        builder = builder.events(Events::Spans);
    }
    let names = arguments.convention.iter();
    let vocabularies: Vec<Vocabulary> = names.filter_map(|name| Vocabulary::named(name)).collect();
    if !vocabularies.is_empty() {
        builder = builder.vocabularies(vocabularies);
    }
    builder.build()
}

fn builder(
    kinds: &[TraceKind],
    environment: &Environment,
    held: &mut Vec<Release>,
) -> Result<Builder, glassbox_export::Error> {
    let mut hold = |out: Box<dyn Write + Send>| {
        let (writer, release) = Held::new(out);
        held.push(release);
        writer
    };
    let style = TreeStyle::from_environment(environment, io::stderr().is_terminal());
    if !kinds.is_empty() {
        return kinds.iter().try_fold(
            Builder::settings_from_environment(environment),
            |builder, kind| match kind {
                TraceKind::Tree => Ok(builder
                    .with_tree(TreeExporter::new(hold(Box::new(io::stderr()))).with_style(style))),
                TraceKind::Console => {
                    let writer = hold(Box::new(io::stdout()));
                    Ok(builder.with_console(ConsoleExporter::new(writer)))
                }
                TraceKind::Otlp => builder.with_otlp_from_environment(environment),
                TraceKind::File(path) => Ok(builder.with_file(OtlpFile::new(path))),
                TraceKind::None => Ok(builder),
            },
        );
    }
    if environment.var("OTEL_TRACES_EXPORTER").is_some() {
        return Builder::settings_from_environment(environment)
            .with_traces_from_environment(environment);
    }
    let builder = Builder::settings_from_environment(environment)
        .with_tree(TreeExporter::new(hold(Box::new(io::stderr()))).with_style(style));
    // Whoever names an endpoint wants the trace there.
    let endpoints = [
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];
    if endpoints.iter().any(|name| environment.var(name).is_some()) {
        builder.with_otlp_from_environment(environment)
    } else {
        Ok(builder)
    }
}
