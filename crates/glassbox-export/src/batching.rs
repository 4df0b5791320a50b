//! How many spans or log records wait, and for how long.

use std::time::Duration;

use crate::environment::{Environment, Settings};

/// Larger than any wait that makes sense, and still fits every clock.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How many spans may wait and how they are put into batches: the specification's
/// [batch span processor](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor).
/// Log records have a batching of their own, with variables of their own, `OTEL_BLRP_*`; what is said
/// here of spans holds for them.
///
/// The queue bounds spans between the threads that end them and the exporter's thread, and once
/// more for each exporter, between that thread and a slow receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batching {
    /// Spans that may wait; further ones are dropped and counted. Default 2,048
    /// (`OTEL_BSP_MAX_QUEUE_SIZE`).
    pub max_queue_size: usize,
    /// How much memory the spans that wait may hold, in bytes, as far as that can be estimated; further
    /// ones are dropped and counted. Default 64 MiB, which 2,048 spans reach where each carries 32 KiB
    /// of content.
    pub max_queue_bytes: usize,
    /// Spans in one export. Default 512 (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`).
    pub max_batch_size: usize,
    /// How long the first span of a batch waits for others. Default 5 s
    /// (`OTEL_BSP_SCHEDULE_DELAY`), and 1 s [for log records](Self::for_logs).
    pub schedule_delay: Duration,
    /// How long one attempt to export may take. Default 30 s (`OTEL_BSP_EXPORT_TIMEOUT`).
    pub export_timeout: Duration,
}

macro_rules! names {
    ($prefix:literal) => {
        Names {
            queue: concat!("OTEL_", $prefix, "_MAX_QUEUE_SIZE"),
            batch: concat!("OTEL_", $prefix, "_MAX_EXPORT_BATCH_SIZE"),
            delay: concat!("OTEL_", $prefix, "_SCHEDULE_DELAY"),
            timeout: concat!("OTEL_", $prefix, "_EXPORT_TIMEOUT"),
        }
    };
}

impl Default for Batching {
    fn default() -> Self {
        Self {
            max_queue_size: 2048,
            max_queue_bytes: 64 * 1024 * 1024,
            max_batch_size: 512,
            schedule_delay: Duration::from_secs(5),
            export_timeout: Duration::from_secs(30),
        }
    }
}

impl Batching {
    /// Sets how many spans may wait; at least one.
    #[must_use]
    pub fn with_max_queue_size(mut self, spans: usize) -> Self {
        self.max_queue_size = spans.max(1);
        self
    }

    /// Sets how much memory the spans that wait may hold, in bytes. One span may always wait.
    #[must_use]
    pub fn with_max_queue_bytes(mut self, bytes: usize) -> Self {
        self.max_queue_bytes = bytes;
        self
    }

    /// Sets how many spans one export may carry; at least one.
    #[must_use]
    pub fn with_max_batch_size(mut self, spans: usize) -> Self {
        self.max_batch_size = spans.max(1);
        self
    }

    /// Sets how long the first span of a batch waits for others. Zero exports at once.
    #[must_use]
    pub fn with_schedule_delay(mut self, delay: Duration) -> Self {
        self.schedule_delay = delay.min(LONGEST);
        self
    }

    /// Sets how long one attempt to export may take. Zero is no limit.
    #[must_use]
    pub fn with_export_timeout(mut self, timeout: Duration) -> Self {
        self.export_timeout = match timeout {
            Duration::ZERO => LONGEST,
            timeout => timeout.min(LONGEST),
        };
        self
    }

    /// The same within bounds: the fields are public.
    pub(crate) fn bounded(self) -> Self {
        self.with_max_queue_size(self.max_queue_size)
            .with_max_batch_size(self.max_batch_size)
            .with_schedule_delay(self.schedule_delay)
            .with_export_timeout(self.export_timeout)
    }

    /// The defaults for log records.
    #[must_use]
    pub fn for_logs() -> Self {
        Self::default().with_schedule_delay(Duration::from_secs(1))
    }

    /// What the `OTEL_BSP_*` variables say, and one warning for each that says nonsense.
    #[must_use]
    pub fn from_environment(environment: &Environment) -> (Self, Vec<String>) {
        let mut settings = Settings::new(environment);
        let batching = Self::read(&mut settings);
        (batching, settings.warnings)
    }

    pub(crate) fn read(settings: &mut Settings<'_>) -> Self {
        Self::default().overridden(settings, &names!("BSP"))
    }

    /// What the `OTEL_BLRP_*` variables say, for log records.
    pub(crate) fn read_for_logs(settings: &mut Settings<'_>) -> Self {
        Self::for_logs().overridden(settings, &names!("BLRP"))
    }

    fn overridden(self, settings: &mut Settings<'_>, names: &Names) -> Self {
        let queue = settings.count(names.queue, self.max_queue_size);
        let batch = settings.count(names.batch, self.max_batch_size);
        let delay = settings.milliseconds(&[names.delay], self.schedule_delay);
        let timeout = settings.milliseconds(&[names.timeout], self.export_timeout);
        if batch > queue && settings.environment.var(names.batch).is_some() {
            settings.warn(format!(
                "{}={batch} is more than {}={queue}; using {queue}",
                names.batch, names.queue
            ));
        }
        self.with_max_queue_size(queue)
            .with_max_batch_size(batch.min(queue))
            .with_schedule_delay(delay)
            .with_export_timeout(timeout)
    }
}

/// The variables of one batching.
struct Names {
    queue: &'static str,
    batch: &'static str,
    delay: &'static str,
    timeout: &'static str,
}

#[cfg(test)]
mod tests;
