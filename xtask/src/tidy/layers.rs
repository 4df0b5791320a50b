//! Which crate may use which: the diagram in ARCHITECTURE.md as a table.
//!
//! `deny.toml` holds the same outward rules for the whole dependency graph; here they are checked
//! for what a manifest names itself, development dependencies told apart.

use cargo_metadata::{DependencyKind, Metadata};

use Users::{Any, Only};

/// Where to look, in every message.
const HERE: &str = "xtask/src/tidy/layers.rs";

/// What a crate may name under `[dependencies]` and `[build-dependencies]`.
pub(super) enum Users {
    /// These crates of the workspace.
    Only(&'static [&'static str]),
    /// Whatever it likes: it is above all.
    Any,
}

/// Every crate of the workspace and what it may use, from the bottom up.
///
/// `[dev-dependencies]` follow another rule: a crate of the same or a lower layer, or
/// `glassbox-test`. A crate's layer is one above the highest it may use.
pub(super) const LAYERS: &[(&str, Users)] = &[
    ("glassbox-core", Only(&[])),
    ("glassbox-semconv", Only(&[])),
    ("glassbox-http", Only(&["glassbox-core"])),
    (
        "glassbox-anthropic",
        Only(&["glassbox-core", "glassbox-http"]),
    ),
    (
        "glassbox-bedrock",
        Only(&["glassbox-core", "glassbox-http"]),
    ),
    ("glassbox-cohere", Only(&["glassbox-core", "glassbox-http"])),
    ("glassbox-gemini", Only(&["glassbox-core", "glassbox-http"])),
    ("glassbox-ollama", Only(&["glassbox-core", "glassbox-http"])),
    ("glassbox-openai", Only(&["glassbox-core", "glassbox-http"])),
    // What a new adapter looks like.
    ("glassbox-acme", Only(&["glassbox-core", "glassbox-http"])),
    ("glassbox-middleware", Only(&["glassbox-core"])),
    ("glassbox-price", Only(&["glassbox-core"])),
    ("glassbox-tool", Only(&["glassbox-core"])),
    ("glassbox-agent", Only(&["glassbox-core", "glassbox-tool"])),
    (
        "glassbox-otel",
        Only(&[
            "glassbox-agent",
            "glassbox-core",
            "glassbox-price",
            "glassbox-semconv",
            "glassbox-tool",
        ]),
    ),
    ("glassbox-export", Only(&["glassbox-semconv"])),
    (
        "glassbox-test",
        Only(&["glassbox-core", "glassbox-http", "glassbox-semconv"]),
    ),
    (
        "glassbox",
        Only(&[
            "glassbox-agent",
            "glassbox-anthropic",
            "glassbox-bedrock",
            "glassbox-cohere",
            "glassbox-core",
            "glassbox-gemini",
            "glassbox-middleware",
            "glassbox-ollama",
            "glassbox-openai",
            "glassbox-otel",
            "glassbox-price",
            "glassbox-tool",
        ]),
    ),
    ("glassbox-cli", Only(&["glassbox", "glassbox-export"])),
    ("glassbox-e2e", Any),
    // What reads a list of prices at run time also reads the one that is embedded.
    ("xtask", Only(&["glassbox-price", "glassbox-semconv"])),
];

/// The vocabulary, below all others.
pub(crate) const CORE: &str = "glassbox-core";

/// What adapters speak HTTP with.
pub(crate) const HTTP: &str = "glassbox-http";

/// The crates that may use these two and no other of ours: the adapters.
pub(crate) fn adapters() -> impl Iterator<Item = &'static str> {
    let is_adapter = |users: &Users| matches!(users, Only(allowed) if *allowed == [CORE, HTTP]);
    let rows = LAYERS.iter().filter(move |(_, users)| is_adapter(users));
    rows.map(|(name, _)| *name)
}

/// Packages from outside that only some crates may name.
struct Outward {
    packages: &'static [&'static str],
    users: &'static [&'static str],
    /// Who else may name it under `[dev-dependencies]`.
    dev_users: &'static [&'static str],
}

