//! The sampler as a whole.

mod bounds;
mod environment;
mod oracle;
