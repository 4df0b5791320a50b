use arbitrary::{Result, Unstructured};
use glassbox_core::{
    Blob, Compaction, Delivery, File, Message, Modality, Opaque, OutputFormat, Parameters, Part,
    PromptTemplate, Reasoning, Refusal, Request, Role, ServerToolCall, ServerToolCallResponse,
    Text, ToolCall, ToolCallResponse, ToolChoice, ToolSpec, Uri,
};
use serde_json::{Map, Value, json};

use super::{more, schema, unsupported};

/// Makes a request out of bytes.
pub(super) struct Source<'a> {
    bytes: Unstructured<'a>,
    /// The ids of the calls that have a result.
    calls: Vec<String>,
}

/// Words that mean something to a provider, or hurt one.
const WORDS: &[&str] = &[
    "",
    " ",
    "weather",
    "a name with spaces",
    "Grüße, 世界! 👩‍🚀 \"\\\n\u{0}\u{2028}",
    "{\"a\": 1}",
    "low",
    "high",
    "none",
    "auto",
    "image/png",
    "image/svg+xml",
    "application/pdf",
    "audio/wav",
    "text/plain; charset=utf-8",
    "https://host.invalid/a.png",
    "gs://bucket/a.mp4",
    "s3://bucket/a.pdf",
    "data:image/png;base64,iVBORw0KGgo=",
    "file-1",
    "iVBORw0KGgo=",
    "not base64!",
];

/// The providers whose opaque parts there are, and one that is none.
const PROVIDERS: &[&str] = &[
    "anthropic",
    "aws.bedrock",
    "cohere",
    "gcp.gemini",
    "gcp.vertex_ai",
    "ollama",
    "openai",
    "nobody",
];

impl<'a> Source<'a> {
    pub(super) fn new(bytes: Unstructured<'a>) -> Self {
        Self {
            bytes,
            calls: Vec::new(),
        }
    }

    /// The ids of the calls that were made and answered, each once, in a message of its own behind the other.
    pub(super) fn calls(&self) -> &[String] {
        &self.calls
    }

    /// Which model of a provider is asked.
    pub(super) fn which(&mut self) -> usize {
        self.bytes.arbitrary::<u8>().map_or(0, usize::from)
    }

    pub(super) fn request(&mut self) -> Result<Request> {
        let mut request = Request::default();
        while more(&mut self.bytes, 4, 5)? && request.messages.len() < 12 {
            if self.bytes.ratio(1, 4)? {
                for message in self.exchange()? {
                    request.messages.push(message);
                }
            } else {
                request.messages.push(self.message()?);
            }
        }
        let mut tools = Vec::new();
        while more(&mut self.bytes, 1, 2)? && tools.len() < 4 {
            tools.push(self.tool()?);
        }
        request = request
            .with_tools(tools)
            .with_tool_choice(self.choice()?)
            .with_parameters(self.parameters()?)
            .with_unsupported(unsupported(self.bytes.arbitrary()?));
        if self.bytes.arbitrary()? {
            request = request.with_delivery(Delivery::Incremental);
        }
        if self.bytes.ratio(1, 3)? {
            request = request.with_output(self.output()?);
        }
        if self.bytes.ratio(1, 4)? {
            request = self.further(request)?;
        }
        Ok(request)
    }

    fn word(&mut self) -> Result<String> {
        if self.bytes.ratio(7, 8)? {
            return Ok((*self.bytes.choose(WORDS)?).to_owned());
        }
        self.bytes.arbitrary()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> Result<T>) -> Result<Option<T>> {
        if self.bytes.arbitrary()? {
            make(self).map(Some)
        } else {
            Ok(None)
        }
    }

    fn object(&mut self) -> Result<Map<String, Value>> {
        match schema::value(&mut self.bytes, 3)? {
            Value::Object(object) => Ok(object),
            other => Ok([("type".to_owned(), other)].into_iter().collect()),
        }
    }

    /// Calls, and the message with their results.
    fn exchange(&mut self) -> Result<[Message; 2]> {
        let mut calls = Message::new(Role::Assistant, []);
        let mut results = Message::new(Role::Tool, []);
        for _ in 0..=self.bytes.int_in_range(0..=2)? {
            let id = format!("call_id_{:03}", self.calls.len());
            let name = *self.bytes.choose(&["weather", "news"])?;
            let mut call = ToolCall::new(&*id, name, self.arguments()?);
            call.opaque = self.maybe(Self::opaque)?;
            calls = calls.with_part(Part::ToolCall(call));
            let response = schema::value(&mut self.bytes, 3)?;
            let mut result = ToolCallResponse::new(&*id, name, response);
            result.is_error = self.bytes.arbitrary()?;
            results = results.with_part(Part::ToolCallResponse(result));
            self.calls.push(id);
        }
        Ok([calls, results])
    }

    fn message(&mut self) -> Result<Message> {
        let role = match self.bytes.int_in_range(0..=9)? {
            0 => Role::Tool,
            1 => Role::System,
            2 => Role::Other(self.word()?),
            3..=5 => Role::Assistant,
            _ => Role::User,
        };
        let mut message = Message::new(role, []);
        while more(&mut self.bytes, 2, 3)? && message.parts.len() < 6 {
            message.parts.push(self.part()?);
        }
        message.name = self.maybe(Self::word)?;
        Ok(message)
    }

