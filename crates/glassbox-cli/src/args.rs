use std::fmt;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use glassbox::{Content, Vocabulary};

/// LLM agents that you can see through.
#[derive(Debug, Parser)]
#[command(name = "glassbox", version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run an agent: a model, tools, and the loop between them
    Run(Box<RunArguments>),
    /// Ask a model once, without the loop
    Chat(Box<ChatArguments>),
    /// Turn texts into vectors
    Embed(Box<EmbedArguments>),
    /// List the providers, or what the models of one cost
    Models(ModelsArguments),
    /// Show the traces in a file of OTLP JSON lines
    View(ViewArguments),
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// How often the model may be called
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) max_steps: u32,
    /// Make no further call when those before have cost this many US dollars
    #[arg(long, value_name = "USD", value_parser = dollars)]
    pub(crate) max_cost: Option<f64>,
    /// Offer no tools
    #[arg(long, conflicts_with = "tool")]
    pub(crate) no_tools: bool,
    /// The agent's name in the trace
    #[arg(long, value_name = "NAME")]
    pub(crate) agent_name: Option<String>,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ChatArguments {
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What `run` and `chat` share.
#[derive(Debug, Args)]
pub(crate) struct CommonArguments {
    /// What to ask. Read from standard input where it is left out or `-`
    pub(crate) prompt: Option<String>,
    #[command(flatten)]
    pub(crate) host: HostArguments,
    /// Instructions to the model
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// Give up after this long
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub(crate) timeout: Option<std::time::Duration>,
    /// Take the answer in pieces, and print them as they come
    #[arg(long)]
    pub(crate) stream: bool,
    /// A built-in tool to offer: calculate, convert_units (both, for `run`, unless given)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) tool: Vec<String>,
    /// A file with a JSON Schema that the answer must obey
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// An image to show the model: a file, or an http(s) URL
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) image: Vec<String>,
    /// The application's id of the conversation
    #[arg(long, value_name = "ID")]
    pub(crate) conversation: Option<String>,
    /// The application's id of the end user
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<String>,
    /// The id of an earlier response that this continues
    #[arg(long, value_name = "ID")]
    pub(crate) previous_response: Option<String>,
    /// The name of the template that the prompt came from
    #[arg(long, value_name = "NAME")]
    pub(crate) prompt_name: Option<String>,
    /// The version of that template
    #[arg(long, value_name = "V", requires = "prompt_name")]
    pub(crate) prompt_version: Option<String>,
    /// A variable of that template and what was filled in
    #[arg(long, value_name = "K=V", requires = "prompt_name", value_parser = pair)]
    pub(crate) prompt_variable: Vec<(String, String)>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) output: Form,
    #[command(flatten)]
    pub(crate) trace: TraceArguments,
    #[command(flatten)]
    pub(crate) sampling: SamplingArguments,
}

/// Which model, where.
#[derive(Debug, Args)]
pub(crate) struct HostArguments {
    /// The model, as PROVIDER/NAME [env: GLASSBOX_MODEL] [default: demo/offline]
    #[arg(long, value_name = "PROVIDER/NAME")]
    pub(crate) model: Option<String>,
    /// Another host, as the provider's own SDK takes its base URL
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Which API of the provider to speak
    #[arg(long, value_name = "KIND", value_enum)]
    pub(crate) api: Option<ApiKind>,
    #[command(flatten)]
    pub(crate) prices: PricesArguments,
}

/// What models charge.
#[derive(Debug, Args)]
pub(crate) struct PricesArguments {
    /// A list of prices in the format of LiteLLM's price map, in place of the built-in one [env: GLASSBOX_PRICES]
    #[arg(long, value_name = "FILE")]
    pub(crate) prices: Option<PathBuf>,
}

/// How to answer.
#[derive(Debug, Args)]
#[command(next_help_heading = "How to answer")]
pub(crate) struct SamplingArguments {
    /// How random the choice of words is; 0 is the least
    #[arg(long, value_name = "T", value_parser = finite, allow_negative_numbers = true)]
    pub(crate) temperature: Option<f64>,
    /// Choose among the likeliest words that together have this probability
    #[arg(long, value_name = "P", value_parser = finite)]
    pub(crate) top_p: Option<f64>,
    /// Choose among this many of the likeliest words
    #[arg(long, value_name = "K")]
    pub(crate) top_k: Option<u32>,
    /// The most tokens an answer may have
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<u64>,
    /// A text that ends the answer
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,
    /// Ask for the same answer to the same request
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) seed: Option<i64>,
    /// Make frequent words less likely; usually from -2 to 2
    #[arg(long, value_name = "X", value_parser = finite, allow_negative_numbers = true)]
    pub(crate) frequency_penalty: Option<f64>,
    /// Make words less likely that were used before; usually from -2 to 2
    #[arg(long, value_name = "X", value_parser = finite, allow_negative_numbers = true)]
    pub(crate) presence_penalty: Option<f64>,
    /// How many answers to ask for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) choices: Option<u32>,
    /// How hard to think, in the provider's words
    #[arg(long, value_name = "LEVEL")]
    pub(crate) reasoning_effort: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EmbedArguments {
    /// The texts. One is read from standard input where there is none
    pub(crate) text: Vec<String>,
    #[command(flatten)]
    pub(crate) host: HostArguments,
    /// How long the vectors are to be
    #[arg(long, value_name = "N")]
    pub(crate) dimensions: Option<u32>,
    /// How the numbers are to travel
    #[arg(long, value_enum)]
    pub(crate) encoding_format: Option<Encoding>,
    /// The application's id of the end user
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<String>,
    /// Give up after this long
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub(crate) timeout: Option<std::time::Duration>,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) output: Form,
    #[command(flatten)]
    pub(crate) trace: TraceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ModelsArguments {
    /// The provider whose prices to list
    pub(crate) provider: Option<String>,
    #[command(flatten)]
    pub(crate) prices: PricesArguments,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub(crate) output: Form,
}

