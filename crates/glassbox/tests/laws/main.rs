//! The laws that every model obeys, held by `demo/offline`.

#![cfg(feature = "demo")]
#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

mod host;

mod demo {
    glassbox_test::laws!(glassbox_test::laws::Laws::new(crate::host::Demo));
}
