//! File by file: length, white space, markers of unfinished work, headers of generated files.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::codegen::HEADER;

/// A Rust file longer than this is two files.
const MOST_LINES: usize = 400;

/// Rust files that may be longer, each with the reason.
const LONG: &[(&str, &str)] = &[];

/// What lies here is what came in once, byte by byte.
const INPUTS: &str = "fuzz/seeds/";

/// Left-overs that have no place in a source. Split, so that this file has none.
const MARKERS: &[&str] = &[
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
];

/// A file of the working tree that git tracks or would track.
#[derive(Debug)]
pub(super) struct File {
    /// From the workspace's root, with slashes.
    pub(super) path: String,
    pub(super) bytes: Vec<u8>,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_generated(&self) -> bool {
        self.is_rust() && self.bytes.starts_with(HEADER.as_bytes())
    }
}

/// The files git tracks, and those it would track, as they are in the working tree.
pub(super) fn files(root: &Path) -> Result<Vec<File>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .context("starting git")?;
    if !output.status.success() {
        bail!(
            "git ls-files failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let listed = String::from_utf8(output.stdout).context("a file's name is not UTF-8")?;
    let mut files = Vec::new();
    for path in listed.split_terminator('\0') {
        let absolute = root.join(path);
        // Deleted but still in the index, a link, or a submodule.
        if !fs::symlink_metadata(&absolute).is_ok_and(|found| found.is_file()) {
            continue;
        }
        let bytes = fs::read(&absolute).with_context(|| format!("reading {path}"))?;
        files.push(File {
            path: path.to_owned(),
            bytes,
        });
    }
    Ok(files)
}

/// What is wrong with the files' contents.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut findings: Vec<String> = files.iter().flat_map(check_file).collect();
    for (path, _) in LONG {
        let needed = files
            .iter()
            .any(|file| file.path == *path && lines(file) > MOST_LINES);
        if !needed {
            findings.push(format!(
                "{path}: needs its exception in LONG no more; remove the row"
            ));
        }
    }
    findings
}

fn check_file(file: &File) -> Vec<String> {
    let path = &file.path;
    if file.bytes.contains(&0) || path.starts_with(INPUTS) {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        return vec![format!("{path}: neither UTF-8 nor binary")];
    };
    let mut findings = Vec::new();
    // A snapshot holds what it holds.
    if !path.ends_with(".snap") {
        for (index, line) in text.split('\n').enumerate() {
            if line.ends_with(char::is_whitespace) {
                findings.push(format!(
                    "{path}:{}: white space at the end of the line",
                    index + 1
                ));
            }
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        findings.push(format!("{path}: the last line has no end"));
    }
    if file.is_rust() {
        findings.extend(check_rust(file, text));
    }
    findings
}

fn check_rust(file: &File, text: &str) -> Vec<String> {
    let path = &file.path;
    let mut findings = Vec::new();
    let count = lines(file);
    let excepted = file.is_generated() || LONG.iter().any(|(long, _)| long == path);
    if count > MOST_LINES && !excepted {
        findings.push(format!(
            "{path}: {count} lines, and {MOST_LINES} is the most. Split it, or give it a row with \
             a reason in LONG, xtask/src/tidy/hygiene.rs"
        ));
    }
    for (index, line) in text.lines().enumerate() {
        for marker in MARKERS.iter().filter(|marker| line.contains(**marker)) {
            findings.push(format!(
                "{path}:{}: {marker}...) is unfinished work",
                index + 1
            ));
        }
    }
    findings
}

fn lines(file: &File) -> usize {
    file.bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Generated files say so, and what says so is generated.
pub(super) fn check_generated(files: &[File], outputs: &[&str]) -> Vec<String> {
    let mut findings = Vec::new();
    for output in outputs {
        match files.iter().find(|file| file.path == *output) {
            None => findings.push(format!(
                "{output}: missing; `cargo xtask codegen` writes it"
            )),
            Some(file) if !file.is_generated() => {
                findings.push(format!(
                    "{output}: generated, but does not begin with {HEADER:?}"
                ));
            }
            Some(_) => {}
        }
    }
    for file in files.iter().filter(|file| file.is_generated()) {
        if !outputs.contains(&file.path.as_str()) {
            let path = &file.path;
            findings.push(format!(
                "{path}: says it is generated, but nothing generates it"
            ));
        }
    }
    findings
}