#[derive(Debug, Args)]
pub(crate) struct ViewArguments {
    /// The file, or `-` for standard input
    pub(crate) file: PathBuf,
    /// Only the traces whose id begins so
    #[arg(long, value_name = "ID", value_parser = beginning_of_id)]
    pub(crate) trace_id: Option<String>,
    /// A line for each trace
    #[arg(long, conflicts_with = "json")]
    pub(crate) list: bool,
    /// The spans as JSON objects, one a line, as `--trace console` has them
    #[arg(long)]
    pub(crate) json: bool,
}

fn beginning_of_id(text: &str) -> Result<String, String> {
    let is_id = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_id && !text.is_empty() {
        true => Ok(text.to_ascii_lowercase()),
        false => {
            Err("must be the beginning of a trace's id: up to 32 hexadecimal digits".to_owned())
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    /// Where the trace goes: tree, console, otlp, file:PATH, none. Without it the OTEL_* variables decide; without those,
    /// the tree
    #[arg(long, value_name = "KIND", value_parser = trace_kind, value_delimiter = ',')]
    pub(crate) trace: Vec<TraceKind>,
    /// The names under which everything is recorded; the first names the spans
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = vocabulary_names())]
    pub(crate) convention: Vec<String>,
    /// Where messages, and what tools got and gave, are recorded [env: OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT] [default: off]
    #[arg(long, value_enum)]
    pub(crate) content: Option<ContentKind>,
}

fn vocabulary_names() -> PossibleValuesParser {
    PossibleValuesParser::new(Vocabulary::ALL.iter().map(|name| name.as_str()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ContentKind {
    /// Nowhere
    Off,
    /// In attributes of spans
    Span,
    /// In events
    Event,
    /// In both
    SpanAndEvent,
}

impl From<ContentKind> for Content {
    fn from(kind: ContentKind) -> Self {
        match kind {
            ContentKind::Off => Self::Off,
            ContentKind::Span => Self::Span,
            ContentKind::Event => Self::Event,
            ContentKind::SpanAndEvent => Self::SpanAndEvent,
        }
    }
}

impl TraceArguments {
    /// What stands beside `none`, by name.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let none = self.trace.contains(&TraceKind::None);
        let other = self.trace.iter().find(|kind| **kind != TraceKind::None);
        other.filter(|_| none).map(ToString::to_string)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TraceKind {
    /// A waterfall on standard error
    Tree,
    /// JSON spans on standard output
    Console,
    /// OTLP, as the OTEL_EXPORTER_OTLP_* variables say
    Otlp,
    /// OTLP JSON lines, added to a file
    File(PathBuf),
    /// Nowhere
    None,
}

impl fmt::Display for TraceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tree => f.write_str("tree"),
            Self::Console => f.write_str("console"),
            Self::Otlp => f.write_str("otlp"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::None => f.write_str("none"),
        }
    }
}

fn trace_kind(text: &str) -> Result<TraceKind, String> {
    match text {
        "tree" => Ok(TraceKind::Tree),
        "console" => Ok(TraceKind::Console),
        "otlp" => Ok(TraceKind::Otlp),
        "none" => Ok(TraceKind::None),
        _ => match text.strip_prefix("file:") {
            Some("") | None => Err("there are tree, console, otlp, file:PATH and none".to_owned()),
            Some(path) => Ok(TraceKind::File(path.into())),
        },
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// The answer alone
    #[default]
    Text,
    /// One JSON object
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiKind {
    /// Chat Completions
    Chat,
    /// Responses
    Responses,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    Base64,
    Float,
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "not a number of seconds".to_owned())?;
    let time = std::time::Duration::try_from_secs_f64(seconds);
    match time {
        Ok(time) if time.is_zero() => Err("must be more than 0".to_owned()),
        // No clock counts that far.
        Ok(time) if std::time::Instant::now().checked_add(time).is_none() => {
            Err("too long".to_owned())
        }
        Ok(time) => Ok(time),
        Err(_) if seconds > 0.0 => Err("too long".to_owned()),
        Err(_) => Err("must be more than 0".to_owned()),
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("must be KEY=VALUE".to_owned()),
    }
}

fn dollars(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("must be a number of US dollars, more than 0".to_owned()),
    }
}

fn finite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("not a number".to_owned()),
    }
}
