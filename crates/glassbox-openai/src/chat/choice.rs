//! One choice of an answer, as its pieces arrive.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glassbox_core::{
    Blob, Event, FinishKind, FinishReason, Modality, Opaque, Part, Refusal, Result,
};
use glassbox_http::Events;
use serde_json::json;

use super::calls::{Calls, Context, Piece};
use super::finish;
use super::reasoning::Details;
use super::think::{Thinking, Told};
use super::wire::{Audio, Content, ContentPart, Image, Message};

#[derive(Debug)]
pub(super) struct Choice {
    pub(super) index: u32,
    /// Whether a message, or a piece of one, has arrived.
    begun: bool,
    calls: Calls,
    /// What is to be returned with the reasoning, until the reasoning is over.
    details: Details,
    thinking: Thinking,
    refusal: String,
    audio_id: String,
    audio: Vec<u8>,
    /// The last word on why it stopped; empty while there is none.
    finish: String,
    /// Whether that was an error.
    failed: bool,
}

/// Whether a message is all there is, or one piece of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Piece,
    Whole,
}

impl Choice {
    pub(super) fn new(index: u32, think_tags: bool) -> Self {
        Self {
            index,
            begun: false,
            calls: Calls::default(),
            details: Details::default(),
            thinking: Thinking::new(think_tags),
            refusal: String::new(),
            audio_id: String::new(),
            audio: Vec::new(),
            finish: String::new(),
            failed: false,
        }
    }

    pub(super) const fn has_begun(&self) -> bool {
        self.begun
    }

    pub(super) const fn is_finished(&self) -> bool {
        !self.finish.is_empty()
    }

    /// Whether text is text, whatever it says.
    pub(super) fn is_plain(&self) -> bool {
        self.thinking.is_over()
    }

    /// Whether it stopped with an error.
    pub(super) const fn has_failed(&self) -> bool {
        self.failed
    }

    /// Whether the host gave a call an id.
    pub(super) fn has_id(&self, call: u32) -> bool {
        self.calls.has_id(call)
    }

    /// Gives what a message, or a piece of one, says: reasoning, then text, then calls.
    pub(super) fn message(
        &mut self,
        message: &Message<'_>,
        extent: Extent,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        self.begun = true;
        self.reasoning(message, extent, context, events);
        self.content(&message.content, context, events);
        self.refusal.push_str(message.refusal.as_str());
        if let Some(audio) = &message.audio.0 {
            self.audio(audio, context, events);
        }
        for part in message.images.0.iter().filter_map(image) {
            events.push(Event::part(self.index, part));
        }
        for call in &message.tool_calls.0 {
            self.call(Piece::of_call(call), extent, context, events)?;
        }
        match message.function_call.0.as_deref().map(Piece::of_function) {
            Some(function) if !function.is_empty() => self.call(function, extent, context, events),
            _ => Ok(()),
        }
    }

    fn reasoning(
        &mut self,
        message: &Message<'_>,
        extent: Extent,
        context: &Context<'_>,
        events: &mut Events,
    ) {
        let details = message.reasoning_details;
        // A host that fills both fields says the same in both.
        let fields = [&message.reasoning_content, &message.reasoning];
        match fields.into_iter().find(|field| !field.is_empty()) {
            Some(Content::Text(text)) => events.push(Event::reasoning(self.index, &**text)),
            Some(Content::Parts(parts)) => self.thinking(parts, events),
            _ => {
                let text = details.map(Details::text).unwrap_or_default();
                if !text.is_empty() {
                    events.push(Event::reasoning(self.index, text));
                }
            }
        }
        if fields.iter().any(|field| !field.is_empty()) || details.is_some() {
            self.thinking.give_up();
        }
        if let Some(details) = details.filter(|_| context.keeps_details) {
            self.details.push(details, extent);
        }
    }

