//! Checks by what is not ours: Grafana's grammar of TraceQL, its schemas of dashboards, and a collector.
//!
//! Each is skipped by name where it cannot be had: no Node.js, no Python, no network, no schemas. What is installed goes
//! into `target/tools`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::ci::TOOLS;

mod grammar;
mod receiver;
mod schemas;
#[cfg(test)]
mod tests;

/// How long an installation may take.
const INSTALLING: Duration = Duration::from_secs(300);

/// How a check went, where nothing is wrong.
enum Outcome {
    /// What was checked.
    Passed(String),
    /// Why it was not.
    Skipped(String),
}

/// A check, and what it checks.
type Check = (&'static str, fn(&Path) -> Result<Outcome>);

const CHECKS: &[Check] = &[
    ("queries by Grafana's grammar", grammar::check),
    ("dashboards by Grafana's schemas", schemas::check),
    ("traces in a collector", receiver::check),
];

/// Runs every check, up to the first that finds something.
pub(crate) fn run(root: &Path) -> Result<()> {
    for (name, check) in CHECKS {
        match check(root).with_context(|| format!("failed: {name}"))? {
            Outcome::Passed(what) => println!("{name}: {what}"),
            Outcome::Skipped(why) => println!("{name}: skipped, {why}"),
        }
    }
    Ok(())
}

/// Something to install: a program that does it, and what it is called with, line by line.
struct Installation<'a> {
    /// The folder in `target/tools`.
    name: &'a str,
    /// What is installed; another text installs anew.
    what: &'a str,
    lines: Vec<Vec<String>>,
}

/// The folder of what is installed, or why it cannot be.
fn install(root: &Path, installation: &Installation<'_>) -> Result<Result<PathBuf, String>> {
    let folder = root.join(TOOLS).join(installation.name);
    let marker = folder.join("installed");
    if fs::read_to_string(&marker).is_ok_and(|what| what == installation.what) {
        return Ok(Ok(folder));
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let log = folder.join("log");
    for line in &installation.lines {
        let [program, arguments @ ..] = line.as_slice() else {
            continue;
        };
        println!("$ {}", line.join(" "));
        let output = fs::File::create(&log)?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(root)
            .stdin(Stdio::null());
        command.stdout(output.try_clone()?).stderr(output);
        let Ok(child) = command.spawn() else {
            return Ok(Err(format!("there is no {program}")));
        };
        match Running(child).wait(INSTALLING)? {
            Some(status) if status.success() => {}
            Some(_) => {
                let said = fs::read_to_string(&log).unwrap_or_default();
                let last = said.lines().last().unwrap_or_default().to_owned();
                return Ok(Err(format!(
                    "{} is not to be had: {last}",
                    installation.what
                )));
            }
            None => {
                return Ok(Err(format!(
                    "{} took too long to install",
                    installation.what
                )));
            }
        }
    }
    fs::write(&marker, installation.what)?;
    Ok(Ok(folder))
}

/// A process that does not outlive its use.
struct Running(Child);

impl Running {
    /// How it ended, if it did within `limit`.
    fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let end = Instant::now() + limit;
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() >= end {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a short-lived program says.
fn output(command: &mut Command, limit: Duration) -> Result<(ExitStatus, String, String)> {
    use std::io::Read as _;

    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running(
        command
            .spawn()
            .with_context(|| format!("starting {command:?}"))?,
    );
    let (out, err) = (running.0.stdout.take(), running.0.stderr.take());
    std::thread::scope(|scope| {
        let out = scope.spawn(|| {
            let mut text = String::new();
            out.map(|mut out| out.read_to_string(&mut text))
                .transpose()
                .map(|_| text)
        });
        let err = scope.spawn(|| {
            let mut text = String::new();
            err.map(|mut err| err.read_to_string(&mut text))
                .transpose()
                .map(|_| text)
        });
        let ended = running.wait(limit);
        // What still runs would keep the readers waiting.
        drop(running);
        let read = |text: std::thread::Result<std::io::Result<String>>| -> Result<String> {
            Ok(text.map_err(|_| anyhow::anyhow!("reading panicked"))??)
        };
        let (out, err) = (read(out.join())?, read(err.join())?);
        match ended? {
            Some(status) => Ok((status, out, err)),
            None => bail!("{command:?} did not end within {limit:?}"),
        }
    })
}
