//! How often metrics are collected.

use std::time::Duration;

use crate::environment::Settings;

/// Larger than any wait that makes sense, and still fits every clock.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Nobody can follow more than this.
const SHORTEST: Duration = Duration::from_millis(1);

/// The specification's
/// [periodic exporting metric reader](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#periodic-exporting-metricreader).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Periodic {
    /// From one collection to the next.
    pub(crate) interval: Duration,
    /// How long one export may take.
    pub(crate) timeout: Duration,
}

impl Default for Periodic {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(60),
            timeout: Duration::from_secs(30),
        }
    }
}

impl Periodic {
    pub(crate) fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval.clamp(SHORTEST, LONGEST);
        self
    }

    /// Zero is no limit.
    pub(crate) fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = match timeout {
            Duration::ZERO => LONGEST,
            timeout => timeout.min(LONGEST),
        };
        self
    }

    /// What the `OTEL_METRIC_EXPORT_*` variables say.
    pub(crate) fn read(settings: &mut Settings<'_>) -> Self {
        let default = Self::default();
        let expected = format!(
            "a whole number of milliseconds above zero (default {})",
            default.interval.as_millis()
        );
        let interval = settings.parsed(&["OTEL_METRIC_EXPORT_INTERVAL"], &expected, |value| {
            value.parse::<u64>().ok().filter(|interval| *interval > 0)
        });
        let timeout = settings.milliseconds(&["OTEL_METRIC_EXPORT_TIMEOUT"], default.timeout);
        default
            .with_interval(interval.map_or(default.interval, Duration::from_millis))
            .with_timeout(timeout)
    }
}
