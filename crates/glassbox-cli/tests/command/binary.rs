use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What the binary did.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// The binary in an environment that holds nothing but what is given.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassbox"));
    command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .env("NO_COLOR", "1");
    command
}

/// Runs the binary to its end.
pub(crate) fn glassbox(arguments: &[&str]) -> Run {
    Run::of(command(arguments).output().unwrap())
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Every JSON object on standard output, whatever stands between them.
    pub(crate) fn objects(&self) -> Vec<Value> {
        let mut objects = Vec::new();
        let mut rest = self.stdout.as_str();
        while let Some(at) = rest.find('{') {
            rest = &rest[at..];
            let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let Some(Ok(object)) = stream.next() else {
                break;
            };
            rest = &rest[stream.byte_offset()..];
            objects.push(object);
        }
        objects
    }

    /// The one object that `--output json` gives.
    pub(crate) fn object(&self) -> Value {
        let mut objects = self.objects();
        assert_eq!(
            objects.len(),
            1,
            "stdout: {}\nstderr: {}",
            self.stdout,
            self.stderr
        );
        objects.remove(0)
    }

    /// The sentence on standard error.
    pub(crate) fn complaint(&self) -> &str {
        let lines: Vec<&str> = self
            .stderr
            .lines()
            .filter(|line| line.starts_with("glassbox: "))
            .collect();
        assert_eq!(lines.len(), 1, "one sentence, no more: {}", self.stderr);
        lines[0]
    }
}

/// The span of this name among console objects.
pub(crate) fn span<'a>(spans: &'a [Value], name: &str) -> &'a Value {
    spans
        .iter()
        .find(|span| span["name"] == name)
        .unwrap_or_else(|| panic!("no span {name} in {spans:#?}"))
}
