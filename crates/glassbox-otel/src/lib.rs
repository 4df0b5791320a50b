#![doc = include_str!("../README.md")]

mod builder;
mod environment;
mod settings;
mod telemetry;

mod agent;
mod decisions;
mod embedding;
mod evaluation;
mod model;
mod step;
mod tool;

mod content;
mod events;
mod facts;
mod metrics;
mod propagation;
mod recording;
mod scope;
mod vocabulary;

pub use builder::TelemetryBuilder;
pub use content::{Content, History, Upload};
pub use evaluation::Evaluation;
pub use events::Events;
pub use step::{MemoryOperation, Step, StepSpan};
pub use telemetry::Telemetry;
pub use vocabulary::Vocabulary;
