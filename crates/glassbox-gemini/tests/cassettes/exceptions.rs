//! Where the oracle is wrong, or reads another meaning than ours, and why.

/// File, field, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "gemini-generate/vercel-ai__google-stream-no-args-tool-call-chunks.json",
        "tool_calls",
        STREAMED,
    ),
    (
        "gemini-generate/vercel-ai__google-stream-tool-call-array-arguments-missing-terminal-function-call-chunks.json",
        "tool_calls",
        STREAMED,
    ),
];

const STREAMED: &str =
    "streamed arguments: the oracle takes every piece of a call for a call of its own";

/// The exceptions, and which of them were needed.
#[derive(Default)]
pub(crate) struct Exceptions {
    used: Vec<usize>,
}

impl Exceptions {
    /// The differences that no exception covers.
    pub(crate) fn filter(&mut self, file: &str, differences: Vec<(String, String)>) -> Vec<String> {
        let mut left = Vec::new();
        for (field, line) in differences {
            let exception = EXCEPTIONS
                .iter()
                .position(|(of, which, _)| *of == file && *which == field);
            match exception {
                Some(at) => self.used.push(at),
                None => left.push(line),
            }
        }
        left
    }

    /// The exceptions that nothing needed.
    pub(crate) fn unused(&self) -> Vec<&'static str> {
        let all = EXCEPTIONS.iter().enumerate();
        all.filter(|(at, _)| !self.used.contains(at))
            .map(|(_, (file, _, _))| *file)
            .collect()
    }
}