    fn part(&mut self) -> Result<Part> {
        Ok(match self.bytes.int_in_range(0..=14)? {
            0 => Part::Blob(self.blob()?),
            1 => Part::Uri(self.uri()?),
            2 => Part::File(self.file()?),
            3 => Part::Opaque(self.opaque()?),
            4 => {
                let mut reasoning = Reasoning::new(self.word()?);
                reasoning.opaque = self.maybe(Self::opaque)?;
                Part::Reasoning(reasoning)
            }
            5 => Part::Refusal(Refusal::new(self.word()?)),
            6 => {
                let mut call = ServerToolCall::new(self.word()?, self.object()?);
                call.id = self.maybe(Self::word)?;
                Part::ServerToolCall(call)
            }
            7 => {
                let mut response = ServerToolCallResponse::new(self.object()?);
                response.id = self.maybe(Self::word)?;
                Part::ServerToolCallResponse(response)
            }
            8 => {
                let mut call = ToolCall::new(self.word()?, self.word()?, self.arguments()?);
                call.opaque = self.maybe(Self::opaque)?;
                Part::ToolCall(call)
            }
            9 => {
                let response = schema::value(&mut self.bytes, 3)?;
                Part::ToolCallResponse(ToolCallResponse::new(self.word()?, self.word()?, response))
            }
            10 => {
                let mut compaction = Compaction::default();
                compaction.id = self.maybe(Self::word)?;
                compaction.content = self.maybe(Self::word)?;
                Part::Compaction(compaction)
            }
            11 => Part::Other(self.object()?),
            _ => {
                let mut text = Text::default();
                text.content = self.word()?;
                text.opaque = self.maybe(Self::opaque)?;
                Part::Text(text)
            }
        })
    }

    fn modality(&mut self) -> Result<Modality> {
        Ok(match self.bytes.int_in_range(0..=4)? {
            0 => Modality::Audio,
            1 => Modality::Document,
            2 => Modality::Video,
            3 => Modality::Other(self.word()?),
            _ => Modality::Image,
        })
    }

    fn blob(&mut self) -> Result<Blob> {
        let mut blob = Blob::new(self.modality()?, self.word()?, b"\x89PNG");
        if self.bytes.arbitrary()? {
            blob.content = self.word()?.into();
        }
        if self.bytes.ratio(1, 4)? {
            blob.mime_type = None;
        }
        Ok(blob)
    }

    fn uri(&mut self) -> Result<Uri> {
        let mut uri = Uri::new(self.modality()?, self.word()?);
        uri.mime_type = self.maybe(Self::word)?;
        Ok(uri)
    }

    fn file(&mut self) -> Result<File> {
        let mut file = File::new(self.modality()?, self.word()?);
        file.mime_type = self.maybe(Self::word)?;
        Ok(file)
    }

    fn opaque(&mut self) -> Result<Opaque> {
        let provider = *self.bytes.choose(PROVIDERS)?;
        Ok(Opaque::new(provider, schema::value(&mut self.bytes, 3)?))
    }

    /// Arguments as a model writes them: an object, mostly.
    fn arguments(&mut self) -> Result<String> {
        if self.bytes.ratio(1, 4)? {
            return self.word();
        }
        Ok(Value::Object(self.object()?).to_string())
    }

    fn tool(&mut self) -> Result<ToolSpec> {
        let mut tool = ToolSpec::new(self.word()?, schema::schema(&mut self.bytes, 4)?);
        tool.description = self.maybe(Self::word)?;
        tool.strict = self.bytes.arbitrary()?;
        Ok(tool)
    }

    fn choice(&mut self) -> Result<ToolChoice> {
        Ok(match self.bytes.int_in_range(0..=7)? {
            0 => ToolChoice::Named(self.word()?),
            1 => ToolChoice::None,
            2 => ToolChoice::Required,
            _ => ToolChoice::Auto,
        })
    }

    fn parameters(&mut self) -> Result<Parameters> {
        let mut parameters = Parameters::new();
        if self.bytes.ratio(1, 2)? {
            return Ok(parameters);
        }
        parameters.temperature = self.bytes.arbitrary()?;
        parameters.top_p = self.bytes.arbitrary()?;
        parameters.top_k = self.bytes.arbitrary()?;
        parameters.max_tokens = self.bytes.arbitrary()?;
        parameters.seed = self.bytes.arbitrary()?;
        parameters.frequency_penalty = self.bytes.arbitrary()?;
        parameters.presence_penalty = self.bytes.arbitrary()?;
        parameters.choice_count = self.bytes.arbitrary()?;
        parameters.parallel_tool_calls = self.bytes.arbitrary()?;
        parameters.reasoning_effort = self.maybe(Self::word)?;
        parameters.service_tier = self.maybe(Self::word)?;
        while more(&mut self.bytes, 1, 3)? && parameters.stop_sequences.len() < 6 {
            parameters.stop_sequences.push(self.word()?);
        }
        Ok(parameters)
    }

    fn output(&mut self) -> Result<OutputFormat> {
        Ok(match self.bytes.int_in_range(0..=3)? {
            0 => OutputFormat::Json,
            1 => OutputFormat::Text,
            _ => OutputFormat::schema(self.word()?, schema::schema(&mut self.bytes, 4)?),
        })
    }

    /// What few requests have.
    fn further(&mut self, mut request: Request) -> Result<Request> {
        if self.bytes.arbitrary()? {
            request = request.with_user(self.word()?);
        }
        if self.bytes.arbitrary()? {
            request = request.with_conversation(self.word()?);
        }
        if self.bytes.arbitrary()? {
            request = request.with_previous_response(self.word()?);
        }
        if self.bytes.arbitrary()? {
            request = request.with_prompt(PromptTemplate::new(self.word()?));
        }
        if self.bytes.arbitrary()? {
            request = request.with_header(self.word()?, self.word()?);
        }
        while more(&mut self.bytes, 1, 2)? {
            let names = ["metadata", "messages", "thinking", "generationConfig", "a"];
            let name = *self.bytes.choose(&names)?;
            request = request.with_extra(name, json!({"a": self.word()?}));
        }
        Ok(request)
    }
}
