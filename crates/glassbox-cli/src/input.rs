use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use glassbox::{
    Api, Delivery, Message, Options, OutputFormat, Parameters, Part, PromptTemplate, Request, Role,
    Toolbox, tool::builtin,
};

use crate::args::{ApiKind, CommonArguments, HostArguments, SamplingArguments};
use crate::failure::Failure;
use crate::prices;

/// The most bytes of a prompt on standard input: 64 MiB. More than this is not a prompt.
const MOST_STDIN: u64 = 64 << 20;

/// The variable that names the model where there is no flag.
const MODEL_VARIABLE: &str = "GLASSBOX_MODEL";

/// The model's name: the flag, or the variable, or the model that needs nothing. An empty variable counts as unset, as
/// OpenTelemetry's do.
pub(crate) fn model(host: &HostArguments) -> Result<String, Failure> {
    if let Some(name) = &host.model {
        return Ok(name.clone());
    }
    match std::env::var_os(MODEL_VARIABLE) {
        Some(name) if !name.is_empty() => name
            .into_string()
            .map_err(|_| Failure::usage(format!("{MODEL_VARIABLE} is not UTF-8"))),
        _ => Ok("demo/offline".to_owned()),
    }
}

/// The options of the host, for the registry.
pub(crate) fn options(host: &HostArguments) -> Result<Options, Failure> {
    let mut options = Options::new();
    options.api = host.api.map(|api| match api {
        ApiKind::Chat => Api::ChatCompletions,
        ApiKind::Responses => Api::Responses,
    });
    options.base_url.clone_from(&host.base_url);
    options.prices = prices::list(&host.prices)?;
    Ok(options)
}

/// The text of the argument, or of standard input.
pub(crate) fn text(argument: Option<&str>) -> Result<String, Failure> {
    let text = match argument {
        Some(text) if text != "-" => text.to_owned(),
        argument => {
            if argument.is_none() && std::io::stdin().is_terminal() {
                return Err(Failure::usage(
                    "there is no prompt: give it as an argument, or on standard input",
                ));
            }
            standard_input()?
        }
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(
            "the prompt is empty: give it as an argument, or on standard input",
        ));
    }
    Ok(text)
}

/// All of standard input, without the newline at its end that shells and editors put there.
fn standard_input() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let mut stdin = std::io::stdin().take(MOST_STDIN + 1);
    stdin.read_to_end(&mut bytes).map_err(|error| {
        Failure::usage(format!(
            "cannot read the prompt from standard input: {error}"
        ))
    })?;
    if bytes.len() as u64 > MOST_STDIN {
        return Err(Failure::usage(format!(
            "the prompt on standard input is longer than {} MiB; shorten it",
            MOST_STDIN >> 20
        )));
    }
    let mut text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage("the prompt on standard input is not UTF-8"))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// The user's message: the prompt, and the images.
pub(crate) fn message(arguments: &CommonArguments) -> Result<Message, Failure> {
    let mut message = Message::new(Role::User, [Part::text(text(arguments.prompt.as_deref())?)]);
    for image in &arguments.image {
        message.parts.push(picture(image)?);
    }
    Ok(message)
}

fn picture(image: &str) -> Result<Part, Failure> {
    if image.starts_with("http://") || image.starts_with("https://") || image.starts_with("data:") {
        return Ok(Part::image_uri(image));
    }
    let bytes = std::fs::read(image)
        .map_err(|error| Failure::usage(format!("cannot read the image {image}: {error}")))?;
    let mime_type = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        _ => {
            return Err(Failure::usage(format!(
                "{image} is not an image of a kind that models take: PNG, JPEG, GIF or WebP"
            )));
        }
    };
    Ok(Part::image(mime_type, bytes))
}

/// What every request is made from: everything but the conversation.
pub(crate) fn request(arguments: &CommonArguments) -> Result<Request, Failure> {
    let mut request = Request::default().with_parameters(parameters(&arguments.sampling));
    if arguments.stream {
        request.delivery = Delivery::Incremental;
    }
    if let Some(path) = &arguments.schema {
        request = request.with_output(schema(path)?);
    }
    request.conversation = arguments.conversation.as_deref().map(Into::into);
    request.user = arguments.user.as_deref().map(Into::into);
    request.previous_response = arguments.previous_response.as_deref().map(Into::into);
    if let Some(name) = &arguments.prompt_name {
        let mut template = PromptTemplate::new(name);
        template.version.clone_from(&arguments.prompt_version);
        template
            .variables
            .extend(arguments.prompt_variable.iter().cloned());
        request = request.with_prompt(template);
    }
    Ok(request)
}

fn parameters(sampling: &SamplingArguments) -> Parameters {
    let mut parameters = Parameters::new();
    parameters.temperature = sampling.temperature;
    parameters.top_p = sampling.top_p;
    parameters.top_k = sampling.top_k;
    parameters.max_tokens = sampling.max_tokens;
    parameters.stop_sequences.clone_from(&sampling.stop);
    parameters.seed = sampling.seed;
    parameters.frequency_penalty = sampling.frequency_penalty;
    parameters.presence_penalty = sampling.presence_penalty;
    parameters.choice_count = sampling.choices;
    parameters
        .reasoning_effort
        .clone_from(&sampling.reasoning_effort);
    parameters
}

fn schema(path: &Path) -> Result<OutputFormat, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read the schema {shown}: {error}")))?;
    let schema: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("the schema {shown} is not JSON: {error}")))?;
    if !schema.is_object() {
        return Err(Failure::usage(format!(
            "the schema {shown} must be a JSON object"
        )));
    }
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy())
        .unwrap_or_default();
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') {
            c
        } else {
            '_'
        }
    };
    let name: String = stem.chars().map(allowed).take(64).collect();
    Ok(OutputFormat::schema(
        if name.is_empty() {
            "answer".to_owned()
        } else {
            name
        },
        schema,
    ))
}

/// The built-in tools of these names, or all of them where there are no names.
pub(crate) fn tools(names: &[String]) -> Result<Toolbox, Failure> {
    let all = builtin::toolbox();
    if names.is_empty() {
        return Ok(all);
    }
    let mut chosen = Vec::new();
    for name in names {
        let Some(tool) = all.get(name) else {
            let known: Vec<&str> = all.iter().map(|tool| tool.spec().name.as_str()).collect();
            return Err(Failure::usage(format!(
                "there is no built-in tool `{name}`; there are {}",
                known.join(", ")
            )));
        };
        chosen.push(std::sync::Arc::clone(tool));
    }
    Ok(Toolbox::new().with_tools(chosen)?)
}
