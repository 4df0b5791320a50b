use bytes::Bytes;
use glassbox_core::Secret;

use super::Cassette;

/// What stands in place of a secret.
const SCRUBBED: &str = "SCRUBBED";

/// Headers that hold keys, sessions or accounts.
const HEADERS: &[&str] = &[
    "api-key",
    "authorization",
    "cookie",
    "openai-organization",
    "openai-project",
    "proxy-authorization",
    "set-cookie",
    "x-amz-security-token",
    "x-api-key",
    "x-goog-api-key",
    "x-goog-user-project",
];

/// Parameters of a query that hold keys or signatures, in small letters.
const PARAMETERS: &[&str] = &[
    "access_token",
    "api-key",
    "api_key",
    "key",
    "sig",
    "token",
    "x-amz-credential",
    "x-amz-security-token",
    "x-amz-signature",
];

/// Shorter values are no keys, and would take the text apart.
const SHORTEST: usize = 8;

/// The exchange without secrets: those given, and those that it shows itself.
pub(super) fn scrubbed(mut cassette: Cassette, secrets: &[Secret]) -> Cassette {
    let request = &mut cassette.request;
    let response = &mut cassette.response;
    let (url, mut found) = without_keys(&request.url);
    request.url = url;
    for (name, value) in request.headers.iter_mut().chain(&mut response.headers) {
        if HEADERS.contains(&&**name) {
            // `Bearer KEY`, `Basic KEY`: the key is the last word.
            let key = value.rsplit(' ').next().unwrap_or_default();
            found.push(key.to_owned());
            SCRUBBED.clone_into(value);
        }
    }
    found.retain(|secret| secret.len() >= SHORTEST && secret != SCRUBBED);
    let given = secrets.iter().filter(|secret| !secret.is_blank());
    found.extend(given.map(|secret| secret.expose().to_owned()));
    for secret in &found {
        request.url = request.url.replace(secret, SCRUBBED);
        for (_, value) in request.headers.iter_mut().chain(&mut response.headers) {
            *value = value.replace(secret, SCRUBBED);
        }
        if let Some(body) = replaced(&request.body, secret) {
            request.body = body;
        }
        // Where a secret is found, it may lie across pieces: they become one.
        if let Some(body) = replaced(&response.pieces.concat(), secret) {
            response.pieces = vec![body];
        }
    }
    cassette
}

/// The URL without user information and keys, and the keys.
pub(super) fn without_keys(url: &str) -> (String, Vec<String>) {
    let mut found = Vec::new();
    let (mut place, query) = match url.split_once('?') {
        Some((place, query)) => (place.to_owned(), Some(query)),
        None => (url.to_owned(), None),
    };
    if let Some((scheme, rest)) = place.split_once("://") {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if let Some((user, host)) = authority.rsplit_once('@') {
            found.extend(user.split(':').map(str::to_owned));
            place = format!("{scheme}://{host}{path}");
        }
    }
    let Some(query) = query else {
        return (place, found);
    };
    let parameters = query.split('&').map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        if value.is_empty() || !PARAMETERS.contains(&&*name.to_ascii_lowercase()) {
            return parameter.to_owned();
        }
        found.push(value.to_owned());
        format!("{name}={SCRUBBED}")
    });
    let query: Vec<String> = parameters.collect();
    (format!("{place}?{}", query.join("&")), found)
}

/// The bytes without a secret. `None` where it is not in them.
fn replaced(bytes: &[u8], secret: &str) -> Option<Bytes> {
    let mut rest = bytes;
    let mut clean = Vec::new();
    while let Some(at) = rest
        .windows(secret.len())
        .position(|window| window == secret.as_bytes())
    {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(SCRUBBED.as_bytes());
        rest = &rest[at + secret.len()..];
    }
    if rest.len() == bytes.len() {
        return None;
    }
    clean.extend_from_slice(rest);
    Some(clean.into())
}
