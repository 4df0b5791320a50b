//! The laws that every model obeys, held by Acme.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

mod host;

glassbox_test::laws!(glassbox_test::laws::Laws::new(host::Host));
