//! Where a method of a model is.

use glassbox_core::Result;
use glassbox_http::{BaseUrl, percent_encoded};
use http::Uri;

use super::{GeminiBuilder, Platform};

impl GeminiBuilder {
    pub(super) fn base(&self) -> Result<BaseUrl> {
        let variable = match self.platform {
            Platform::Gemini => "GOOGLE_GEMINI_BASE_URL",
            Platform::Vertex => "GOOGLE_VERTEX_BASE_URL",
        };
        let given = self.base_url.as_deref().map(str::trim);
        let base = match given.filter(|base| !base.is_empty()) {
            Some(base) => base.to_owned(),
            None => self.default_base(),
        };
        BaseUrl::parse(self.platform.provider(), variable, &base)
    }

    /// The place of a method.
    pub(super) fn method(&self, base: &BaseUrl, method: &str) -> Result<Uri> {
        let last = base.path().rsplit('/').next().unwrap_or_default();
        let version = match self.platform {
            _ if is_version(last) => "",
            Platform::Gemini => "v1beta/",
            Platform::Vertex => "v1beta1/",
        };
        base.join(&format!("{version}{}:{method}", self.resource()?))
    }

    fn default_base(&self) -> String {
        match self.platform {
            Platform::Gemini => "https://generativelanguage.googleapis.com".to_owned(),
            Platform::Vertex => match self.place() {
                "global" => "https://aiplatform.googleapis.com".to_owned(),
                // The locations that are several regions have a domain of their own.
                location @ ("eu" | "us") => {
                    format!("https://aiplatform.{location}.rep.googleapis.com")
                }
                location => format!("https://{}-aiplatform.googleapis.com", escaped(location)),
            },
        }
    }

    fn place(&self) -> &str {
        let given = self.location.as_deref().map(str::trim);
        given
            .filter(|location| !location.is_empty())
            .unwrap_or("global")
    }

    /// The model's resource. Which one it is, is known without a project only with a key (Vertex AI's express mode).
    fn resource(&self) -> Result<String> {
        let model = escaped(self.model.trim());
        if model.is_empty() {
            return Err(self.wrong("no model: name one, as in `gemini-2.5-flash`"));
        }
        if self.platform == Platform::Gemini {
            return Ok(if model.contains('/') {
                model
            } else {
                format!("models/{model}")
            });
        }
        let model = match model.split_once('/') {
            Some(("projects", _)) => return Ok(model),
            Some(("publishers" | "endpoints" | "models", _)) => model,
            Some((publisher, name)) => format!("publishers/{publisher}/models/{name}"),
            None => format!("publishers/google/models/{model}"),
        };
        let project = self.project.as_deref().map(str::trim);
        match project.filter(|project| !project.is_empty()) {
            Some(project) => Ok(format!(
                "projects/{}/locations/{}/{model}",
                escaped(project),
                escaped(self.place()),
            )),
            None if self.tokens.is_none() && (self.api_key.is_some() || !self.needs_key) => {
                Ok(model)
            }
            None => Err(self.missing("project", "GOOGLE_CLOUD_PROJECT")),
        }
    }
}

/// Whether a step of a path names a version of an API: `v1`, `v1beta1`.
fn is_version(step: &str) -> bool {
    let rest = step.strip_prefix('v').unwrap_or_default();
    rest.starts_with(|first: char| first.is_ascii_digit())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `text` as steps of a path: everything but slashes and RFC 3986's unreserved characters is percent-encoded.
fn escaped(text: &str) -> String {
    let steps: Vec<String> = text.split('/').map(percent_encoded).collect();
    steps.join("/")
}
