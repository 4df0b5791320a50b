//! Delivering what waits, without a program that ends spans.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;

use super::{DEAD_LETTERS, Spool};
use crate::batching::Batching;
use crate::error::Error;
use crate::otlp::Otlp;
use crate::pipeline::{Pipelines, Plan, SpoolPlan};
use crate::report::Report;

impl Spool {
    /// Delivers what processes that are gone have left, of every service, to this collector. Returns when
    /// all has arrived, when nobody is there to take it, or when the time is over; the report has an
    /// entry for each service. What a process that runs has there is its own business.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read, or the delivery cannot be set up.
    pub fn drain(&self, otlp: &Otlp, timeout: Duration) -> Result<Report, Error> {
        let began = Instant::now();
        let mut all = Report::default();
        for folder in self.services().map_err(|error| self.unreadable(error))? {
            let pipelines = self.pipelines(folder, otlp)?;
            let report = pipelines.shutdown(timeout.saturating_sub(began.elapsed()));
            all.sinks.extend(report.sinks);
            all.timed_out |= report.timed_out;
        }
        Ok(all)
    }

    fn pipelines(&self, folder: PathBuf, otlp: &Otlp) -> Result<Pipelines, Error> {
        let spec = otlp
            .clone()
            .into_stored_spec(folder.join(DEAD_LETTERS), self.max_bytes());
        let store = self
            .open(folder, vec![spec.target.clone()])
            .map_err(|error| self.unreadable(error))?;
        let plan = Plan {
            spool: Some(SpoolPlan {
                store,
                directory: self.directory().to_owned(),
                sinks: vec![spec],
            }),
            ..Plan::new(Resource::builder_empty().build(), Batching::default())
        };
        plan.start_alone()
    }
}
