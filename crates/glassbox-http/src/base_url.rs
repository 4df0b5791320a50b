use std::borrow::Cow;
use std::fmt::{self, Write as _};

use glassbox_core::{Error, ErrorKind, Result};
use http::Uri;
use http::uri::{Authority, Scheme};

/// Where a host is, as its user says it: `https://host/path`, with a port, a query or user information where need be.
///
/// White space around it and slashes at its end make no difference. What a query or user information holds may be a
/// key: neither is shown in `Debug` or in an error.
///
/// ```
/// use glassbox_http::BaseUrl;
///
/// let base = BaseUrl::parse("acme", "ACME_BASE_URL", "http://[::1]:8080/gateway/v1/?team=7")?;
/// assert_eq!((base.address(), base.port()), ("::1", 8080));
/// assert_eq!(base.join("talk")?, "http://[::1]:8080/gateway/v1/talk?team=7");
/// assert_eq!(base.without_end("/v1").join("v2/talk")?, "http://[::1]:8080/gateway/v2/talk?team=7");
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    provider: Cow<'static, str>,
    variable: &'static str,
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end, so empty at the root.
    path: String,
    query: String,
}

impl BaseUrl {
    /// Reads what a user gave. `provider` and `variable` are for the errors: the provider as `gen_ai.provider.name`
    /// spells it, and the variable that sets its base URL, empty where there is none.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), naming the variable, where it is no absolute `http` or `https` URL.
    pub fn parse(
        provider: impl Into<Cow<'static, str>>,
        variable: &'static str,
        text: &str,
    ) -> Result<Self> {
        let provider = provider.into();
        let invalid = || invalid(provider.clone(), variable);
        let uri: Uri = text.trim().parse().map_err(|_| invalid())?;
        let path = uri.path().trim_end_matches('/').to_owned();
        let query = uri.query().unwrap_or_default().to_owned();
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(invalid());
        };
        let is_http = scheme == Scheme::HTTP || scheme == Scheme::HTTPS;
        if !is_http || authority.host().is_empty() || !has_usable_port(&authority) {
            return Err(invalid());
        }
        Ok(Self {
            provider,
            variable,
            scheme,
            authority,
            path,
            query,
        })
    }

    /// The host: a name or an IP address, the latter without brackets.
    #[must_use]
    pub fn address(&self) -> &str {
        self.authority.host().trim_matches(['[', ']'])
    }

    /// The port: that of the scheme where none is named.
    #[must_use]
    pub fn port(&self) -> u16 {
        let usual = if self.scheme == Scheme::HTTP { 80 } else { 443 };
        self.authority.port_u16().unwrap_or(usual)
    }

    /// The path, without a slash at its end: empty at the root.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query, empty where there is none.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The same without `end`, as in `/v1`, where its path ends so: what one provider's users are to write, those of
    /// another leave out, and who changes between them forgets.
    #[must_use]
    pub fn without_end(mut self, end: &str) -> Self {
        if let Some(path) = self.path.strip_suffix(end) {
            self.path.truncate(path.len());
        }
        self
    }

    /// The same with more of a query, as in `api-version=2024-10-21`.
    #[must_use]
    pub fn with_query(mut self, more: &str) -> Self {
        if !self.query.is_empty() && !more.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(more);
        self
    }

    /// The place of what is at `path` below it. The query stays at the end.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where that is no URI: `path` holds what must be
    /// [encoded](percent_encoded), or it is too long.
    pub fn join(&self, path: &str) -> Result<Uri> {
        let question = if self.query.is_empty() { "" } else { "?" };
        let path = format!("{}/{path}{question}{}", self.path, self.query);
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(path)
            .build()
            .map_err(|_| invalid(self.provider.clone(), self.variable))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseUrl")
            .field("scheme", &self.scheme)
            .field("address", &self.address())
            .field("port", &self.port())
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Whether the port, if there is one, is a number that a port can have.
fn has_usable_port(authority: &Authority) -> bool {
    let text = authority.as_str();
    let server = text.rsplit_once('@').map_or(text, |(_, server)| server);
    let port = server.strip_prefix(authority.host()).unwrap_or_default();
    matches!(port, "" | ":") || authority.port_u16().is_some()
}

fn invalid(provider: Cow<'static, str>, variable: &str) -> Error {
    let name = match variable {
        "" => "the base URL".to_owned(),
        variable => format!("the base URL ({variable})"),
    };
    let message = format!(
        "{name} is not valid: it must look like https://host/path, in which anything unusual is percent-encoded"
    );
    Error::new(ErrorKind::Configuration, message).with_provider(provider)
}

/// `text` as one step of a path, or as a part of a query: everything but RFC 3986's unreserved characters is
/// percent-encoded.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes all that is written");
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