    fn thinking(&self, parts: &[ContentPart<'_>], events: &mut Events) {
        for part in parts {
            if let Some(text) = part.text.given() {
                events.push(Event::reasoning(self.index, text));
            }
        }
    }

    fn content(&mut self, content: &Content<'_>, context: &Context<'_>, events: &mut Events) {
        match content {
            Content::Nothing => {}
            Content::Text(text) => self.text(text, context, events),
            Content::Parts(parts) => {
                for part in parts {
                    match &part.thinking {
                        Content::Nothing => {}
                        Content::Text(text) => events.push(Event::reasoning(self.index, &**text)),
                        Content::Parts(parts) => self.thinking(parts, events),
                    }
                    self.text(part.text.as_str(), context, events);
                    self.refusal.push_str(part.refusal.as_str());
                }
            }
        }
    }

    fn text(&mut self, text: &str, context: &Context<'_>, events: &mut Events) {
        if text.is_empty() {
            return;
        }
        if self.thinking.is_over() {
            // With the first text the reasoning is over.
            self.details.flush(context, events);
            events.push(Event::text_of(self.index, text));
            return;
        }
        let mut told = Vec::new();
        self.thinking.push(text, &mut told);
        self.tell(told, context, events);
    }

    fn tell(&mut self, told: Vec<Told>, context: &Context<'_>, events: &mut Events) {
        for piece in told {
            match piece {
                Told::Reasoning(text) => events.push(Event::reasoning(self.index, text)),
                Told::Text(text) => {
                    self.details.flush(context, events);
                    events.push(Event::text_of(self.index, text));
                }
            }
        }
    }

    /// Gives what was held back of the text.
    fn settle_text(&mut self, context: &Context<'_>, events: &mut Events) {
        let mut told = Vec::new();
        self.thinking.settle(&mut told);
        self.tell(told, context, events);
    }

    fn audio(&mut self, audio: &Audio<'_>, context: &Context<'_>, events: &mut Events) {
        self.text(audio.transcript.as_str(), context, events);
        if let Some(id) = audio.id.given() {
            id.clone_into(&mut self.audio_id);
        }
        // Every piece is encoded by itself, so they are joined decoded. One that is no Base64 is lost; the
        // transcript is not.
        let _ = STANDARD.decode_vec(audio.data.as_str(), &mut self.audio);
    }

    fn call(
        &mut self,
        piece: Piece<'_>,
        extent: Extent,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        self.settle_text(context, events);
        self.details.flush(context, events);
        match extent {
            Extent::Piece => self.calls.piece(piece, context, events),
            Extent::Whole => self.calls.whole(piece, context, events),
        }
    }

    /// Takes why the choice stopped. Some hosts say so twice.
    pub(super) fn finish(&mut self, raw: &str, context: &mut Context<'_>, events: &mut Events) {
        if raw.is_empty() {
            return;
        }
        self.settle(context, events);
        if self.finish != raw {
            raw.clone_into(&mut self.finish);
            let kind = self.kind(finish::kind(raw));
            self.failed = kind == FinishKind::Error;
            events.push(Event::finish(self.index, FinishReason::new(kind, raw)));
        }
    }

    /// What a reason means here: some hosts say that the answer is complete where it waits for results, as OpenAI does
    /// where the tool was named.
    fn kind(&self, said: FinishKind) -> FinishKind {
        if said == FinishKind::Stop && !self.calls.is_empty() {
            FinishKind::ToolCall
        } else {
            said
        }
    }

    /// Gives what was held back until it was complete.
    pub(super) fn settle(&mut self, context: &mut Context<'_>, events: &mut Events) {
        self.settle_text(context, events);
        self.details.flush(context, events);
        self.calls.settle(context, events);
        if !self.refusal.is_empty() {
            let refusal = Refusal::new(std::mem::take(&mut self.refusal));
            events.push(Event::part(self.index, Part::Refusal(refusal)));
        }
        if !self.audio.is_empty() {
            let mut blob = Blob::new(Modality::Audio, "", std::mem::take(&mut self.audio));
            // Only the request knows the format.
            blob.mime_type = None;
            events.push(Event::part(self.index, Part::Blob(blob)));
        }
        if !self.audio_id.is_empty() {
            // The next turn refers to the audio by its id.
            let data = json!({ "audio": { "id": std::mem::take(&mut self.audio_id) } });
            let opaque = Opaque::new(context.provider, data);
            events.push(Event::opaque(self.index, None, opaque));
        }
    }
}

/// An image that the model made: most are a `data:` URI.
fn image(image: &Image<'_>) -> Option<Part> {
    let url = image.image_url.0.as_ref()?.url.given()?;
    let inline = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    Some(match inline {
        Some((mime_type, content)) => {
            let mut blob = Blob::new(Modality::Image, mime_type, "");
            blob.content = content.into();
            Part::Blob(blob)
        }
        None => Part::image_uri(url),
    })
}
