//! Vocabularies: pure functions from facts to names, kinds and attributes.

pub(crate) mod gen_ai;

mod attributes;
