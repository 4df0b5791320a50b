use std::fmt;
use std::sync::Arc;

use glassbox_core::{Error, ErrorKind};

/// Which errors something is done about.
#[derive(Clone)]
pub(crate) struct When(Arc<dyn Fn(&Error) -> bool + Send + Sync>);

impl When {
    pub(crate) fn new(holds: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(holds))
    }

    pub(crate) fn one_of(kinds: impl IntoIterator<Item = ErrorKind>) -> Self {
        let kinds: Vec<ErrorKind> = kinds.into_iter().collect();
        Self::new(move |error| kinds.contains(&error.kind()))
    }

    pub(crate) fn holds(&self, error: &Error) -> bool {
        (self.0)(error)
    }
}

impl fmt::Debug for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("When").finish_non_exhaustive()
    }
}

/// The failures that are a provider's, or of what stands between it and us, and not the request's.
pub(crate) fn is_outage(kind: ErrorKind) -> bool {
    kind.is_retryable()
        || matches!(
            kind,
            ErrorKind::Forbidden
                | ErrorKind::NotFound
                | ErrorKind::Protocol
                | ErrorKind::QuotaExhausted
                | ErrorKind::Unauthenticated
        )
}
