#![doc = include_str!("../README.md")]

mod agent;
mod event;
mod limits;
mod run;
mod step;

pub use agent::Agent;
pub use event::{RunEvent, RunResult, RunStream};
pub use limits::{Limits, Outcome};
pub use run::{Job, Runner};
pub use step::{Next, Run};
