//! Where Bedrock is: regions, hosts, paths.

use http::Uri;

/// The host of a region.
pub(super) fn of_region(region: &str) -> String {
    let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://bedrock-runtime.{region}.amazonaws.com{suffix}")
}

/// Whether it can be a region's name, and a part of a host's.
pub(super) fn is_region(region: &str) -> bool {
    let bytes = region.as_bytes();
    !bytes.is_empty()
        && bytes.len() <= 63
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

/// `arn:aws:bedrock:REGION:ACCOUNT:inference-profile/NAME`
pub(super) fn region_of_arn(model: &str) -> Option<&str> {
    let mut fields = model.trim().strip_prefix("arn:")?.split(':');
    fields.nth(2).filter(|region| !region.is_empty())
}

/// `bedrock-runtime.REGION.amazonaws.com`, also behind a private endpoint's name.
pub(super) fn region_of_url(url: &str) -> Option<&str> {
    let host = url.split("://").nth(1)?;
    let host = host.split(['/', ':']).next()?;
    let mut labels = host.split('.');
    labels.find(|label| matches!(*label, "bedrock-runtime" | "bedrock-runtime-fips"))?;
    let region = labels.next()?;
    host.contains(".amazonaws.com").then_some(region)
}

/// The base URL without the slash at its end.
pub(super) fn base(url: &str) -> Option<String> {
    let uri: Uri = url.trim().parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    if !matches!(scheme, "http" | "https") || authority.host().is_empty() || uri.query().is_some() {
        return None;
    }
    let path = uri.path().trim_end_matches('/');
    Some(format!("{scheme}://{authority}{path}"))
}

pub(super) fn address(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    host.trim_matches(['[', ']']).to_owned()
}

pub(super) fn port(uri: &Uri) -> u16 {
    let default = if uri.scheme_str() == Some("http") {
        80
    } else {
        443
    };
    uri.port_u16().unwrap_or(default)
}

/// `text` as a part of a path: everything but RFC 3986's unreserved characters is percent-encoded.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
