//! The three kinds of telemetry.

/// One of the three kinds of telemetry, each with exporters of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Signal {
    /// Traces: counted in spans.
    #[default]
    Traces,
    /// Metrics: counted in data points, one for each set of attributes of an instrument in each
    /// collection.
    Metrics,
    /// Logs, and so events: counted in log records.
    Logs,
}

impl Signal {
    /// So many of what is counted.
    pub(crate) fn count(self, count: u64) -> String {
        let noun = match self {
            Self::Traces => "span",
            Self::Metrics => "data point",
            Self::Logs => "log record",
        };
        match count {
            1 => format!("1 {noun}"),
            _ => format!("{count} {noun}s"),
        }
    }

    /// The variable that says how many may wait. Metrics do not: they add up where they are.
    pub(crate) fn queue_variable(self) -> Option<&'static str> {
        match self {
            Self::Traces => Some("OTEL_BSP_MAX_QUEUE_SIZE"),
            Self::Metrics => None,
            Self::Logs => Some("OTEL_BLRP_MAX_QUEUE_SIZE"),
        }
    }
}
