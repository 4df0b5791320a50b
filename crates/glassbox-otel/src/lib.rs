#![doc = include_str!("../README.md")]

mod telemetry;

mod agent;
mod embedding;
mod model;
mod tool;

mod facts;
mod recording;
mod scope;
mod vocabulary;

pub use telemetry::{Telemetry, TelemetryBuilder};
