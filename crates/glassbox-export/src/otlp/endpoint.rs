//! A URL to send to, and the form of it that may be shown.

use reqwest::Url;

#[derive(Clone)]
pub(super) struct Endpoint {
    url: Url,
    shown: String,
}

impl Endpoint {
    /// Takes an `http` or `https` URL with a host. The error goes on where "the endpoint" ends and
    /// does not repeat credentials.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
            _ => return Err("is not an http or https URL".to_owned()),
        };
        let mut shown = url.clone();
        // None of these can fail for a URL with a host.
        let _ = shown.set_username("");
        let _ = shown.set_password(None);
        shown.set_query(None);
        shown.set_fragment(None);
        let mut shown = String::from(shown);
        if shown.ends_with('/') && url.path() == "/" {
            shown.pop();
        }
        Ok(Self { url, shown })
    }

    /// The endpoint below this base: `v1/traces` is added to whatever path it has.
    pub(super) fn below(mut base: Self, path: &str) -> Result<Self, String> {
        let whole = format!("{}/{path}", base.url.path().trim_end_matches('/'));
        base.url.set_path(&whole);
        Self::parse(base.url.as_str())
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Without user, password, query.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(super) fn port(&self) -> Option<u16> {
        self.url.port_or_known_default()
    }

    /// On this machine: a proxy has no business in between.
    pub(super) fn is_local(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || address
                .parse()
                .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
    }
}
