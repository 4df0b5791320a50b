//! The compose files: pinned images, loopback ports, mounts and hosts that are there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::dashboard::DASHBOARDS;
use super::{Document, Texts, strings, walk};

/// Where a host's name stands in a configuration.
const HOSTS: &[&str] = &["endpoint", "hostname", "names", "targets", "url"];

pub(super) fn check(documents: &[Document<'_>], texts: &Texts) -> Vec<String> {
    let mut findings = Vec::new();
    let files = documents
        .iter()
        .filter(|document| document.value.get("services").is_some());
    let services: BTreeSet<&str> = files
        .clone()
        .flat_map(|document| strings(&document.value["services"]))
        .collect();
    for document in files {
        let volumes = strings(&document.value["volumes"]);
        let Some(described) = document.value["services"].as_object() else {
            findings.push(format!("{}: its services are no map", document.path));
            continue;
        };
        for (name, service) in described {
            let place = format!("{}: {name}", document.path);
            let needed = strings(&service["depends_on"]);
            for missing in needed.iter().filter(|needed| !services.contains(*needed)) {
                findings.push(format!(
                    "{place} depends on `{missing}`, which is no service"
                ));
            }
            findings.extend(image(&place, service));
            findings.extend(ports(&place, service));
            findings.extend(mounts(&place, service, &volumes, texts));
        }
    }
    // The names and the targets of dashboards are others.
    for document in documents
        .iter()
        .filter(|document| !document.path.starts_with(DASHBOARDS))
    {
        findings.extend(hosts(document, &services));
    }
    findings
}

/// A tag that says a version: `latest` is another image tomorrow.
fn image(place: &str, service: &Value) -> Option<String> {
    let image = service["image"].as_str()?;
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    let pinned = tag.trim_start_matches('v').split('.').count() >= 3
        && tag.contains(|c: char| c.is_ascii_digit());
    (!pinned).then(|| format!("{place}: the image {image} names no version"))
}

fn ports(place: &str, service: &Value) -> Vec<String> {
    let Some(ports) = service["ports"].as_array() else {
        return Vec::new();
    };
    ports
        .iter()
        .filter(|port| {
            !port
                .as_str()
                .is_some_and(|port| port.starts_with("127.0.0.1:"))
        })
        .map(|port| format!("{place}: the port {port} is not on 127.0.0.1 alone"))
        .collect()
}

/// A file or folder beside the compose file, or a named volume of it.
fn mounts(place: &str, service: &Value, volumes: &[&str], texts: &Texts) -> Vec<String> {
    let there = |source: &str| match source.strip_prefix("./") {
        None => volumes.contains(&source),
        Some(path) => {
            let (file, folder) = (format!("deploy/{path}"), format!("deploy/{path}/"));
            texts
                .keys()
                .any(|known| *known == file || known.starts_with(&folder))
        }
    };
    strings(&service["volumes"])
        .iter()
        .filter_map(|mount| mount.split(':').next())
        .filter(|source| !there(source))
        .map(|source| {
            format!("{place}: mounts `{source}`, which is neither a file in deploy/ nor a volume")
        })
        .collect()
}

/// Hosts that configurations name are services.
fn hosts(document: &Document<'_>, services: &BTreeSet<&str>) -> Vec<String> {
    let mut findings = Vec::new();
    walk(&document.value, &mut |key, value| {
        if !HOSTS.contains(&key) {
            return;
        }
        let list = value.as_array().into_iter().flatten();
        let values = list.filter_map(Value::as_str).chain(value.as_str());
        for text in values {
            let host = text.split_once("://").map_or(text, |(_, rest)| rest);
            let host = host.split([':', '/']).next().unwrap_or_default();
            if !host.is_empty() && host != "0.0.0.0" && !services.contains(host) {
                findings.push(format!(
                    "{}: {key} names the host `{host}`, which is no service",
                    document.path
                ));
            }
        }
    });
    findings
}
