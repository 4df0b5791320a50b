//! The laws that every model obeys, held by Bedrock's Converse.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

mod host;

glassbox_test::laws!(glassbox_test::laws::Laws::new(host::Converse));
