//! `OLLAMA_HOST`, as Ollama's own client reads it.

use std::net::Ipv6Addr;

use glassbox_http::BaseUrl;

use crate::PROVIDER;

/// The words for whatever else is wrong.
const INVALID: &str = "the base URL (OLLAMA_HOST) is not valid: it must look like host, host:port or \
     https://host/path, in which anything unusual is percent-encoded";

/// The base URL that `text` stands for. The empty text is the server on this machine.
pub(super) fn base_url(text: &str) -> Result<BaseUrl, &'static str> {
    let quotes = |at: char| at.is_whitespace() || at == '"' || at == '\'';
    let text = text.trim_matches(quotes);
    let (scheme, rest, default_port) = match text.split_once("://") {
        // The one host that is known not to be a server of one's own.
        None if text.trim_end_matches('/') == "ollama.com" => ("https", text, 443),
        None => ("http", text, 11434),
        Some(("http", rest)) => ("http", rest, 80),
        Some(("https", rest)) => ("https", rest, 443),
        Some(_) => return Err(INVALID),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.trim_end_matches('/');
    // Ollama's documents name the base URL with it and without it.
    let path = path.strip_suffix("/api").unwrap_or(path);
    if path.ends_with("/v1") {
        return Err(
            "the base URL (OLLAMA_HOST) ends in /v1, where Ollama imitates another API: leave it out",
        );
    }
    let (user, authority) = match authority.rfind('@') {
        Some(at) => authority.split_at(at + 1),
        None => ("", authority),
    };
    let (host, port) = host_and_port(authority)?;
    let port = port.unwrap_or(default_port);
    let is_usual = matches!((scheme, port), ("http", 80) | ("https", 443));
    let port = if is_usual {
        String::new()
    } else {
        format!(":{port}")
    };
    let url = format!("{scheme}://{user}{host}{port}{path}");
    BaseUrl::parse(PROVIDER, "OLLAMA_HOST", &url).map_err(|_| INVALID)
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), &'static str> {
    let (host, port) = if let Ok(address) = authority.parse::<Ipv6Addr>() {
        return Ok((literal(address), None));
    } else if let Some((address, rest)) = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        let address = address.parse().map_err(|_| INVALID)?;
        (literal(address), rest)
    } else {
        let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
        // To listen everywhere is a server's business, and the same variable tells it so.
        let host = match host {
            "" | "0.0.0.0" => "127.0.0.1",
            host => host,
        };
        (host.to_owned(), port)
    };
    let port = match port.strip_prefix(':') {
        Some("") => None,
        Some(port) => Some(port.parse().map_err(
            |_| "the base URL (OLLAMA_HOST) names a port that is none: it must be a number up to 65535",
        )?),
        None if port.is_empty() => None,
        None => return Err(INVALID),
    };
    Ok((host, port))
}

fn literal(address: Ipv6Addr) -> String {
    let address = if address.is_unspecified() {
        Ipv6Addr::LOCALHOST
    } else {
        address
    };
    format!("[{address}]")
}
