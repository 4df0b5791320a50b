//! Where Bedrock is: regions and hosts.

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