/// The outward rules. A crate that may use [`Any`] is above these too.
const OUTWARD: &[Outward] = &[
    Outward {
        packages: &["opentelemetry"],
        users: &["glassbox-otel", "glassbox-export", "glassbox-test"],
        dev_users: &[],
    },
    Outward {
        packages: &[
            "opentelemetry-http",
            "opentelemetry-otlp",
            "opentelemetry-proto",
            "opentelemetry_sdk",
        ],
        users: &["glassbox-export", "glassbox-test"],
        dev_users: &["glassbox-otel"],
    },
    Outward {
        packages: &["reqwest"],
        users: &["glassbox-export", "glassbox-http"],
        dev_users: &[],
    },
    // A typed tool derives its schema, and so does a test that needs one.
    Outward {
        packages: &["schemars"],
        users: &["glassbox-tool"],
        dev_users: &["glassbox", "glassbox-agent", "glassbox-otel"],
    },
];

/// One line of a manifest: `from` names `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) kind: DependencyKind,
}

/// Every dependency the workspace's manifests name.
pub(super) fn edges(metadata: &Metadata) -> Vec<Edge> {
    let mut edges = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            edges.push(Edge {
                from: package.name.to_string(),
                to: dependency.name.clone(),
                kind: dependency.kind,
            });
        }
    }
    edges
}

/// What is wrong with `edges` in a workspace of these `members`.
pub(super) fn check(edges: &[Edge], members: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    for member in members.iter().filter(|member| users(member).is_none()) {
        findings.push(format!(
            "{member}: an unknown crate. Give it a row in LAYERS, {HERE}"
        ));
    }
    for (name, _) in LAYERS
        .iter()
        .filter(|(name, _)| !members.iter().any(|m| m == name))
    {
        findings.push(format!(
            "{name}: in LAYERS, {HERE}, but not in the workspace"
        ));
    }
    for edge in edges {
        let finding = if members.contains(&edge.to) {
            inward(edge)
        } else {
            outward(edge)
        };
        findings.extend(finding);
    }
    findings
}

fn inward(edge: &Edge) -> Option<String> {
    let Edge { from, to, kind } = edge;
    let Only(allowed) = users(from)? else {
        return None;
    };
    if *kind == DependencyKind::Development {
        let fine = to == "glassbox-test" || layer(to) <= layer(from);
        return (!fine).then(|| {
            format!(
                "{from} -> {to} (dev): points up. A dev-dependency may be glassbox-test or a crate \
                 of the same or a lower layer; {from} is in layer {}, {to} in layer {}. The layers \
                 come from LAYERS, {HERE}",
                layer(from),
                layer(to),
            )
        });
    }
    let fine = allowed.contains(&to.as_str());
    (!fine).then(|| {
        let allowed = if allowed.is_empty() {
            "none of ours".to_owned()
        } else {
            allowed.join(", ")
        };
        format!("{from} -> {to} ({kind}): points up. {from} may use {allowed}: LAYERS, {HERE}")
    })
}

fn outward(edge: &Edge) -> Option<String> {
    let Edge { from, to, kind } = edge;
    let rule = OUTWARD
        .iter()
        .find(|rule| rule.packages.contains(&to.as_str()))?;
    let dev = *kind == DependencyKind::Development && rule.dev_users.contains(&from.as_str());
    let fine = dev || rule.users.contains(&from.as_str()) || matches!(users(from), Some(Any));
    (!fine).then(|| {
        let allowed = rule.users.join(" and ");
        format!("{from} -> {to} ({kind}): only {allowed} may name {to}: OUTWARD, {HERE}")
    })
}

fn users(name: &str) -> Option<&'static Users> {
    LAYERS
        .iter()
        .find(|(row, _)| *row == name)
        .map(|(_, users)| users)
}

/// How many layers are below `name`. An unknown crate has its own finding and no layer.
pub(super) fn layer(name: &str) -> usize {
    match users(name) {
        Some(Only(below)) => below.iter().map(|name| layer(name) + 1).max().unwrap_or(0),
        Some(Any) => usize::MAX,
        None => 0,
    }
}
