use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use glassbox_core::{Error, ErrorKind, Result};
use http::Uri;
use http::uri::{Authority, PathAndQuery};
use reqwest::Url;

use super::error::Peer;

/// How many addresses are remembered: more than a program has models.
const MOST_TARGETS: usize = 8;

/// Where requests go, in the forms that reqwest and our errors want.
pub(super) struct Target {
    uri: Uri,
    pub(super) url: Url,
    pub(super) peer: Peer,
}

impl Target {
    fn parse(uri: &Uri) -> Result<Self> {
        let url = Url::parse(&uri.to_string()).map_err(|_| {
            // The cause quotes the URI.
            Error::new(ErrorKind::Configuration, "the URI is not a valid URL")
        })?;
        Ok(Self {
            uri: uri.clone(),
            url,
            peer: Peer::of(uri),
        })
    }

    /// Whether it is the target of `uri`, letter for letter: two that are equal to `http` may differ in a password.
    fn is_of(&self, uri: &Uri) -> bool {
        fn parts(uri: &Uri) -> [Option<&str>; 3] {
            [
                uri.scheme_str(),
                uri.authority().map(Authority::as_str),
                uri.path_and_query().map(PathAndQuery::as_str),
            ]
        }
        parts(&self.uri) == parts(uri)
    }
}

/// The latest targets. A model sends every request to the same one, and to parse it costs as much as to read the
/// answer.
#[derive(Default)]
pub(super) struct Targets(Mutex<VecDeque<Arc<Target>>>);

impl Targets {
    /// The target of an absolute URI.
    pub(super) fn find(&self, uri: &Uri) -> Result<Arc<Target>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(target) = known.iter().find(|target| target.is_of(uri)) {
            return Ok(Arc::clone(target));
        }
        let target = Arc::new(Target::parse(uri)?);
        if known.len() == MOST_TARGETS {
            known.pop_front();
        }
        known.push_back(Arc::clone(&target));
        Ok(target)
    }
}

#[cfg(test)]
mod tests;
