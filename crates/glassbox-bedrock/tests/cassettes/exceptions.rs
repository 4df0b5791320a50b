//! Where the oracle is wrong, or reads another meaning than ours, and why.

/// File, field, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "bedrock-converse/pydantic-ai__test_bedrock__test_bedrock_model_code_execution_tool_stream.json",
        "tool_calls",
        "one call is of a tool that Bedrock runs itself (`server_tool_use`), with its result in the same answer: a \
         `ServerToolCall`; the oracle counts it among those that wait for a result",
    ),
    (
        "bedrock-converse/ruby_llm__chat_citations_with_bedrock_claude-haiku-4-5_cites_tool_results_returned_as_search_results.02.json",
        "text",
        "the text stands inside `citationsContent`; the oracle reads `text` blocks alone",
    ),
];

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
