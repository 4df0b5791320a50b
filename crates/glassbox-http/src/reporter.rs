use std::borrow::Cow;

use glassbox_core::{Error, ErrorKind, Secret, Start};

use crate::{ReadError, scrub};

/// What of a call its errors need: it outlives the request, and is carried beside every answer.
pub(crate) struct Reporter {
    pub(crate) provider: Cow<'static, str>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) read_error: ReadError,
    pub(crate) statuses: &'static [(u16, ErrorKind)],
}

impl Reporter {
    /// Puts into an error what it does not say yet, and takes out of it what must not be said.
    pub(crate) fn complete(&self, mut error: Error) -> Error {
        if error.provider().is_none() {
            error = error.with_provider(self.provider.clone());
        }
        scrub::error(error, &self.secrets)
    }

    /// As [`complete`](Self::complete), with what came before the response.
    pub(crate) fn complete_with(&self, mut error: Error, start: &Start) -> Error {
        if error.retries().is_empty() {
            error = error.with_retries(start.retries.clone());
        }
        if let (None, Some(id)) = (error.request_id(), &start.request_id) {
            error = error.with_request_id(id.clone());
        }
        self.complete(error)
    }
}
