//! The generated files that come from the conventions' models.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::overlay::{Overlay, Renames};
use super::own::Own;
use super::yaml::{self, File};
use super::{model, names, resolve, tables};

/// The models the generated files come from: the folder under the registry, and what to call it.
const CURRENT: (&str, &str) = (
    "model-2026-10-09",
    "semantic-conventions-genai, state of 2026-10-09; core 1.44.0",
);
const RELEASED: (&str, &str) = ("model-1.41.1", "semantic-conventions 1.41.1; core 1.44.0");
const RENAMED: &str =
    "semantic-conventions-genai, state of 2026-10-09; semantic-conventions 1.41.1";
const CORE: &str = "model-core-1.44.0";

const CRATE: &str = "crates/glassbox-semconv/src";

/// What is generated, from the workspace's root.
pub(super) const OUTPUTS: &[&str] = &[
    "crates/glassbox-semconv/src/attribute.rs",
    "crates/glassbox-semconv/src/event.rs",
    "crates/glassbox-semconv/src/metric.rs",
    "crates/glassbox-semconv/src/registry/current.rs",
    "crates/glassbox-semconv/src/registry/v1_41.rs",
    "crates/glassbox-semconv/src/rename/v1_41.rs",
    "crates/glassbox-semconv/src/span.rs",
    "crates/glassbox-semconv/src/v1_41.rs",
    "crates/glassbox-semconv/src/value.rs",
];

/// Every file that comes from the models under `registry`: its path from the workspace's root, and its text.
pub(super) fn generate(
    registry: &Path,
    own: &Own,
    overlay: &Overlay,
) -> Result<BTreeMap<&'static str, String>> {
    let core = models(registry, CORE)?;
    let current = resolve::resolve(&models(registry, CURRENT.0)?, &core, overlay)
        .with_context(|| format!("resolving {}", CURRENT.0))?;
    let released = resolve::resolve(&models(registry, RELEASED.0)?, &core, overlay)
        .with_context(|| format!("resolving {}", RELEASED.0))?;
    overlay.check_used(&[&current, &released, &own.registry])?;

    let mut files = BTreeMap::new();
    for &path in OUTPUTS {
        let (source, body) = match path.strip_prefix(CRATE).unwrap_or_default() {
            "/attribute.rs" => {
                let doc = "//! Attribute names of the current conventions.\n\n";
                (
                    CURRENT.1,
                    doc.to_owned() + &names::attributes(&current, "crate::value", |_| true),
                )
            }
            "/value.rs" => {
                let doc = "//! Well-known attribute values of the current conventions.\n\n";
                (
                    CURRENT.1,
                    doc.to_owned() + &names::values(&current, |_| true),
                )
            }
            "/metric.rs" => {
                let doc = "//! Metric names of the current conventions.\n\n";
                (
                    CURRENT.1,
                    doc.to_owned() + &names::metrics(&current, overlay, |_| true),
                )
            }
            "/event.rs" => {
                let doc = "//! Event names of the current conventions.\n\n";
                (CURRENT.1, doc.to_owned() + &names::events(&current))
            }
            "/span.rs" => {
                let doc =
                    "//! Identifiers of the current span types. They are not on the wire.\n\n";
                (CURRENT.1, doc.to_owned() + &names::spans(&current))
            }
            "/v1_41.rs" => (RELEASED.1, only_released(&current, &released, overlay)),
            "/registry/current.rs" => (
                CURRENT.1,
                tables::registry(&current, overlay, "crate::SCHEMA_URL")?,
            ),
            "/registry/v1_41.rs" => (
                RELEASED.1,
                tables::registry(&released, overlay, "crate::v1_41::SCHEMA_URL")?,
            ),
            "/rename/v1_41.rs" => (
                RENAMED,
                tables::renames(&current, &released, &Renames::load()?)?,
            ),
            other => bail!("nothing renders {other}"),
        };
        files.insert(path, super::rendered(path, source, &body)?);
    }
    Ok(files)
}

/// The module of the names that only the last release has.
fn only_released(
    current: &model::Registry,
    released: &model::Registry,
    overlay: &Overlay,
) -> String {
    let gone = |name: &str| !current.attributes.contains_key(name);
    let attributes = names::attributes(released, "super::value", gone);
    let values = names::values(released, gone);
    let metrics = names::metrics(released, overlay, |name| {
        !current.metrics.contains_key(name)
    });
    format!(
        "//! Names of release 1.41.1 that the current conventions no longer have.

        /// The schema of release 1.41.1, the last one with a GenAI model of its own.
        pub const SCHEMA_URL: &str = \"https://opentelemetry.io/schemas/1.41.1\";

        /// Attribute names.
        pub mod attribute {{\n{attributes}}}

        /// Metric names.
        pub mod metric {{\n{metrics}}}

        /// Well-known attribute values.
        pub mod value {{\n{values}}}
        "
    )
}

fn models(registry: &Path, folder: &str) -> Result<Vec<File>> {
    let files = yaml::read_folder(&registry.join(folder)).with_context(|| {
        format!(
            "--registry must name the folder that holds {folder}; {} does not",
            registry.display()
        )
    })?;
    Ok(files.into_iter().map(|(_, file)| file).collect())
}
