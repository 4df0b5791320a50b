//! What produces the spans.

use opentelemetry::{Key, KeyValue};
use opentelemetry_sdk::Resource;

use crate::environment::Settings;

pub(super) const SERVICE_NAME: Key = Key::from_static_str("service.name");
/// What the SDK calls a service without a name; the specification adds the executable's name.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// The resource with this name, where it has none of its own.
pub(super) fn named(resource: Resource, name: Option<String>) -> Resource {
    let own = resource.get(&SERVICE_NAME);
    let is_unknown = own.is_none_or(|own| own.as_str().starts_with(UNKNOWN_SERVICE));
    match name {
        Some(name) if is_unknown => with_attributes(&resource, [KeyValue::new(SERVICE_NAME, name)]),
        _ => resource,
    }
}

fn with_attributes(
    resource: &Resource,
    attributes: impl IntoIterator<Item = KeyValue>,
) -> Resource {
    let all = resource
        .iter()
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
        .chain(attributes);
    match resource.schema_url() {
        Some(url) => Resource::builder_empty().with_schema_url(all, url.to_owned()),
        None => Resource::builder_empty().with_attributes(all),
    }
    .build()
}

/// What the SDK detects, with the variables read as the specification says: values are
/// percent-decoded, and `OTEL_SERVICE_NAME` wins.
pub(super) fn read(settings: &mut Settings<'_>) -> Resource {
    let pairs = settings.pairs(&["OTEL_RESOURCE_ATTRIBUTES"]);
    let name = settings.environment.var("OTEL_SERVICE_NAME");
    let attributes = pairs
        .into_iter()
        .map(|(key, value)| KeyValue::new(key, value))
        .chain(name.map(|name| KeyValue::new(SERVICE_NAME, name.to_owned())));
    with_attributes(&Resource::builder().build(), attributes)
}
